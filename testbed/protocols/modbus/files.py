"""File records and FIFO queues: functions 20, 21, 24 (MODBUS Application Protocol V1.1b3, 6.14 to 6.18)."""

from dataclasses import dataclass
from struct import Struct
from typing import Self

from testbed.protocols.modbus.base import (
    NormalResponse,
    Pdu,
    Request,
    check_length,
    check_range,
    pack,
    pack_registers,
    unpack,
    unpack_head,
    unpack_registers,
)
from testbed.protocols.modbus.codes import DecodeError, Function

REFERENCE_TYPE = 6
"""The only reference type (AP 6.14)."""

MAX_READ_BYTE_COUNT = 0xF5
MAX_WRITE_BYTE_COUNT = 0xFB
"""AP 6.15's table; its state diagram (figure 25) says 0xF5, the more generous reading is taken."""

_HEAD = Struct(">BB")
_GROUP = Struct(">BHHH")
_CONTENT = Struct(">BB")
_FIFO_REQUEST = Struct(">BH")
_FIFO_HEAD = Struct(">BHH")
_MIN_WRITE_BYTE_COUNT = _GROUP.size + 2


@dataclass(frozen=True, slots=True)
class RecordReference:
    """One sub-request of function 20: `length` registers of a file, from a record on."""

    file: int
    record: int
    length: int
    reference_type: int = REFERENCE_TYPE

    def encode(self) -> bytes:
        """The seven bytes; EncodeError where a number does not fit."""
        return pack(_GROUP, self.reference_type, self.file, self.record, self.length)


@dataclass(frozen=True, slots=True)
class RecordContent:
    """One sub-response of function 20: the registers read.

    Attributes:
        values: Numbers of 16 bits.
        reference_type: Always 6 in a right response.
        length: Length in bytes, reference type included, sent in place of the right one unless None.
    """

    values: tuple[int, ...]
    reference_type: int = REFERENCE_TYPE
    length: int | None = None

    def encode(self) -> bytes:
        """The sub-response's bytes; EncodeError where a number does not fit."""
        length = 1 + 2 * len(self.values) if self.length is None else self.length
        return pack(_CONTENT, length, self.reference_type) + pack_registers(self.values)


@dataclass(frozen=True, slots=True)
class RecordWrite:
    """One sub-request of function 21: registers for a file, from a record on.

    Attributes:
        file: File number.
        record: First record's number.
        values: Numbers of 16 bits.
        reference_type: Always 6 in a right request.
        length: Length in registers, sent in place of the right one unless None.
    """

    file: int
    record: int
    values: tuple[int, ...]
    reference_type: int = REFERENCE_TYPE
    length: int | None = None

    def encode(self) -> bytes:
        """The sub-request's bytes; EncodeError where a number does not fit."""
        length = len(self.values) if self.length is None else self.length
        return pack(_GROUP, self.reference_type, self.file, self.record, length) + pack_registers(self.values)


@dataclass(frozen=True, slots=True)
class ReadFileRecord(Request):
    """Request of function 20 (AP 6.14); whether the files exist is for the server to say, with exception 02.

    Attributes:
        groups: The sub-requests.
        byte_count: Sent in place of the right one unless None; None after decoding.
    """

    function = Function.READ_FILE_RECORD
    groups: tuple[RecordReference, ...]
    byte_count: int | None = None

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return _encode(self.function, self.groups, self.byte_count)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`; the byte count must be a multiple of 7 within 7 and 245."""
        _, byte_count = unpack_head(_HEAD, pdu, cls.function)
        check_range("byte count", byte_count, _GROUP.size, MAX_READ_BYTE_COUNT, 1)
        check_length(pdu, 2 + byte_count)
        if byte_count % _GROUP.size:
            raise DecodeError(f"byte count {byte_count} is no multiple of {_GROUP.size}", 1)
        groups = _GROUP.iter_unpack(pdu[2:])
        return cls(tuple(RecordReference(file, record, size, kind) for kind, file, record, size in groups))


@dataclass(frozen=True, slots=True)
class ReadFileRecordResponse(NormalResponse):
    """Response of function 20: a sub-response for each sub-request, in order (AP 6.14).

    Attributes:
        groups: The sub-responses.
        byte_count: Sent in place of the right one unless None; None after decoding.
    """

    function = Function.READ_FILE_RECORD
    groups: tuple[RecordContent, ...]
    byte_count: int | None = None

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return _encode(self.function, self.groups, self.byte_count)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, byte_count = unpack_head(_HEAD, pdu, cls.function)
        check_length(pdu, 2 + byte_count)
        groups: list[RecordContent] = []
        start = 2
        while start < len(pdu):
            length = pdu[start]
            end = start + 1 + length
            if length % 2 == 0 or end > len(pdu):
                raise DecodeError(f"file response length {length} holds no whole registers", start)
            groups.append(RecordContent(unpack_registers(pdu[start + 2 : end]), pdu[start + 1]))
            start = end
        return cls(tuple(groups))


@dataclass(frozen=True, slots=True)
class _WriteFileRecord(Pdu):
    function = Function.WRITE_FILE_RECORD
    groups: tuple[RecordWrite, ...]
    byte_count: int | None = None

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return _encode(self.function, self.groups, self.byte_count)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, byte_count = unpack_head(_HEAD, pdu, cls.function)
        check_length(pdu, 2 + byte_count)
        groups: list[RecordWrite] = []
        start = 2
        while start < len(pdu):
            values_at = start + _GROUP.size
            if values_at > len(pdu):
                raise DecodeError("sub-request cut short", start)
            reference_type, file, record, length = _GROUP.unpack_from(pdu, start)
            end = values_at + 2 * length
            if end > len(pdu):
                raise DecodeError(f"record length {length} is more than the registers that follow", start + 5)
            groups.append(RecordWrite(file, record, unpack_registers(pdu[values_at:end]), reference_type))
            start = end
        return cls(tuple(groups))


class WriteFileRecord(_WriteFileRecord, Request):
    """Request of function 21: sub-requests, byte count in place of the right one unless None (AP 6.15)."""

    __slots__ = ()

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`; the byte count must be within 9 and 251."""
        _, byte_count = unpack_head(_HEAD, pdu, cls.function)
        check_range("byte count", byte_count, _MIN_WRITE_BYTE_COUNT, MAX_WRITE_BYTE_COUNT, 1)
        return super().decode(pdu)


class WriteFileRecordResponse(_WriteFileRecord, NormalResponse):
    """Response of function 21: the request's echo (AP 6.15)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ReadFifoQueue(Request):
    """Request of function 24: the address of a FIFO pointer (AP 6.18)."""

    function = Function.READ_FIFO_QUEUE
    address: int

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_FIFO_REQUEST, self.function, self.address)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, address = unpack(_FIFO_REQUEST, pdu, cls.function)
        return cls(address)


@dataclass(frozen=True, slots=True)
class ReadFifoQueueResponse(NormalResponse):
    """Response of function 24 (AP 6.18).

    Attributes:
        values: The queue's registers, the oldest first; AP allows 31.
        fifo_count: Sent in place of the number of values unless None; None after decoding.
        byte_count: Sent in place of the right one (fifo count included) unless None; None after decoding.
    """

    function = Function.READ_FIFO_QUEUE
    values: tuple[int, ...]
    fifo_count: int | None = None
    byte_count: int | None = None

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        byte_count = 2 + 2 * len(self.values) if self.byte_count is None else self.byte_count
        fifo_count = len(self.values) if self.fifo_count is None else self.fifo_count
        return pack(_FIFO_HEAD, self.function, byte_count, fifo_count) + pack_registers(self.values)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, byte_count, fifo_count = unpack_head(_FIFO_HEAD, pdu, cls.function)
        if byte_count != 2 + 2 * fifo_count:
            raise DecodeError(f"byte count {byte_count} does not hold {fifo_count} registers", 1)
        check_length(pdu, 3 + byte_count)
        return cls(unpack_registers(pdu, _FIFO_HEAD.size))


def _encode(
    function: Function,
    groups: tuple[RecordReference, ...] | tuple[RecordContent, ...] | tuple[RecordWrite, ...],
    byte_count: int | None,
) -> bytes:
    data = b"".join(group.encode() for group in groups)
    return pack(_HEAD, function, len(data) if byte_count is None else byte_count) + data
