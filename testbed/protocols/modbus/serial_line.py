"""Serial line diagnostics: functions 7, 8, 11, 12, 17 (MODBUS Application Protocol V1.1b3, 6.7 to 6.13)."""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Self

from testbed.protocols.modbus.base import (
    NormalResponse,
    Pdu,
    Request,
    check_length,
    pack,
    unpack,
    unpack_head,
)
from testbed.protocols.modbus.codes import DecodeError, Function, UnknownFunction

_FUNCTION = Struct(">B")
_BYTE = Struct(">BB")
_WORD = Struct(">BH")
_TWO_WORDS = Struct(">BHH")
_LOG = Struct(">BBHHH")
_LOG_WORDS = 6
"""Bytes of the three words that the byte count of a log includes."""


class SubFunction(IntEnum):
    """The public sub-functions of function 8 (AP 6.8.1)."""

    RETURN_QUERY_DATA = 0
    RESTART_COMMUNICATIONS_OPTION = 1
    RETURN_DIAGNOSTIC_REGISTER = 2
    CHANGE_ASCII_INPUT_DELIMITER = 3
    FORCE_LISTEN_ONLY_MODE = 4
    CLEAR_COUNTERS_AND_DIAGNOSTIC_REGISTER = 10
    RETURN_BUS_MESSAGE_COUNT = 11
    RETURN_BUS_COMMUNICATION_ERROR_COUNT = 12
    RETURN_BUS_EXCEPTION_ERROR_COUNT = 13
    RETURN_SERVER_MESSAGE_COUNT = 14
    RETURN_SERVER_NO_RESPONSE_COUNT = 15
    RETURN_SERVER_NAK_COUNT = 16
    RETURN_SERVER_BUSY_COUNT = 17
    RETURN_BUS_CHARACTER_OVERRUN_COUNT = 18
    CLEAR_OVERRUN_COUNTER_AND_FLAG = 20


_PUBLIC = frozenset(SubFunction)


@dataclass(frozen=True, slots=True)
class _BareRequest(Request):
    """A request that is a function code and nothing else."""

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_FUNCTION, self.function)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        unpack(_FUNCTION, pdu, cls.function)
        return cls()


class ReadExceptionStatus(_BareRequest):
    """Request of function 7 (AP 6.7)."""

    __slots__ = ()
    function = Function.READ_EXCEPTION_STATUS


class GetCommEventCounter(_BareRequest):
    """Request of function 11 (AP 6.9)."""

    __slots__ = ()
    function = Function.GET_COMM_EVENT_COUNTER


class GetCommEventLog(_BareRequest):
    """Request of function 12 (AP 6.10)."""

    __slots__ = ()
    function = Function.GET_COMM_EVENT_LOG


class ReportServerId(_BareRequest):
    """Request of function 17 (AP 6.13)."""

    __slots__ = ()
    function = Function.REPORT_SERVER_ID


@dataclass(frozen=True, slots=True)
class ReadExceptionStatusResponse(NormalResponse):
    """Response of function 7: eight outputs of the device's own choice, 8 bits (AP 6.7)."""

    function = Function.READ_EXCEPTION_STATUS
    status: int

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_BYTE, self.function, self.status)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, status = unpack(_BYTE, pdu, cls.function)
        return cls(status)


@dataclass(frozen=True, slots=True)
class _Diagnostics(Pdu):
    function = Function.DIAGNOSTICS
    sub_function: int
    data: bytes = bytes(2)

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_WORD, self.function, self.sub_function) + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`; a reserved sub-function raises UnknownFunction."""
        _, sub_function = unpack_head(_WORD, pdu, cls.function)
        if sub_function not in _PUBLIC:
            raise UnknownFunction(f"sub-function {sub_function} is not public", 1)
        if sub_function != SubFunction.RETURN_QUERY_DATA:
            check_length(pdu, _WORD.size + 2)
        return cls(sub_function, pdu[_WORD.size :])


class Diagnostics(_Diagnostics, Request):
    """Request of function 8: sub-function and data, one word but for the query data (AP 6.8)."""

    __slots__ = ()

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`; the data must be what AP's table lists for the sub-function."""
        request = super().decode(pdu)
        data = request.data
        match request.sub_function:
            case SubFunction.RETURN_QUERY_DATA:
                legal = len(data) > 0 and len(data) % 2 == 0
            case SubFunction.RESTART_COMMUNICATIONS_OPTION:
                legal = data in (b"\x00\x00", b"\xff\x00")
            case SubFunction.CHANGE_ASCII_INPUT_DELIMITER:
                legal = data[1] == 0
            case _:
                legal = data == b"\x00\x00"
        if not legal:
            raise DecodeError(f"data {data.hex()} are not legal in sub-function {request.sub_function}", 3)
        return request


class DiagnosticsResponse(_Diagnostics, NormalResponse):
    """Response of function 8: the request's echo, or the word asked for (AP 6.8)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class GetCommEventCounterResponse(NormalResponse):
    """Response of function 11: status (0xFFFF while busy, else 0) and event count, words (AP 6.9)."""

    function = Function.GET_COMM_EVENT_COUNTER
    status: int
    event_count: int

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_TWO_WORDS, self.function, self.status, self.event_count)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, status, event_count = unpack(_TWO_WORDS, pdu, cls.function)
        return cls(status, event_count)


@dataclass(frozen=True, slots=True)
class GetCommEventLogResponse(NormalResponse):
    """Response of function 12 (AP 6.10).

    Attributes:
        status: 0xFFFF while busy, else 0; a word, as the next two.
        event_count: As function 11 reports it.
        message_count: Messages seen since the last restart.
        events: One byte an event, the newest first; AP allows 64.
        byte_count: Sent in place of the right one unless None; None after decoding.
    """

    function = Function.GET_COMM_EVENT_LOG
    status: int
    event_count: int
    message_count: int
    events: bytes
    byte_count: int | None = None

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        byte_count = _LOG_WORDS + len(self.events) if self.byte_count is None else self.byte_count
        words = self.status, self.event_count, self.message_count
        return pack(_LOG, self.function, byte_count, *words) + self.events

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, byte_count, status, event_count, message_count = unpack_head(_LOG, pdu, cls.function)
        check_length(pdu, 2 + byte_count)
        return cls(status, event_count, message_count, pdu[_LOG.size :])


@dataclass(frozen=True, slots=True)
class ReportServerIdResponse(NormalResponse):
    """Response of function 17 (AP 6.13).

    Attributes:
        data: Server id, run indicator (0xFF on, 0x00 off) and more; the device says how long the id is.
        byte_count: Sent in place of the right one unless None; None after decoding.
    """

    function = Function.REPORT_SERVER_ID
    data: bytes
    byte_count: int | None = None

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        byte_count = len(self.data) if self.byte_count is None else self.byte_count
        return pack(_BYTE, self.function, byte_count) + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, byte_count = unpack_head(_BYTE, pdu, cls.function)
        check_length(pdu, 2 + byte_count)
        return cls(pdu[2:])
