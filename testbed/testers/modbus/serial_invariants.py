"""The invariants of a serial line: what every frame of a server must keep, whatever it answers.

MODBUS over Serial Line V1.02 ("SL"), and of the Application Protocol what holds on every line.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from testbed.model.base import Text
from testbed.protocols.modbus import AsciiFrame, ExceptionCode, RtuFrame
from testbed.testers.modbus.invariants import (
    ADU_SIZE,
    DEFINED,
    EXCEPTION_CODE,
    EXCEPTION_SIZE,
    FUNCTION,
    ONE_ANSWER,
)
from testbed.testers.modbus.layout import ASCII, RTU, Layout
from testbed.testers.modbus.reply import ERROR_BIT
from testbed.wire.monitor import Breach

CRC = "MB-RTU-CRC"
LRC = "MB-ASCII-LRC"
FORM = "MB-ASCII-FORM"
ADDRESS = "MB-SERIAL-ADDRESS-ECHO"

_LONGEST = {RTU: 256, ASCII: 513}
"""Of a frame, in bytes or characters (SL 2.5.1.1, 2.5.2.1)."""
_EXCEPTION_PDU = 2
_BROADCAST = 0
_ONE = Text(en="one answer to each request to this address", ko="이 주소로 온 요청마다 하나의 응답")


@dataclass(slots=True)
class _Asked:
    unit: int
    function: int


@dataclass(slots=True)
class SerialMonitor:
    """Watches the line during one case; a frame is charged with one breach, the first in the frame."""

    layout: Layout
    units: frozenset[int]
    """Addresses of the device, or of those behind a gateway."""
    breaches: list[Breach] = field(default_factory=list)
    watched: int = 0
    """Frames judged."""
    silences: int = 0
    """Times that the tester waited for something that did not come."""
    busy: bool = False
    """Whether the device said that it has no room for a request."""
    _asked: _Asked | None = None
    _lenient: bool = False
    """The tester sent what no good client would: a case judges what that is met with."""

    def sent(self, connection: int, data: bytes, number: int) -> None:  # noqa: ARG002 - part of the interface
        """Take note of what was asked; a frame that is none, or for somebody else, is the case's matter."""
        frame = _frame(self.layout, data)
        self._lenient = frame.fault is not None or frame.unit not in self.units
        self._asked = None if self._lenient else _Asked(frame.unit or 0, frame.pdu[0])

    def received(self, connection: int, frame: bytes, number: int, *, followed: bool) -> bool:  # noqa: ARG002
        """Judge one frame; it never answers what was given up, for a line carries one exchange at a time."""
        self.watched += 1
        if (breach := self._judge(frame, number)) is not None:
            self.breaches.append(breach)
        return False

    def incomplete(self, connection: int, stump: bytes, number: int) -> None:  # noqa: ARG002
        """Judge a frame that was broken off."""
        if not self._lenient:
            self.breaches += filter(None, [self._unsound(stump, number)])

    def flooded(self, connection: int, number: int) -> None:  # noqa: ARG002 - part of the interface
        """Charge a device that sent so much that it was not read any more."""
        said = Text(en="a flood of what nothing asked for", ko="요청하지 않은 데이터의 끝없는 전송")
        self.breaches.append(Breach(ONE_ANSWER, _ONE, said, number))

    def expects(self, connection: int) -> bool:  # noqa: ARG002 - part of the interface
        """Say whether an answer is due."""
        return self._lenient or self._asked is not None

    def forget(self, connection: int) -> None:  # noqa: ARG002 - part of the interface
        """Stop waiting for what was asked: the tester saw no answer in time."""
        self.silences += 1
        self._asked = None

    def _judge(self, raw: bytes, number: int) -> Breach | None:
        """Judge a frame: its size, its check, its PDU, and what it should have copied from the request."""
        if len(raw) > (longest := _LONGEST[self.layout]):
            return _breach(ADU_SIZE, number, (0, len(raw)), f"at most {longest} bytes", f"{len(raw)} bytes")
        if (breach := self._unsound(raw, number)) is not None:
            return breach
        pdu = self.layout.pdu(raw)
        self.busy |= pdu[1:2] == bytes((ExceptionCode.SERVER_DEVICE_BUSY,)) and pdu[0] >= ERROR_BIT
        if pdu[0] & ERROR_BIT and len(pdu) != _EXCEPTION_PDU:
            span = self.layout.span(0, len(pdu))
            return _breach(EXCEPTION_SIZE, number, span, "2 bytes of PDU", f"{len(pdu)} bytes of PDU")
        if pdu[0] & ERROR_BIT and pdu[1] not in DEFINED:
            span = self.layout.span(1, 2)
            return _breach(EXCEPTION_CODE, number, span, "code 01 … 08, 0A, 0B", f"code {pdu[1]:02X}")
        return None if self._lenient else self._match(raw, pdu[0], number)

    def _match(self, raw: bytes, function: int, number: int) -> Breach | None:
        """Judge what must be copied from the request that a frame answers."""
        asked, self._asked = self._asked, None
        if asked is None:
            said = Text(en="an answer that nothing asked for", ko="요청하지 않은 응답")
            return Breach(ONE_ANSWER, _ONE, said, number, 0, len(raw))
        if (unit := self.layout.unit(raw)) != asked.unit:
            span = self.layout.unit_span
            return _breach(ADDRESS, number, span, f"address {asked.unit:02X}", f"address {unit:02X}")
        if function & ~ERROR_BIT != asked.function & ~ERROR_BIT:
            span = self.layout.span(0, 1)
            return _breach(
                FUNCTION, number, span, f"function {asked.function:02X}", f"function {function:02X}"
            )
        return None

    def _unsound(self, raw: bytes, number: int) -> Breach | None:
        """Say what is wrong with a frame that no receiver would take."""
        fault = _frame(self.layout, raw).fault
        if fault is None:
            return None
        span = self.layout.check_span(raw)
        if self.layout is RTU:
            return _breach(CRC, number, span, "a frame with its own CRC", fault)
        if "LRC" in fault:
            return _breach(LRC, number, span, "a frame with its own LRC", fault)
        return _breach(FORM, number, (0, len(raw)), "colon, digits 0-9 A-F, CR, LF", fault)


def _frame(layout: Layout, raw: bytes) -> RtuFrame | AsciiFrame:
    return RtuFrame(raw) if layout is RTU else AsciiFrame(raw)


_KO = {
    ADU_SIZE: "프레임 길이 제한",
    EXCEPTION_SIZE: "예외 응답 PDU 2바이트",
    EXCEPTION_CODE: "정의된 예외 코드",
    ADDRESS: "요청받은 주소",
    FUNCTION: "요청받은 기능 코드",
    CRC: "올바른 CRC를 가진 프레임",
    LRC: "올바른 LRC를 가진 프레임",
    FORM: "콜론, 0-9 A-F 숫자, CR, LF 형식의 프레임",
}


def _breach(requirement: str, number: int, span: tuple[int, int], expected: str, received: str) -> Breach:
    return Breach(
        requirement,
        Text(en=expected, ko=f"{_KO[requirement]} ({expected})"),
        Text(en=received, ko=received),
        number,
        *span,
    )
