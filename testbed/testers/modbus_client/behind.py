"""The far side of a tap, a connection to an independent server: its answers are held against its values."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from testbed.protocols.modbus import Frame
from testbed.testers.modbus.cutter import MbapCutter
from testbed.testers.modbus_client.holding import Holding, is_right
from testbed.testers.modbus_client.numbers import Values
from testbed.testers.modbus_client.servers import Server

if TYPE_CHECKING:
    from testbed.testers.modbus_client.standin import Visit
    from testbed.testers.modbus_client.tapping import Tap

ANSWERS_WITHIN = 0.5
"""Seconds that a server of this machine has to answer (assumed; it takes a few milliseconds)."""
CONNECTS_WITHIN = 5.0
"""Seconds that it has to take a connection (assumed, as above)."""
MOST_BYTES = 1 << 20
"""Bytes that it may send on one connection (assumed; an exchange takes some hundred)."""


@dataclass(frozen=True)
class Served:
    """A server that runs, and what it holds."""

    server: Server
    port: int
    holding: Holding
    values: Values | None
    """What it holds for the product to believe; None where it has to refuse, or to be written."""


@dataclass(frozen=True)
class Open:
    """A request that waits for its answer."""

    asked: Frame
    due: bytes | None
    """The PDU of its answer; None where the request is at fault, so that nobody can tell."""
    at: float


@dataclass(eq=False)
class Behind(asyncio.Protocol):
    """The server's side of one connection."""

    tap: Tap
    visit: Visit
    served: Served = field(init=False)
    _open: dict[int, Open] = field(default_factory=dict)
    """Open transactions, by their identifiers."""
    _left: float | None = None
    _amount: int = 0
    _transport: asyncio.Transport | None = None

    def __post_init__(self) -> None:
        self.served = self.tap.serving
        self._cutter = MbapCutter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the server."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type asyncio gives
        self._transport = transport

    def ask(self, frame: Frame, at: float) -> None:
        """Pass a request on, as the product made it."""
        self._open[frame.transaction] = Open(frame, self.served.holding.answer(frame), at)
        if self._transport is not None:
            self._transport.write(frame.raw)

    def data_received(self, data: bytes) -> None:
        """Check what the server answers, and pass it on as it is."""
        self._amount += len(data)
        if self._amount > MOST_BYTES:
            self.tap.blame(self.served.server.failed(f"sends more than {MOST_BYTES} bytes"))
            self.leave(self.tap.now())
            self.visit.reset()
            return
        for raw in self._cutter.feed(data):
            if self._left is not None:
                return  # the product has gone, or the server was restarted
            one = self._open.pop(Frame(raw).transaction, None)
            self._check(Frame(raw), one)
            self.visit.send(raw, comment=f"from {self.served.server}")
            self.tap.passed_on(one.asked if one is not None else None)

    def _check(self, answer: Frame, one: Open | None) -> None:
        due = one.due if one is not None else b""
        if due is None:
            return  # the request itself was wrong: what it is answered is nobody's fault but the product's
        is_good = answer.protocol == 0 and answer.unit == self.served.holding.unit
        if not is_good or not due or not is_right(answer.pdu, due):
            wanted = due.hex(" ") if due else "nothing"
            said = f"answered {answer.raw[:32].hex(' ')} where {wanted[:95]} was due"
            self.tap.blame(self.served.server.failed(said))

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the product see that the server has gone; one that owes an answer is to blame for it."""
        if self._left is None:
            if rest := self._cutter.drop():
                self.visit.send(rest, comment=f"from {self.served.server}, incomplete")
            if any(one.due is not None for one in self._open.values()):
                said = f"closed the connection instead of an answer{f': {exc}' if exc else ''}"
                self.tap.blame(self.served.server.failed(said))
            self.leave(self.tap.now())
        self.visit.close()

    def leave(self, now: float, *, is_restart: bool = False) -> None:
        """Close the way to the server."""
        if self._left is None:
            self._left = now
            if is_restart:
                self._open.clear()
            if self._transport is not None:
                self._transport.close()

    def owed(self, now: float) -> float | None:
        """Return for how long an answer had been due in the end; None where none was for too long."""
        until = self._left if self._left is not None else now
        waits = [min(until, now) - one.at for one in self._open.values() if one.due is not None]
        longest = max(waits, default=0.0)
        return longest if longest > ANSWERS_WITHIN else None
