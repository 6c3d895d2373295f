"""Built-in types that hold others, arrays and structures, to bytes (OPC 10000-6 1.05.04, 5.2.2 to 5.2.7).

asyncua's own encoder errs here: it puts the picoseconds of a DataValue in a wrong order, takes the inner
diagnostics of a DiagnosticInfo for an ExtensionObject, and leaves out the length of an empty body.
"""

from functools import cache
from operator import attrgetter
from struct import Struct
from typing import Any

from asyncua import ua

from testbed.protocols.opcua.decoding import NUMBERS
from testbed.protocols.opcua.encoding import (
    NULL,
    WRITERS,
    Writer,
    write_bytes,
    write_node_id,
    write_status,
    write_string,
    write_time,
)
from testbed.protocols.opcua.layout import MISTAKEN, Kind, Layout, layout_of

_INT32, _UINT16, _UINT32 = (NUMBERS[name] for name in ("Int32", "UInt16", "UInt32"))
_TYPE, _DIMENSIONS, _ARRAY = 0x3F, 0x40, 0x80
_ARRAYS = {one.name: Kind(one.name, is_array=True) for one in ua.VariantType}
_TYPES = {one: (one.value, one.name) for one in ua.VariantType}
_NOTHING = bytes(3)
"""An ExtensionObject that is null, as most are: a null NodeId and no body."""


def write_data_value(out: bytearray, value: Any) -> None:
    """A DataValue (5.2.2.17): a null value, a Good status and a time that is none are left out."""
    at = len(out)
    out.append(0)
    held = value.Value
    if held is not None and (held.VariantType is not ua.VariantType.Null or held.is_array):
        out[at] |= 0x01
        write_variant(out, held)
    if value.StatusCode is not None and value.StatusCode.value:
        out[at] |= 0x02
        write_status(out, value.StatusCode)
    for bit, time, picoseconds in (
        (0x04, value.SourceTimestamp, value.SourcePicoseconds),
        (0x08, value.ServerTimestamp, value.ServerPicoseconds),
    ):
        if time is not None:
            out[at] |= bit
            write_time(out, time)
        if picoseconds is not None:
            out[at] |= bit << 2
            out += _UINT16.pack(picoseconds)


def write_diagnostics(out: bytearray, value: Any) -> None:
    """A DiagnosticInfo (5.2.2.12)."""
    fields = (
        value.SymbolicId,
        value.NamespaceURI,
        value.Locale,
        value.LocalizedText,
        value.AdditionalInfo,
        value.InnerStatusCode,
        value.InnerDiagnosticInfo,
    )
    at = len(out)
    out.append(0)
    if fields == _SAID_NOTHING:
        return
    for held, (bit, write) in zip(fields, _DIAGNOSTICS, strict=True):
        if held is not None:
            out[at] |= bit
            write(out, held)


_SAID_NOTHING = (None,) * 7
_DIAGNOSTICS: tuple[tuple[int, Writer], ...] = (
    (0x01, WRITERS["Int32"]),
    (0x02, WRITERS["Int32"]),
    (0x08, WRITERS["Int32"]),
    (0x04, WRITERS["Int32"]),
    (0x10, write_string),
    (0x20, write_status),
    (0x40, write_diagnostics),
)
"""The bit of each field of a DiagnosticInfo, in their order on the wire."""


def write_variant(out: bytearray, value: Any) -> None:
    """A Variant (5.2.2.16)."""
    number, name = _TYPES.get(value.VariantType) or (value.VariantType.value & _TYPE, "ByteString")
    held = value.Value
    if not (value.is_array or isinstance(held, list | tuple)):
        out.append(number)
        WRITERS[name](out, held)
        return
    out.append(number | _ARRAY | (_DIMENSIONS if value.Dimensions is not None else 0))
    array_writer(_ARRAYS[name])(out, ua.flatten(held))
    if value.Dimensions is not None:
        array_writer(_ARRAYS["Int32"])(out, value.Dimensions)


def write_extension_object(out: bytearray, value: Any) -> None:
    """An ExtensionObject: a structure, a type with its body as bytes, or None (5.2.2.15)."""
    if value is None:
        out += _NOTHING
        return
    if isinstance(value, ua.ExtensionObject):
        body = value.Body
        write_node_id(out, value.TypeId)
        out.append(body is not None)
        if body is not None:
            write_bytes(out, body)
        return
    write_node_id(out, type_id_of(value.__class__))
    out.append(1)
    body = bytearray()
    structure_writer(value.__class__)(body, value)
    write_bytes(out, bytes(body))


def type_id_of(cls: type) -> Any:
    """The id of a structure's binary encoding; that of the class it derives from where it has none."""
    for one in cls.__mro__:
        if one in ua.typeid_by_extension_objects:
            return ua.typeid_by_extension_objects[one]
    raise TypeError(f"{cls.__name__} has no binary encoding")


WRITERS.update(
    ExtensionObject=write_extension_object,
    DataValue=write_data_value,
    Variant=write_variant,
    DiagnosticInfo=write_diagnostics,
)


@cache
def writer(kind: Kind) -> Writer:
    """Write a field of a type."""
    if kind.is_array:
        return array_writer(kind)
    if kind.built_in:
        return WRITERS[kind.built_in]
    assert kind.cls is not None  # noqa: S101 - a field has one or the other
    return structure_writer(kind.cls)


@cache
def array_writer(kind: Kind) -> Writer:
    """Write an array, null for None (5.2.5)."""
    of_one = Kind(kind.built_in, kind.cls)
    code = NUMBERS[kind.built_in].format[-1:] if kind.built_in in NUMBERS else ""

    def write_numbers(out: bytearray, values: Any) -> None:
        if values is None:
            out += NULL
        else:
            out += Struct(f"<i{len(values)}{code}").pack(len(values), *values)

    def write(out: bytearray, values: Any) -> None:
        if values is None:
            out += NULL
            return
        out += _INT32.pack(len(values))
        if values:
            one = writer(of_one)
            for value in values:
                one(out, value)

    return write_numbers if code else write


@cache
def structure_writer(cls: type) -> Writer:
    """Write a structure (5.2.6), or one with optional fields (5.2.7)."""
    layout = layout_of(cls)
    if layout.has_mask:
        return _optional_writer(layout)
    return _compiled(layout)


def _compiled(layout: Layout) -> Writer:
    """Return `(w0(out, value.A), w1(out, value.B), ...)`, spelt out: a loop costs half as much again."""
    known = {f"w{at}": writer(one.kind) for at, one in enumerate(layout.members)}
    parts = (f"w{at}(out, {_got(one.name)})" for at, one in enumerate(layout.members))
    write: Writer = eval(f"lambda out, value: ({''.join(f'{one}, ' for one in parts)})", known)  # noqa: S307 - of asyncua's names of fields
    return write


def _got(name: str) -> str:
    """Say how a field is got; for the one of asyncua's mistake its default, a number, means none."""
    return f"value.{name}" if name != MISTAKEN else f"value.{name} or None"


def _optional_writer(layout: Layout) -> Writer:
    members = tuple((one.optional, attrgetter(one.name), writer(one.kind)) for one in layout.members)

    def write(out: bytearray, value: Any) -> None:
        out += _UINT32.pack(sum(bit for bit, get, _ in members if get(value) is not None))
        for bit, get, one in members:
            if not bit or get(value) is not None:
                one(out, get(value))

    return write
