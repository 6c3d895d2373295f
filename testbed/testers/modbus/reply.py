"""What a device answered: read leniently, judged strictly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from testbed.protocols.modbus import (
    DecodeError,
    ExceptionCode,
    Function,
    ReadFifoQueueResponse,
    ReadFileRecordResponse,
    Request,
    unpack_bits,
)
from testbed.protocols.modbus.files import REFERENCE_TYPE
from testbed.testers.answer import Answer, Instead, Reaction
from testbed.testers.modbus.layout import MBAP, Layout
from testbed.testers.modbus.told import Told

__all__ = ["ERROR_BIT", "Instead", "OtherException", "Outcome", "Reaction", "Reply"]

ERROR_BIT = 0x80
_BIT_READS = {Function.READ_COILS, Function.READ_DISCRETE_INPUTS}
_READS = _BIT_READS | {
    Function.READ_HOLDING_REGISTERS,
    Function.READ_INPUT_REGISTERS,
    Function.READ_WRITE_MULTIPLE_REGISTERS,
}


_Response = TypeVar("_Response", ReadFileRecordResponse, ReadFifoQueueResponse)


class OtherException(int):
    """An exception code that the standard does not define."""


Outcome = Reaction | ExceptionCode | OtherException
"""How a request ended: one of the reactions, or refused with an exception code."""


@dataclass(frozen=True)
class Reply(Told, Answer):
    """One frame that answered a request. Numbers are those on the wire; nothing is converted."""

    raw: bytes
    number: int
    """Its frame number in the capture."""
    at: float
    """Seconds since the case began."""
    request: Request | None = None
    """The request that it answers, where that was well-formed."""
    layout: Layout = MBAP
    """How the ADU is laid out."""

    @property
    def transaction(self) -> int:
        """Transaction identifier; 0 on a line that has none."""
        return self.layout.transaction(self.raw)

    @property
    def unit(self) -> int:
        """Unit identifier."""
        return self.layout.unit(self.raw)

    @cached_property
    def pdu(self) -> bytes:
        """Function code and data."""
        return self.layout.pdu(self.raw)

    @property
    def function(self) -> int:
        """Function code, with the highest bit set in an exception response."""
        return self.pdu[0] if self.pdu else -1

    @property
    def exception(self) -> Outcome:
        """The exception code, or that the response is a normal one."""
        if not self.function & ERROR_BIT or self.function < 0:
            return Reaction.NORMAL
        code = self.pdu[1] if len(self.pdu) > 1 else 0
        return ExceptionCode(code) if code in set(ExceptionCode) else OtherException(code)

    @property
    def byte_count(self) -> int | Instead:
        """The byte count of a read, where as many data bytes follow it."""
        if (lack := self.lacks(2)) is not None:
            return lack
        count, data = self.pdu[1], len(self.pdu) - 2
        if count != data:
            return Instead(
                f"byte count {count}, but {data} bytes of data",
                f"바이트 수 {count}, 실제 데이터 {data}바이트",
            )
        return count

    @cached_property
    def values(self) -> tuple[int, ...] | tuple[bool, ...] | Instead:
        """The values of a read: registers as numbers 0 to 65535, or as many bits as were asked for."""
        count = self.byte_count
        if isinstance(count, Instead):
            return count
        data = self.pdu[2:]
        if self.function in _BIT_READS:
            asked = getattr(self.request, "quantity", 8 * count)
            if asked > 8 * count:
                return Instead(f"only {8 * count} bits", f"{8 * count}비트뿐")
            return unpack_bits(data, asked)
        if count % 2:
            return Instead(f"an odd byte count of {count}", f"홀수 바이트 수 {count}")
        return tuple(int.from_bytes(data[at : at + 2]) for at in range(0, count, 2))

    @cached_property
    def records(self) -> tuple[tuple[int, ...], ...] | Instead:
        """The registers of each sub-response of function 20, where all carry reference type 6 (AP 6.14)."""
        told = self._decoded(ReadFileRecordResponse)
        if isinstance(told, Instead):
            return told
        if strange := {group.reference_type for group in told.groups} - {REFERENCE_TYPE}:
            return Instead(f"reference type {min(strange)}", f"참조 유형 {min(strange)}")
        return tuple(group.values for group in told.groups)

    @cached_property
    def queue(self) -> tuple[int, ...] | Instead:
        """The values of function 24, as many as its queue count says, the oldest first (AP 6.18)."""
        told = self._decoded(ReadFifoQueueResponse)
        return told if isinstance(told, Instead) else told.values

    def _decoded(self, layout: type[_Response]) -> _Response | Instead:
        if (lack := self.lacks(1)) is not None:
            return lack
        try:
            return layout.decode(self.pdu)
        except DecodeError as error:
            return Instead(str(error), f"해석할 수 없음: {error}")

    @property
    def padding(self) -> int | Instead:
        """The unused high bits of the last byte of a bit read, as a number; 0 is right (AP 6.1)."""
        count = self.byte_count
        if isinstance(count, Instead):
            return count
        asked = getattr(self.request, "quantity", 8 * count)
        return int.from_bytes(self.pdu[2:], "little") >> asked

    @property
    def echo(self) -> bytes | Instead:
        """The whole PDU, to be compared with what a write is answered with."""
        lack = self.lacks(1)
        return self.pdu if lack is None else lack

    def part(self, first: int, end: int) -> bytes | Instead:
        """Return bytes of the PDU of a normal response; an Instead where it has not so many."""
        lack = self.lacks(end)
        return self.pdu[first:end] if lack is None else lack

    def lacks(self, size: int) -> Instead | None:
        """Say what came where a normal response of at least so many bytes was asked for; None for such."""
        outcome = self.exception
        if isinstance(outcome, ExceptionCode):
            return Instead(
                f"exception {outcome:02X} ({outcome.title})", f"예외 {outcome:02X} ({outcome.title})"
            )
        if isinstance(outcome, OtherException):
            return Instead(f"exception {outcome:02X} (undefined)", f"예외 {outcome:02X} (정의되지 않음)")
        if len(self.pdu) < size:
            return Instead(f"a PDU of {len(self.pdu)} bytes", f"{len(self.pdu)}바이트 PDU")
        return None

    def span(self, attribute: str) -> tuple[int, int]:
        """Return the bytes of the frame that an attribute is read from: first, and first after."""
        if attribute == "transaction":
            return 0, 2
        if attribute == "unit":
            return self.layout.unit_span
        end = len(self.pdu)
        first, last = {
            "function": (0, 1),
            "exception": (0, min(2, end)),
            "byte_count": (1, 2),
            "values": (2, end) if self.function in _READS else (0, end),
            "padding": (end - 1, end),
            "sub_function": (1, 3),
        }.get(attribute, (0, end))
        return self.layout.span(first, last)
