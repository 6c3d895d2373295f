"""Built-in types from bytes, as asyncua's values, with nothing tolerated (OPC 10000-6 1.05.04, 5.2.2)."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from struct import Struct
from typing import Any
from uuid import UUID

from asyncua import ua

from testbed.protocols.opcua.cursor import Cursor
from testbed.protocols.opcua.errors import DecodeError

Reader = Callable[[Cursor], Any]

NUMBERS = {
    "Boolean": Struct("<?"), "SByte": Struct("<b"), "Byte": Struct("<B"), "Int16": Struct("<h"),
    "UInt16": Struct("<H"), "Int32": Struct("<i"), "UInt32": Struct("<I"), "Int64": Struct("<q"),
    "UInt64": Struct("<Q"), "Float": Struct("<f"), "Double": Struct("<d"),
}  # fmt: skip
"""Types of a fixed size, whose arrays are read at once."""

_new = object.__new__
_INT64, _UINT32, _UINT16 = NUMBERS["Int64"], NUMBERS["UInt32"], NUMBERS["UInt16"]
_NUMERIC = {kind: (one.unpack_from, one.size) for kind, one in enumerate(map(Struct, ("<B", "<BH", "<HI")))}
_FOUR_BYTE = Struct("<BBH").unpack_from
_KINDS = {one.value: one for one in ua.NodeIdType}
_GUID = ua.NodeIdType.Guid.value
_SHORT = 64
"""Length up to which identifiers are kept, to make the NodeIds of one node once (assumed)."""
_MOST_PICOSECONDS = 9999
_NAMESPACE_URI, _SERVER_INDEX = 0x80, 0x40


def number_reader(name: str) -> Reader:
    """Read one number of a type."""
    layout = NUMBERS[name]
    size, unpack_from = layout.size, layout.unpack_from

    def read(cursor: Cursor) -> Any:
        at = cursor.at
        cursor.at = at + size
        return unpack_from(cursor.data, at)[0]

    return read


def read_string(cursor: Cursor) -> str | None:
    """A String (5.2.2.4)."""
    length = cursor.length()
    if length <= 0:
        return None if length else ""
    start = cursor.at
    text = str(cursor.data[start : start + length], "utf-8", cursor.errors)
    cursor.at = start + length
    return text


def read_bytes(cursor: Cursor) -> bytes | None:
    """A ByteString (5.2.2.7)."""
    length = cursor.length()
    if length <= 0:
        return None if length else b""
    start = cursor.at
    cursor.at = end = start + length
    return cursor.data[start:end]


def read_xml(cursor: Cursor) -> Any:
    """An XmlElement (5.2.2.8)."""
    return ua.XmlElement(read_string(cursor))


def read_time(cursor: Cursor) -> datetime:
    """A DateTime; what Python cannot express becomes the nearest that it can (5.2.2.5)."""
    at = cursor.at
    cursor.at = at + 8
    found: datetime = ua.win_epoch_to_datetime(_INT64.unpack_from(cursor.data, at)[0])
    return found


def read_guid(cursor: Cursor) -> UUID:
    """A Guid (5.2.2.6)."""
    return UUID(bytes_le=cursor.take(16))


def read_status(cursor: Cursor) -> Any:
    """A StatusCode (5.2.2.11)."""
    at = cursor.at
    cursor.at = at + 4
    found = _new(ua.StatusCode)
    found.value = _UINT32.unpack_from(cursor.data, at)[0]
    return found


def read_node_id(cursor: Cursor) -> Any:
    """A NodeId (5.2.2.9)."""
    at, data = cursor.at, cursor.data
    if data[at : at + 1] == b"\x01":  # as type ids have it
        found = _FOUR_BYTE(data, at)
        cursor.at = at + 4
        return _numeric(*found)
    return _node_id(cursor, cursor.byte())


def read_expanded(cursor: Cursor) -> Any:
    """An ExpandedNodeId; a plain NodeId where neither a URI nor a server is named (5.2.2.10)."""
    kind = cursor.byte()
    found = _node_id(cursor, kind & 0x3F)
    if not kind & (_NAMESPACE_URI | _SERVER_INDEX):
        return found
    uri = read_string(cursor) if kind & _NAMESPACE_URI else None
    server = int.from_bytes(cursor.take(4), "little") if kind & _SERVER_INDEX else 0
    return ua.ExpandedNodeId(found.Identifier, found.NamespaceIndex, found.NodeIdType, uri, server)


@lru_cache(maxsize=4096)
def _numeric(kind: int, namespace: int, identifier: int) -> Any:
    return ua.NodeId(identifier, namespace, _KINDS[kind])


@lru_cache(maxsize=4096)
def _named(kind: int, namespace: int, identifier: str | bytes) -> Any:
    return ua.NodeId(identifier, namespace, _KINDS[kind])


def _node_id(cursor: Cursor, kind: int) -> Any:
    if kind in _NUMERIC:
        unpack_from, size = _NUMERIC[kind]
        at = cursor.at
        cursor.at = at + size
        found = unpack_from(cursor.data, at)
        return _numeric(kind, *found) if kind else _numeric(0, 0, found[0])
    if kind not in _IDENTIFIERS:
        raise DecodeError(f"0x{kind:02X} is no encoding of a NodeId", cursor.at - 1, cursor.at)
    at = cursor.at
    namespace: int = _UINT16.unpack_from(cursor.data, at)[0]
    cursor.at = at + 2
    read, null = _IDENTIFIERS[kind]
    identifier = read(cursor)
    if identifier is None:
        identifier = null
    if kind != _GUID and len(identifier) <= _SHORT:
        return _named(kind, namespace, identifier)
    return ua.NodeId(identifier, namespace, _KINDS[kind])


_IDENTIFIERS: dict[int, tuple[Reader, Any]] = {
    3: (read_string, ""),
    4: (read_guid, None),
    5: (read_bytes, b""),
}


def read_qualified_name(cursor: Cursor) -> Any:
    """A QualifiedName (5.2.2.13)."""
    at = cursor.at
    found = _new(ua.QualifiedName)  # without the checks of its constructor: types are what they should be
    found.NamespaceIndex = _UINT16.unpack_from(cursor.data, at)[0]
    cursor.at = at + 2
    found.Name = read_string(cursor)
    return found


def read_localized_text(cursor: Cursor) -> Any:
    """A LocalizedText (5.2.2.14)."""
    mask = read_mask(cursor, 0x03)
    locale = read_string(cursor) if mask & 1 else None
    return ua.LocalizedText(read_string(cursor) if mask & 2 else None, locale)


def read_mask(cursor: Cursor, known: int) -> int:
    """A mask of one byte; DecodeError for a bit that stands for no field."""
    mask = cursor.byte()
    if mask & ~known:
        raise DecodeError(f"mask 0x{mask:02X} names fields that are none", cursor.at - 1, cursor.at)
    return mask


def read_picoseconds(cursor: Cursor) -> int:
    """Picoseconds of a DataValue, of which there are less than 10,000 (5.2.2.17)."""
    return min(int.from_bytes(cursor.take(2), "little"), _MOST_PICOSECONDS)


BUILT_IN: dict[str, Reader] = {
    **{name: number_reader(name) for name in NUMBERS},
    "Null": lambda _: None,
    "String": read_string,
    "DateTime": read_time,
    "Guid": read_guid,
    "ByteString": read_bytes,
    "XmlElement": read_xml,
    "NodeId": read_node_id,
    "ExpandedNodeId": read_expanded,
    "StatusCode": read_status,
    "QualifiedName": read_qualified_name,
    "LocalizedText": read_localized_text,
}
"""Readers of the built-in types by their names; `decoding_nested` adds those that hold others."""
