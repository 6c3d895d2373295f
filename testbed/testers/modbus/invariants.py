"""The invariants of Modbus/TCP: what every frame of a server must keep, whatever it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from testbed.model.base import Text
from testbed.protocols.modbus import ExceptionCode, Framer
from testbed.testers.modbus.reply import ERROR_BIT
from testbed.wire.monitor import Breach

TRANSACTION = "MB-MBAP-TRANSACTION-ECHO"
PROTOCOL = "MB-MBAP-PROTOCOL-ZERO"
LENGTH = "MB-MBAP-LENGTH"
UNIT = "MB-MBAP-UNIT-ECHO"
FUNCTION = "MB-FUNCTION-ECHO"
EXCEPTION_SIZE = "MB-EXCEPTION-SIZE"
EXCEPTION_CODE = "MB-EXCEPTION-CODE"
ADU_SIZE = "MB-ADU-SIZE"
ONE_ANSWER = "MB-ONE-ANSWER"

INVARIANTS = (
    TRANSACTION,
    PROTOCOL,
    LENGTH,
    UNIT,
    FUNCTION,
    EXCEPTION_SIZE,
    EXCEPTION_CODE,
    ADU_SIZE,
    ONE_ANSWER,
)

_LENGTH_MIN, _LENGTH_MAX = 2, 254  # unit identifier and a PDU of 1 to 253 bytes (AP 4.1)
_EXCEPTION_PDU = 2
DEFINED = frozenset({*range(0x01, 0x09), 0x0A, 0x0B})
"""Exception codes that a client can know: those of AP 7, and 07, whose answers AP 6.8.1, 16, counts."""
_BUSY = ExceptionCode.SERVER_DEVICE_BUSY
_PDU = 7
"""Where the PDU begins."""
_COUNTED = {1, 2, 3, 4, 23}
"""Functions whose responses carry a byte count (AP 6)."""
_FIXED = {5, 6, 15, 16}
"""Functions whose responses have a PDU of five bytes."""

_ONE = Text(en="one answer to each request", ko="요청마다 하나의 응답")


@dataclass(frozen=True, slots=True)
class _Asked:
    transaction: int
    unit: int
    function: int


@dataclass(slots=True)
class _Line:
    """One connection as the monitor sees it."""

    sent: Framer = field(default_factory=Framer)
    asked: list[_Asked] = field(default_factory=list)
    lenient: bool = False
    """Framing is broken, by the tester on purpose or by the device: what belongs to what is unknown."""
    out_of_step: bool = False
    """A length field was wrong: nobody knows where the next frame begins, so nothing more is judged."""
    answered: set[int] = field(default_factory=set)
    """Transaction identifiers that were answered."""
    given_up: set[int] = field(default_factory=set)
    """Transaction identifiers whose answers did not come in time."""
    suspect: int = 0
    """Number of a frame whose length field may be wrong: its PDU has another size than it says itself."""


@dataclass(slots=True)
class ModbusMonitor:
    """Watches the connections of one case; a frame is charged with one breach, the first in the header."""

    breaches: list[Breach] = field(default_factory=list)
    watched: int = 0
    """Frames judged."""
    silences: int = 0
    """Times that the tester waited for something that did not come."""
    busy: bool = False
    """Whether the device said that it has no room for a request: it may have been full of other cases'."""
    _lines: dict[int, _Line] = field(default_factory=dict)

    def sent(self, connection: int, data: bytes, number: int) -> None:  # noqa: ARG002 - part of the interface
        """Take note of what was asked; bytes that are no ADUs make the connection lenient."""
        line = self._line(connection)
        frames = line.sent.feed(data)
        if line.sent.pending or any(
            frame.protocol or not _LENGTH_MIN <= frame.length <= _LENGTH_MAX for frame in frames
        ):
            line.lenient = True
            return
        line.asked += [_Asked(frame.transaction, frame.unit or 0, frame.pdu[0]) for frame in frames]

    def received(self, connection: int, frame: bytes, number: int, *, followed: bool) -> bool:
        """Judge one whole frame; `followed` says that bytes came behind it that make no frame.

        Returns whether it answers a request that was given up.
        """
        self.watched += 1
        self.busy |= len(frame) > _PDU + 1 and frame[_PDU] >= ERROR_BIT and frame[_PDU + 1] == _BUSY
        line = self._line(connection)
        if line.out_of_step:
            return False
        late = self._is_late(line, frame)
        breach = self._judge(line, frame, number, followed=followed)
        if breach is not None and line.suspect and breach.requirement in {PROTOCOL, TRANSACTION, ADU_SIZE}:
            breach = _breach(
                LENGTH, line.suspect, (4, 6), "counting its own PDU", "counting another number of bytes"
            )
        if breach is not None:
            line.out_of_step = breach.requirement == LENGTH
            line.lenient |= breach.requirement == TRANSACTION  # which answer is whose cannot be told any more
            self.breaches.append(breach)
        line.suspect = number if _own_size(frame) not in {None, len(frame)} else 0
        return late

    def incomplete(self, connection: int, stump: bytes, number: int) -> None:
        """Judge bytes that no length field accounts for, or that a length field promised and never came."""
        line = self._line(connection)
        if not line.lenient and not line.out_of_step:
            line.out_of_step = True
            said = f"{len(stump)} bytes that do not make a frame"
            self.breaches.append(
                Breach(
                    LENGTH,
                    Text(
                        en="as many bytes as the length field declares",
                        ko="길이 필드가 나타내는 만큼의 바이트",
                    ),
                    Text(en=said, ko=f"프레임을 이루지 못하는 {len(stump)}바이트"),
                    number,
                    4,
                    6,
                    is_stump=True,
                )
            )

    def flooded(self, connection: int, number: int) -> None:  # noqa: ARG002 - part of the interface
        """Charge a device that sent so much that it was not read any more: no request asks for that."""
        self.breaches.append(
            Breach(
                ONE_ANSWER,
                _ONE,
                Text(en="a flood of what nothing asked for", ko="요청하지 않은 데이터의 끝없는 전송"),
                number,
            )
        )

    def expects(self, connection: int) -> bool:
        """Say whether an answer is due on a connection."""
        line = self._line(connection)
        return line.lenient or bool(line.asked)

    def forget(self, connection: int) -> None:
        """Stop waiting for what was asked: the tester saw no answer in time."""
        self.silences += 1
        line = self._line(connection)
        line.given_up |= {one.transaction for one in line.asked}
        line.asked.clear()

    def _line(self, connection: int) -> _Line:
        line = self._lines.get(connection)
        if line is None:
            line = self._lines[connection] = _Line()
        return line

    @staticmethod
    def _is_late(line: _Line, raw: bytes) -> bool:
        transaction = int.from_bytes(raw[0:2])
        return transaction in line.given_up and all(one.transaction != transaction for one in line.asked)

    def _judge(self, line: _Line, raw: bytes, number: int, *, followed: bool) -> Breach | None:
        length, protocol = int.from_bytes(raw[4:6]), int.from_bytes(raw[2:4])
        if protocol:
            return _breach(PROTOCOL, number, (2, 4), "0000", f"{protocol:04X}")
        if not _LENGTH_MIN <= length <= _LENGTH_MAX:
            return _breach(ADU_SIZE, number, (4, 6), "2 … 254", str(length))
        function, size = raw[7], len(raw) - 7
        if function & ERROR_BIT and size != _EXCEPTION_PDU and not followed:
            return _breach(EXCEPTION_SIZE, number, (7, len(raw)), "2", str(size))
        if function & ERROR_BIT and not followed and raw[8] not in DEFINED:
            return _breach(EXCEPTION_CODE, number, (8, 9), "01 … 08, 0A, 0B", f"{raw[8]:02X}")
        return None if line.lenient or self._is_late(line, raw) else self._match(line, raw, number)

    def _match(self, line: _Line, raw: bytes, number: int) -> Breach | None:
        """Find the request that a frame answers, and judge what must be copied from it."""
        transaction, unit, function = int.from_bytes(raw[0:2]), raw[6], raw[7]
        if not line.asked or transaction in line.answered - {one.transaction for one in line.asked}:
            return Breach(
                ONE_ANSWER,
                _ONE,
                Text(en="an answer that nothing asked for", ko="요청하지 않은 응답"),
                number,
                0,
                len(raw),
            )
        line.answered.add(transaction)
        asked = next((one for one in line.asked if one.transaction == transaction), None)
        if asked is None:
            due = line.asked.pop(0)
            return _breach(TRANSACTION, number, (0, 2), f"{due.transaction:04X}", f"{transaction:04X}")
        line.asked.remove(asked)
        if unit != asked.unit:
            return _breach(UNIT, number, (6, 7), f"{asked.unit:02X}", f"{unit:02X}")
        if function & ~ERROR_BIT != asked.function & ~ERROR_BIT:
            return _breach(FUNCTION, number, (7, 8), f"{asked.function:02X}", f"{function:02X}")
        return None


def _own_size(raw: bytes) -> int | None:
    """Return the size of an ADU by what its own PDU says, where that is known."""
    function = raw[7] if len(raw) > _PDU else 0
    if function & ERROR_BIT:
        return _PDU + _EXCEPTION_PDU
    if function in _COUNTED and len(raw) > _PDU + 1:
        return _PDU + 2 + raw[8]
    return _PDU + 5 if function in _FIXED else None


_FIELDS = {
    LENGTH: Text(en="a length field", ko="길이 필드"),
    TRANSACTION: Text(en="transaction identifier", ko="트랜잭션 식별자"),
    PROTOCOL: Text(en="protocol identifier", ko="프로토콜 식별자"),
    ADU_SIZE: Text(en="length field", ko="길이 필드"),
    EXCEPTION_SIZE: Text(en="PDU bytes", ko="PDU 바이트 수"),
    EXCEPTION_CODE: Text(en="exception code", ko="예외 코드"),
    UNIT: Text(en="unit identifier", ko="유닛 식별자"),
    FUNCTION: Text(en="function code", ko="기능 코드"),
}


def _breach(requirement: str, number: int, span: tuple[int, int], expected: str, received: str) -> Breach:
    name = _FIELDS[requirement]
    return Breach(
        requirement,
        Text(en=f"{name.en} {expected}", ko=f"{name.ko} {expected}"),
        Text(en=f"{name.en} {received}", ko=f"{name.ko} {received}"),
        number,
        *span,
    )
