"""Built-in types to bytes, from asyncua's values (OPC 10000-6 1.05.04, 5.2.2)."""

from collections.abc import Callable
from struct import Struct
from typing import Any
from uuid import UUID

from asyncua import ua

from testbed.protocols.opcua.decoding import NUMBERS

Writer = Callable[[bytearray, Any], None]

NULL = NUMBERS["Int32"].pack(-1)
"""The length of a string or an array that is null."""

_INT32, _UINT16, _INT64, _UINT32 = (NUMBERS[name] for name in ("Int32", "UInt16", "Int64", "UInt32"))
_length = _INT32.pack
_PLAIN = ua.NodeId
_TWO_BYTE, _FOUR_BYTE, _NUMERIC = Struct("<BB").pack, Struct("<BBH").pack, Struct("<BHI").pack
_NAMESPACE_URI, _SERVER_INDEX = 0x80, 0x40


def number_writer(name: str) -> Writer:
    """Write one number of a type."""
    pack = NUMBERS[name].pack

    def write(out: bytearray, value: Any) -> None:
        out += pack(value)

    return write


def write_bytes(out: bytearray, value: bytes | None) -> None:
    """A ByteString (5.2.2.7)."""
    if value is None:
        out += NULL
    else:
        out += _length(len(value)) + value


def write_string(out: bytearray, value: str | bytes | None) -> None:
    """A String (5.2.2.4); bytes, or lone surrogates that stand for them, go as they are."""
    if value is None:
        out += NULL
        return
    data = value.encode(errors="surrogateescape") if isinstance(value, str) else value
    out += _length(len(data)) + data


def write_xml(out: bytearray, value: Any) -> None:
    """An XmlElement (5.2.2.8), as asyncua has it or as text."""
    write_string(out, value.Value if isinstance(value, ua.XmlElement) else value)


def write_time(out: bytearray, value: Any) -> None:
    """A DateTime (5.2.2.5): a datetime, None for none, or a number of ticks as it is."""
    if not isinstance(value, int):
        value = 0 if value is None else ua.datetime_to_win_epoch(value)
    out += _INT64.pack(value)


def write_guid(out: bytearray, value: UUID) -> None:
    """A Guid (5.2.2.6)."""
    out += value.bytes_le


def write_status(out: bytearray, value: Any) -> None:
    """A StatusCode (5.2.2.11), as asyncua has it or as a number."""
    out += _UINT32.pack(value if isinstance(value, int) else value.value)


def write_node_id(out: bytearray, value: Any) -> None:
    """A NodeId or an ExpandedNodeId, in the form that it names (5.2.2.9 and 5.2.2.10)."""
    kind, at = value.NodeIdType, len(out)
    if kind == 0:
        out += _TWO_BYTE(kind, value.Identifier)
    elif kind == 1:
        out += _FOUR_BYTE(kind, value.NamespaceIndex, value.Identifier)
    elif kind == 2:  # noqa: PLR2004 - as the standard numbers them
        out += _NUMERIC(kind, value.NamespaceIndex, value.Identifier)
    else:
        out.append(kind)
        out += _UINT16.pack(value.NamespaceIndex)
        _IDENTIFIERS[kind](out, value.Identifier)
    if value.__class__ is not _PLAIN and isinstance(value, ua.ExpandedNodeId):
        if value.NamespaceUri:
            out[at] |= _NAMESPACE_URI
            write_string(out, value.NamespaceUri)
        if value.ServerIndex:
            out[at] |= _SERVER_INDEX
            out += _UINT32.pack(value.ServerIndex)


_IDENTIFIERS: dict[int, Writer] = {3: write_string, 4: write_guid, 5: write_bytes}


def write_qualified_name(out: bytearray, value: Any) -> None:
    """A QualifiedName (5.2.2.13)."""
    out += _UINT16.pack(value.NamespaceIndex)
    write_string(out, value.Name)


def write_localized_text(out: bytearray, value: Any) -> None:
    """A LocalizedText (5.2.2.14)."""
    out.append((value.Locale is not None) | (value.Text is not None) << 1)
    if value.Locale is not None:
        write_string(out, value.Locale)
    if value.Text is not None:
        write_string(out, value.Text)


WRITERS: dict[str, Writer] = {
    **{name: number_writer(name) for name in NUMBERS},
    "Null": lambda _out, _value: None,
    "String": write_string,
    "DateTime": write_time,
    "Guid": write_guid,
    "ByteString": write_bytes,
    "XmlElement": write_xml,
    "NodeId": write_node_id,
    "ExpandedNodeId": write_node_id,
    "StatusCode": write_status,
    "QualifiedName": write_qualified_name,
    "LocalizedText": write_localized_text,
}
"""Writers of the built-in types by their names; `encoding_nested` adds those that hold others."""
