"""Service messages to bytes and back, as asyncua's structures (OPC 10000-6 1.05.04, 5.2)."""

from struct import error as struct_error
from typing import Any

from asyncua import ua

from testbed.protocols.opcua import decoding_nested  # noqa: F401 - completes the built-in types
from testbed.protocols.opcua.cursor import Cursor
from testbed.protocols.opcua.decoding import Reader, read_node_id
from testbed.protocols.opcua.decoding_structures import structure_reader
from testbed.protocols.opcua.encoding_nested import structure_writer
from testbed.protocols.opcua.errors import DecodeError, EncodeError, UnknownType
from testbed.protocols.opcua.layout import message_of


def encoding_id(cls: type) -> int:
    """The id of a structure's binary encoding, in namespace 0."""
    found: int = ua.typeid_by_extension_objects[cls].Identifier
    return found


def encode_service(message: Any) -> bytes:
    """The type id and the body of a request or response.

    Raises:
        EncodeError: a field holds what its type cannot.
    """
    out = bytearray()
    try:
        structure_writer(message.__class__)(out, message)
    except (struct_error, TypeError, ValueError, AttributeError, KeyError, OverflowError) as error:
        raise EncodeError(f"{type(message).__name__} cannot be encoded: {error}") from error
    return bytes(out)


_TYPE_ID = 4
"""Bytes of a type id, as everybody encodes those of messages."""
_MESSAGES: dict[bytes, Reader] = {}
"""Readers of messages by these bytes; as many as there are messages."""


def _message_reader(cursor: Cursor) -> Reader:
    """Find what reads the message at the cursor, which stays before its type id."""
    type_id = read_node_id(cursor)
    is_numeric = type_id.NamespaceIndex == 0 and isinstance(type_id.Identifier, int)
    cls = message_of(type_id.Identifier) if is_numeric else None
    if cls is None:
        raise UnknownType(type_id, cursor.data[cursor.at :], cursor.at)
    read = structure_reader(cls)
    if cursor.at == _TYPE_ID:
        _MESSAGES[cursor.data[:_TYPE_ID]] = read
    cursor.at = 0
    return read


def decode_service(body: bytes, *, errors: str = "strict") -> Any:
    """Read a request, a response or a ServiceFault.

    Args:
        body: The message, type id first.
        errors: What to do with text that is no UTF-8, as `bytes.decode` has it.

    Raises:
        UnknownType: the type id names none.
        DecodeError: anything else that cannot be read.
    """
    cursor = Cursor(body, errors=errors)
    try:
        read = _MESSAGES.get(body[:_TYPE_ID]) or _message_reader(cursor)
        message = read(cursor)  # a message is a structure whose first field is its type id
    except UnicodeDecodeError as error:
        start = cursor.at
        raise DecodeError("a string is no UTF-8", start + error.start, start + error.end) from None
    except struct_error:
        raise DecodeError("the message ends within a field", len(body)) from None
    except RecursionError:
        raise DecodeError("too many levels of nesting", cursor.at) from None
    if cursor.at != len(body):
        raise DecodeError("bytes behind the message", cursor.at, len(body))
    return message
