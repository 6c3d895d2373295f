"""Built-in types that hold others, from bytes (OPC 10000-6 1.05.04, 5.2.2.12 and 5.2.2.15 to 5.2.2.17)."""

from math import prod
from typing import Any

from asyncua import ua

from testbed.protocols.opcua import decoding
from testbed.protocols.opcua.cursor import Cursor
from testbed.protocols.opcua.decoding import BUILT_IN, Reader, read_mask, read_node_id, read_string
from testbed.protocols.opcua.decoding_structures import array_reader, structure_reader
from testbed.protocols.opcua.errors import DecodeError
from testbed.protocols.opcua.layout import Kind, structure_of

_TYPE, _DIMENSIONS, _ARRAY = 0x3F, 0x40, 0x80
_RESERVED = range(26, 32)
"""Type ids whose values a decoder takes for ByteStrings (5.2.2.16)."""
_VARIANT = ua.VariantType.Variant.value
_XML_BODY = 2
_NOTHING, _NULL_NODE = bytes(3), read_node_id(Cursor(bytes(2)))
"""An ExtensionObject that is null, as most are."""
_TYPES = {number: ua.datatype_to_varianttype(number) for number in range(_TYPE + 1)}
_MOST_DIMENSIONS = 32
"""Dimensions of a matrix (assumed)."""


def read_data_value(cursor: Cursor) -> Any:
    """A DataValue (5.2.2.17)."""
    mask = read_mask(cursor, 0x3F)
    value = read_variant(cursor) if mask & 1 else None
    status = decoding.read_status(cursor) if mask & 2 else ua.StatusCode()
    source = decoding.read_time(cursor) if mask & 4 else None
    source_picoseconds = decoding.read_picoseconds(cursor) if mask & 0x10 else None
    server = decoding.read_time(cursor) if mask & 8 else None
    server_picoseconds = decoding.read_picoseconds(cursor) if mask & 0x20 else None
    return ua.DataValue(value, status, source, server, source_picoseconds, server_picoseconds)


def read_diagnostics(cursor: Cursor) -> Any:
    """A DiagnosticInfo (5.2.2.12); asyncua itself has the bits of locale and text the other way round."""
    mask = read_mask(cursor, 0x7F)
    if not mask:
        return ua.DiagnosticInfo()
    cursor.deeper()
    found = ua.DiagnosticInfo(
        _read_int32(cursor) if mask & 1 else None,
        _read_int32(cursor) if mask & 2 else None,
        _read_int32(cursor) if mask & 8 else None,
        _read_int32(cursor) if mask & 4 else None,
        read_string(cursor) if mask & 0x10 else None,
        decoding.read_status(cursor) if mask & 0x20 else None,
        read_diagnostics(cursor) if mask & 0x40 else None,
    )
    cursor.nested -= 1
    return found


def read_variant(cursor: Cursor) -> Any:
    """A Variant (5.2.2.16)."""
    at = cursor.at
    mask = cursor.byte()
    number = mask & _TYPE
    is_array = bool(mask & _ARRAY)
    if number not in _VARIANTS or (not is_array and (number == _VARIANT or mask & _DIMENSIONS)):
        raise DecodeError(f"0x{mask:02X} is no type of a Variant", at, at + 1)
    one, many = _VARIANTS[number]
    cursor.deeper()
    value = many(cursor) if is_array else one(cursor)
    dimensions = _read_dimensions(cursor) if mask & _DIMENSIONS else None
    cursor.nested -= 1
    if dimensions is not None:
        value = _shaped(value, dimensions, cursor)
    found = object.__new__(ua.Variant)  # what was decoded needs none of the guesses of its constructor
    found.Value = value
    found.VariantType = _TYPES[number]
    found.Dimensions = dimensions
    found.is_array = is_array
    return found


def read_extension_object(cursor: Cursor) -> Any:
    """An ExtensionObject: the structure where it is known, else its type and its body as bytes (5.2.2.15)."""
    at = cursor.at
    if cursor.data[at : at + 3] == _NOTHING:
        cursor.at = at + 3
        return ua.ExtensionObject(_NULL_NODE, None)
    type_id = read_node_id(cursor)
    at = cursor.at
    encoding = cursor.byte()
    if encoding > _XML_BODY:
        raise DecodeError(f"0x{encoding:02X} is no encoding of a body", at, at + 1)
    length = cursor.length() if encoding else -1
    is_numeric = type_id.NamespaceIndex == 0 and isinstance(type_id.Identifier, int)
    cls = structure_of(type_id.Identifier) if is_numeric and encoding == 1 and length >= 0 else None
    if cls is None:
        return ua.ExtensionObject(type_id, cursor.take(length) if length >= 0 else None)
    start, end = cursor.at, cursor.at + length
    cursor.deeper()
    found = structure_reader(cls)(cursor)
    cursor.nested -= 1
    if cursor.at != end:
        raise DecodeError(f"a body of {length} bytes is not one of {cls.__name__}", start, end)
    return found


def _read_int32(cursor: Cursor) -> int:
    return int.from_bytes(cursor.take(4), "little", signed=True)


def _read_dimensions(cursor: Cursor) -> list[int]:
    found: list[int] | None = _VARIANTS[ua.VariantType.Int32.value][1](cursor)
    return found or []


def _shaped(flat: list[Any] | None, dimensions: list[int], cursor: Cursor) -> list[Any] | None:
    """An array in its dimensions; they have to fit its length (5.2.2.16)."""
    length = len(flat or ())
    if len(dimensions) > _MOST_DIMENSIONS:
        raise DecodeError(f"a matrix of {len(dimensions)} dimensions", cursor.at)
    if dimensions and length != (prod(dimensions) if min(dimensions) > 0 else 0):
        raise DecodeError(f"dimensions {dimensions[:8]} of an array of {length}", cursor.at)
    if not flat:
        return flat
    shaped = flat
    for size in reversed(dimensions[1:]):
        shaped = [shaped[at : at + size] for at in range(0, len(shaped), size)]
    return shaped


BUILT_IN.update(
    ExtensionObject=read_extension_object,
    DataValue=read_data_value,
    Variant=read_variant,
    DiagnosticInfo=read_diagnostics,
)


def _variant_readers(name: str) -> tuple[Reader, Reader]:
    return BUILT_IN[name], array_reader(Kind(name, is_array=True))


_VARIANTS = {one.value: _variant_readers(one.name) for one in ua.VariantType}
_VARIANTS.update(dict.fromkeys(_RESERVED, _variant_readers("ByteString")))
"""Readers of one value and of many, by the type ids of Variants."""
