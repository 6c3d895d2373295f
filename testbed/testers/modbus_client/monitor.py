"""What must hold for every request of a client, watched under every case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from testbed.model.base import Text
from testbed.model.client import STILL_WAITING
from testbed.protocols.modbus import DecodeError, Frame, UnknownFunction, decode_request
from testbed.protocols.modbus.sizes import request_size
from testbed.wire.monitor import Breach

PROTOCOL = "MBC-PROTOCOL-ID"
LENGTH = "MBC-LENGTH"
UNIT = "MBC-UNIT"
PDU = "MBC-PDU"
ONE_ADU = "MBC-ONE-ADU"
TRANSACTION = "MBC-TRANSACTION-UNIQUE"
PENDING = "MBC-PENDING"

_MBAP = 7


@dataclass
class _Line:
    """What is known of one connection."""

    segments: Callable[[], int | None]
    """How many segments with data have come; None where nobody can tell."""
    adus: int = 0
    pending: dict[int, float] = field(default_factory=dict)
    """Transactions that were not answered, and when they came."""
    is_lost: bool = False
    """Whether a wrong length has made what follows unreadable."""


@dataclass
class ClientMonitor:
    """Watches all requests of one case.

    Args:
        unit: the unit identifier that the client is configured for.
        most: transactions that it declares to have open at once.
        timeout: seconds for which it declares to wait.
        now: seconds since the case began.
        late: seconds by which something that came may have been sent earlier: under an impairment.
    """

    unit: int
    most: int
    timeout: float
    now: Callable[[], float]
    late: Callable[[], float] = lambda: 0.0
    breaches: list[Breach] = field(default_factory=list)
    watched: int = 0
    silences: int = 0
    busy: bool = False
    _lines: dict[int, _Line] = field(default_factory=dict)

    def opened(self, connection: int, segments: Callable[[], int | None]) -> None:
        """Take note of a new connection."""
        self._lines[connection] = _Line(segments)

    def sent(self, connection: int, data: bytes, number: int) -> None:  # noqa: ARG002 - part of the interface
        """Take whatever was sent for the end of all that was pending: the client may give up for it."""
        self._lines[connection].pending.clear()

    def received(self, connection: int, frame: bytes, number: int, *, followed: bool) -> bool:
        """Judge a request."""
        line = self._lines[connection]
        line.adus += 1
        if line.is_lost:
            return False
        self.watched += 1
        asked = Frame(frame)
        self._judge_header(asked, number)
        self._judge_pdu(line, asked, number, followed=followed)
        came = line.segments()
        if came is not None and line.adus + followed > came and not line.is_lost:
            self._breach(
                ONE_ADU,
                ("one ADU in a segment", "세그먼트 하나에 ADU 하나"),
                (f"{line.adus} ADUs in {came} segments", f"세그먼트 {came}개에 ADU {line.adus}개"),
                number,
                (0, len(frame)),
            )
        self._judge_transaction(line, asked, number)
        return False

    def incomplete(self, connection: int, stump: bytes, number: int) -> None:
        """Judge bytes that never became as many as their length field says."""
        line = self._lines[connection]
        if not line.is_lost:
            line.is_lost = True
            said = Frame(stump).length
            self._breach(
                LENGTH,
                ("a length field that counts the bytes behind it", "뒤따르는 바이트 수와 같은 길이 필드"),
                (
                    f"length {said}, {max(0, len(stump) - 6)} bytes",
                    f"길이 {said}, 실제 {max(0, len(stump) - 6)}바이트",
                ),
                number,
                (4, 6),
                is_stump=True,
            )

    def flooded(self, connection: int, number: int) -> None:  # noqa: ARG002 - part of the interface
        """Take note that the client sends without end and waits for no answer."""
        self._breach(
            PENDING,
            (f"at most {self.most} open transactions", f"미완료 트랜잭션 최대 {self.most}개"),
            ("requests without end", "끝없는 요청"),
            number,
            (0, 0),
        )

    def expects(self, connection: int) -> bool:  # noqa: ARG002 - part of the interface
        """Say that more bytes may always come: the rest of a request."""
        return True

    def forget(self, connection: int) -> None:
        """Wait for nothing: a client asks when it likes."""

    def _judge_header(self, asked: Frame, number: int) -> None:
        if asked.protocol:
            received = (f"{asked.protocol}", f"{asked.protocol}")
            self._breach(PROTOCOL, ("protocol identifier 0", "프로토콜 식별자 0"), received, number, (2, 4))
        if asked.unit is not None and asked.unit != self.unit:
            expected = (f"unit {self.unit}", f"유닛 {self.unit}")
            self._breach(UNIT, expected, (f"unit {asked.unit}", f"유닛 {asked.unit}"), number, (6, 7))

    def _judge_pdu(self, line: _Line, asked: Frame, number: int, *, followed: bool) -> None:
        due = request_size(asked.pdu)
        if followed and due is not None and due > len(asked.pdu):
            line.is_lost = True
            expected = (f"length {due + 1}", f"길이 {due + 1}")
            self._breach(LENGTH, expected, (f"length {asked.length}", f"길이 {asked.length}"), number, (4, 6))
            return
        try:
            decode_request(asked.pdu)
        except UnknownFunction:
            return  # the vendor's own functions are no matter of the standard
        except DecodeError as error:
            at = min(_MBAP + error.offset, max(_MBAP, len(asked.raw) - 1))
            expected = ("a request as AP 6 has it", "AP 6절에 맞는 요청")
            self._breach(PDU, expected, (str(error), str(error)), number, (at, at + 1))

    def _judge_transaction(self, line: _Line, asked: Frame, number: int) -> None:
        now = self.now()
        waits = STILL_WAITING * self.timeout - self.late()  # what was held up may come together
        line.pending = {name: at for name, at in line.pending.items() if now - at < waits}
        if asked.transaction in line.pending:
            self._breach(
                TRANSACTION,
                ("an identifier that no open transaction has", "미완료 트랜잭션이 쓰지 않는 식별자"),
                (f"{asked.transaction} again", f"{asked.transaction} 중복"),
                number,
                (0, 2),
            )
        line.pending[asked.transaction] = now
        if len(line.pending) > self.most:
            self._breach(
                PENDING,
                (f"at most {self.most} open transactions", f"미완료 트랜잭션 최대 {self.most}개"),
                (f"{len(line.pending)}", f"{len(line.pending)}개"),
                number,
                (0, 2),
            )

    def _breach(  # noqa: PLR0913 - the parts of a breach
        self,
        requirement: str,
        expected: tuple[str, str],
        received: tuple[str, str],
        number: int,
        guilty: tuple[int, int],
        *,
        is_stump: bool = False,
    ) -> None:
        wanted, came = Text(en=expected[0], ko=expected[1]), Text(en=received[0], ko=received[1])
        self.breaches.append(Breach(requirement, wanted, came, number, *guilty, is_stump))
