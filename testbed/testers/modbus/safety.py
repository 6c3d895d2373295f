"""What a test may send to live equipment: reads, and writes to what the vendor gave it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from testbed.protocols.modbus import (
    DecodeError,
    Framer,
    Function,
    MaskWriteRegister,
    ReadWriteMultipleRegisters,
    Request,
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
_HEADER = 7
_ROOM = 12
"""Bytes of malformed data in which no write can stand but from the first byte on: the shortest write."""


_SAID = re.compile(r"writes (coils|holding registers) (\d{1,5}) to (\d{1,5})")


@dataclass(frozen=True, slots=True)
class Write:
    """A well-formed write: how many values from which address of which table."""

    coils: bool
    first: int
    count: int

    def __str__(self) -> str:
        table = "coils" if self.coils else "holding registers"
        return f"writes {table} {self.first} to {self.first + self.count - 1}"

    @classmethod
    def of(cls, said: str) -> Write | None:
        """Read what `str` of a write says, as a record keeps it; None where it says something else."""
        found = _SAID.fullmatch(said)
        first, last = (int(found[2]), int(found[3])) if found else (1, 0)
        if found is None or not first <= last <= 0xFFFF:  # noqa: PLR2004 - the last address there is
            return None
        return cls(coils=found[1] == "coils", first=first, count=last - first + 1)

    @property
    def addresses(self) -> range:
        """The addresses written."""
        return range(self.first, self.first + self.count)


def writes_of(data: bytes, behind: bytes = b"") -> list[Write] | None:
    """Return every write that bytes ask for; None when they are not provably reads and sound writes.

    Args:
        data: bytes to be sent in one piece.
        behind: the beginning of an ADU that was sent before them, which they may complete to a write.
    """
    found: list[Write] = []
    for frame in Framer().feed(behind + data) if behind else ():
        try:
            found += _write(decode_request(frame.pdu))
        except DecodeError:
            if frame.pdu[:1] and frame.pdu[0] not in READS:
                return None
    rest = data
    while rest:
        length = int.from_bytes(rest[4:6])
        if rest[2:4] != b"\0\0" or length < 2 or len(rest) < 6 + length:  # noqa: PLR2004 - of the header
            return found if _is_harmless(data) else None
        pdu = rest[7 : 6 + length]
        try:
            found += _write(decode_request(pdu))
        except DecodeError:
            if pdu[0] not in READS or len(pdu) > _ROOM - _HEADER:
                return None
        rest = rest[6 + length :]
    return found


def _is_harmless(data: bytes) -> bool:
    """Say whether malformed bytes can be nothing but a read, however a device reads them."""
    return len(data) <= _ROOM and (len(data) < 8 or data[7] in READS)  # noqa: PLR2004 - where the function stands


def _write(request: Request) -> Iterable[Write]:
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
        case _ if request.function not in READS:
            raise DecodeError("not provably a read", 0)
