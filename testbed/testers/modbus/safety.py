"""What a test may send to live equipment: reads, and writes to what the vendor gave it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from testbed.protocols.modbus import (
    DecodeError,
    Diagnostics,
    Frame,
    Framer,
    Function,
    GetCommEventCounter,
    GetCommEventLog,
    MaskWriteRegister,
    ReadDeviceIdentification,
    ReadExceptionStatus,
    ReadFifoQueue,
    ReadFileRecord,
    ReadWriteMultipleRegisters,
    ReportServerId,
    Request,
    WriteFileRecord,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
    decode_request,
)

READS = frozenset(
    {
        Function.READ_COILS,
        Function.READ_DISCRETE_INPUTS,
        Function.READ_HOLDING_REGISTERS,
        Function.READ_INPUT_REGISTERS,
    }
)
_WRITES = frozenset(
    {
        Function.WRITE_SINGLE_COIL,
        Function.WRITE_SINGLE_REGISTER,
        Function.WRITE_MULTIPLE_COILS,
        Function.WRITE_MULTIPLE_REGISTERS,
        Function.WRITE_FILE_RECORD,
        Function.MASK_WRITE_REGISTER,
        Function.READ_WRITE_MULTIPLE_REGISTERS,
    }
)
_READ_DEVICE_IDENTIFICATION = b"\x2b\x0e"
_OBSERVATIONS = frozenset(
    {
        Function.READ_EXCEPTION_STATUS,
        Function.GET_COMM_EVENT_COUNTER,
        Function.GET_COMM_EVENT_LOG,
        Function.REPORT_SERVER_ID,
    }
)
"""Functions that ask for what a device keeps of itself, whatever data stand behind them (AP 6.7 to 6.13)."""
OBSERVING = frozenset({0, 2, *range(11, 19)})
"""Sub-functions of function 08 that change nothing: the echo, the register, the counters (AP 6.8.1)."""
_HEADER = 7
_ROOM = 12
"""Bytes of malformed data in which no write can stand but from the first byte on: the shortest write."""


_SAID = re.compile(r"writes (coils|holding registers|file (\d{1,5}), records) (\d{1,5}) to (\d{1,5})")


@dataclass(frozen=True, slots=True)
class Write:
    """A well-formed write: how many values from which address of which table."""

    coils: bool
    first: int
    count: int
    file: int = 0
    """The file whose records are written; 0 where it is a table."""

    def __str__(self) -> str:
        table = "coils" if self.coils else "holding registers"
        table = f"file {self.file}, records" if self.file else table
        return f"writes {table} {self.first} to {self.first + self.count - 1}"

    @classmethod
    def of(cls, said: str) -> Write | None:
        """Read what `str` of a write says, as a record keeps it; None where it says something else."""
        found = _SAID.fullmatch(said)
        first, last = (int(found[3]), int(found[4])) if found else (1, 0)
        if found is None or not first <= last <= 0xFFFF:  # noqa: PLR2004 - the last address there is
            return None
        file = int(found[2] or 0)
        return cls(coils=found[1] == "coils", first=first, count=last - first + 1, file=file)

    @property
    def table(self) -> str:
        """What a case leases to be allowed it: `coils`, `registers` or `files`."""
        return "files" if self.file else "coils" if self.coils else "registers"

    @property
    def addresses(self) -> range:
        """The addresses written, or records where it is a file."""
        return range(self.first, self.first + self.count)

    @property
    def places(self) -> range:
        """The same as numbers that no other file has."""
        return places(self.file, self.first, self.count)


def places(file: int, first: int, count: int) -> range:
    """Return numbers for the records of a file, and for the addresses of a table, which is file 0."""
    start = (file << 16) + first
    return range(start, start + count)


class Spoken:
    """What was sent on one connection and a device may still read on in."""

    def __init__(self) -> None:
        self._framer = Framer()
        self._headers = b""

    @property
    def pending(self) -> bytes:
        """A frame that is not whole yet, or headers whose length field leaves no room for a function code."""
        return self._headers + self._framer.pending

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes as they are sent; return the frames that are now whole."""
        frames = self._framer.feed(data)
        for frame in frames:
            self._headers = b"" if frame.pdu else (self._headers + frame.raw)[-_ROOM:]
        return frames


def writes_of(data: bytes, behind: bytes = b"") -> list[Write] | None:
    """Return every write that bytes ask for; None when they are not provably reads and sound writes.

    Args:
        data: bytes to be sent in one piece.
        behind: the beginning of an ADU that was sent before them, which they may complete to a write.
    """
    found: list[Write] = []
    joined = Framer()
    frames = joined.feed(behind + data)
    is_open = bool(joined.pending) or not frames or not frames[-1].pdu
    for frame in frames if behind else ():
        try:
            found += _write(decode_request(frame.pdu))
        except DecodeError:
            if frame.pdu[:1] and frame.pdu[0] not in READS:
                return None
    rest = data
    while rest:
        length = int.from_bytes(rest[4:6])
        if rest[2:4] != b"\0\0" or length < 2 or len(rest) < 6 + length:  # noqa: PLR2004 - of the header
            harmless = _is_harmless(data) and (not is_open or _is_harmless(behind + data))
            return found if harmless else None
        pdu = rest[7 : 6 + length]
        try:
            found += _write(decode_request(pdu))
        except DecodeError:
            if not _begins_as_a_read(pdu) or len(pdu) > _ROOM - _HEADER:
                return None
        rest = rest[6 + length :]
    return found


def transaction_behind(transaction: int) -> int:
    """Return the next transaction identifier of which no byte is a function that writes.

    A device that has lost its step may read on with the identifier, and take one of its bytes for a function
    code: libmodbus does (tests/third_party/README.md, `MB-MBAP-LENGTH-TINY`).
    """
    while True:
        transaction = (transaction + 1) & 0xFFFF
        if _WRITES.isdisjoint(transaction.to_bytes(2)):
            return transaction


def writes_of_frame(pdu: bytes, *, is_sound: bool) -> list[Write] | None:
    """Return the writes of one frame of a serial line; None when it is not provably a read or a sound write.

    Args:
        pdu: function code and data, or what stands where they would.
        is_sound: whether a receiver takes the frame: a bad one might be carried out all the same.
    """
    try:
        if is_sound:
            return list(_write(decode_request(pdu)))
    except DecodeError:
        pass  # judged as any malformed frame
    return [] if not pdu or (_begins_as_a_read(pdu) and len(pdu) <= _ROOM - _HEADER) else None


def _is_harmless(data: bytes) -> bool:
    """Say whether malformed bytes can be nothing but a read, however a device reads them."""
    return len(data) <= _ROOM and (len(data) < 8 or data[7] in READS)  # noqa: PLR2004 - where the function stands


def _begins_as_a_read(pdu: bytes) -> bool:
    """Say whether no function that writes stands in front of a PDU, whatever comes behind."""
    others = (Function.READ_FILE_RECORD, Function.READ_FIFO_QUEUE, *_OBSERVATIONS)
    if pdu[0] == Function.DIAGNOSTICS:
        return len(pdu) > 2 and int.from_bytes(pdu[1:3]) in OBSERVING  # noqa: PLR2004 - code and sub-function
    return pdu[0] in READS or pdu[0] in others or pdu[:2] == _READ_DEVICE_IDENTIFICATION


def _write(request: Request) -> Iterable[Write]:  # noqa: C901 - a line a function
    match request:
        case WriteSingleCoil():
            yield Write(coils=True, first=request.address, count=1)
        case WriteMultipleCoils():
            yield Write(coils=True, first=request.address, count=len(request.values))
        case WriteSingleRegister() | MaskWriteRegister():
            yield Write(coils=False, first=request.address, count=1)
        case WriteMultipleRegisters():
            yield Write(coils=False, first=request.address, count=len(request.values))
        case ReadWriteMultipleRegisters():
            yield Write(coils=False, first=request.write_address, count=len(request.values))
        case WriteFileRecord():
            for group in request.groups:
                if not group.file or not group.values:
                    raise DecodeError("writes no record that there can be", 2)
                yield Write(coils=False, first=group.record, count=len(group.values), file=group.file)
        case ReadFileRecord() | ReadFifoQueue() | ReadDeviceIdentification():
            pass
        case ReadExceptionStatus() | GetCommEventCounter() | GetCommEventLog() | ReportServerId():
            pass
        case Diagnostics(sub_function=code) if code in OBSERVING:
            pass
        case _ if request.function not in READS:
            raise DecodeError("not provably a read", 0)
