"""Service messages to bytes and back, as asyncua's structures (OPC 10000-6 1.05.04, 5.2)."""

from typing import Any

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua import ua_binary

from testbed.protocols.opcua.errors import DecodeError, UnknownType


def encoding_id(cls: type) -> int:
    """The id of a structure's binary encoding, in namespace 0."""
    found: int = ua.typeid_by_extension_objects[cls].Identifier
    return found


def encode_service(message: Any) -> bytes:
    """The type id and the body of a request or response."""
    return ua_binary.create_dataclass_serializer(type(message))(message)


def decode_service(body: bytes) -> Any:
    """Read a request, a response or a ServiceFault.

    Raises:
        UnknownType: the type id names none.
        DecodeError: anything else that cannot be read.
    """
    buffer = Buffer(body)
    try:
        type_id = ua_binary.nodeid_from_binary(buffer)
        cls = ua.extension_objects_by_typeid.get(type_id)
        if cls is None or not hasattr(cls, "TypeId"):
            raise UnknownType(type_id, body[len(body) - len(buffer) :], len(body) - len(buffer))
        buffer = Buffer(body)
        message = ua_binary.from_binary(cls, buffer)
    except DecodeError:
        raise
    except Exception as error:
        raise DecodeError(f"the message cannot be read: {type(error).__name__}") from error
    if len(buffer):
        raise DecodeError("bytes behind the message", len(body) - len(buffer), len(body))
    return message
