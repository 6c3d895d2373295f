"""Encapsulated interface transport: function 43 (MODBUS Application Protocol V1.1b3, 6.19 to 6.21)."""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import ClassVar, Self

from testbed.protocols.modbus.base import (
    NormalResponse,
    Pdu,
    Request,
    check_function,
    check_length,
    check_range,
    pack,
    unpack_head,
)
from testbed.protocols.modbus.codes import DecodeError, Function

_HEAD = Struct(">BB")
_REQUEST = Struct(">BBBB")
_RESPONSE = Struct(">BBBBBBB")
_OBJECT = Struct(">BB")


class MeiType(IntEnum):
    """The public interfaces that function 43 carries (AP 6.19)."""

    CANOPEN_GENERAL_REFERENCE = 13
    READ_DEVICE_IDENTIFICATION = 14


class ReadDeviceIdCode(IntEnum):
    """What of the identification is asked for (AP 6.21)."""

    BASIC = 1
    REGULAR = 2
    EXTENDED = 3
    SPECIFIC = 4


class Encapsulated(Pdu):
    """A PDU of function 43, told apart by the MEI type in its second byte."""

    __slots__ = ()
    function: ClassVar[Function] = Function.ENCAPSULATED_INTERFACE
    mei_type: ClassVar[MeiType]


@dataclass(frozen=True, slots=True)
class _CanopenGeneralReference(Encapsulated):
    mei_type = MeiType.CANOPEN_GENERAL_REFERENCE
    data: bytes

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_HEAD, self.function, self.mei_type) + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _check_head(pdu, cls.mei_type)
        return cls(pdu[_HEAD.size :])


class CanopenGeneralReference(_CanopenGeneralReference, Request):
    """Request of function 43/13; its data belong to CiA 309-2 and are not looked into (AP 6.20)."""

    __slots__ = ()


class CanopenGeneralReferenceResponse(_CanopenGeneralReference, NormalResponse):
    """Response of function 43/13; its data belong to CiA 309-2 and are not looked into (AP 6.20)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ReadDeviceIdentification(Encapsulated, Request):
    """Request of function 43/14: the code of a level, and the first or only object's id (AP 6.21)."""

    mei_type = MeiType.READ_DEVICE_IDENTIFICATION
    code: int
    object_id: int = 0

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_REQUEST, self.function, self.mei_type, self.code, self.object_id)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`; the code must be within 1 and 4."""
        _check_head(pdu, cls.mei_type)
        check_length(pdu, _REQUEST.size)
        check_range("read device id code", pdu[2], ReadDeviceIdCode.BASIC, ReadDeviceIdCode.SPECIFIC, 2)
        return cls(pdu[2], pdu[3])


@dataclass(frozen=True, slots=True)
class DeviceObject:
    """One object of an identification.

    Attributes:
        object_id: 0 vendor name, 1 product code, 2 revision, and so on.
        value: The object, ASCII where the standard defines it.
        length: Sent in place of the right one unless None; None after decoding.
    """

    object_id: int
    value: bytes
    length: int | None = None

    def encode(self) -> bytes:
        """The object's bytes; EncodeError where a number does not fit."""
        return (
            pack(_OBJECT, self.object_id, len(self.value) if self.length is None else self.length)
            + self.value
        )


@dataclass(frozen=True, slots=True)
class ReadDeviceIdentificationResponse(Encapsulated, NormalResponse):
    """Response of function 43/14 (AP 6.21).

    Attributes:
        code: The request's code, echoed.
        conformity: Level of the device; bit 7 says that single objects may be asked for.
        objects: The objects that fit.
        more_follows: 0xFF where more objects follow in another transaction, else 0.
        next_object_id: The id to ask for next, 0 where nothing follows.
        number_of_objects: Sent in place of the right one unless None; None after decoding.
    """

    mei_type = MeiType.READ_DEVICE_IDENTIFICATION
    code: int
    conformity: int
    objects: tuple[DeviceObject, ...]
    more_follows: int = 0
    next_object_id: int = 0
    number_of_objects: int | None = None

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        head = pack(
            _RESPONSE,
            self.function,
            self.mei_type,
            self.code,
            self.conformity,
            self.more_follows,
            self.next_object_id,
            len(self.objects) if self.number_of_objects is None else self.number_of_objects,
        )
        return head + b"".join(item.encode() for item in self.objects)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _check_head(pdu, cls.mei_type)
        _, _, code, conformity, more_follows, next_object_id, count = unpack_head(
            _RESPONSE, pdu, cls.function
        )
        objects: list[DeviceObject] = []
        start = _RESPONSE.size
        for _ in range(count):
            value_at = start + _OBJECT.size
            if value_at > len(pdu) or (end := value_at + pdu[start + 1]) > len(pdu):
                raise DecodeError(f"object {len(objects) + 1} of {count} cut short", start)
            objects.append(DeviceObject(pdu[start], pdu[value_at:end]))
            start = end
        check_length(pdu, start)
        return cls(code, conformity, tuple(objects), more_follows, next_object_id)


def _check_head(pdu: bytes, mei_type: MeiType) -> None:
    check_function(pdu, Function.ENCAPSULATED_INTERFACE)
    if pdu[1:2] != bytes((mei_type,)):
        raise DecodeError(f"MEI type {mei_type} expected", 1)
