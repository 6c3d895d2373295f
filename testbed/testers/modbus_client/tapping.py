"""A passive tap before an independent server: the product connects to it as to the server.

It changes nothing and answers nothing. Every byte is recorded, what the product asks is judged by the same
monitor as under a stand-in, and what the server answers is held against the values that it was given: where the
server is wrong, nothing is said of the product.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from testbed.model.base import Text
from testbed.model.client import SINGLE, Task
from testbed.protocols.modbus import Frame
from testbed.testers.modbus.cutter import MbapCutter
from testbed.testers.modbus_client.holding import Holding, is_right
from testbed.testers.modbus_client.monitor import ClientMonitor
from testbed.testers.modbus_client.numbers import Values
from testbed.testers.modbus_client.scenario import Scene
from testbed.testers.modbus_client.servers import Server
from testbed.testers.modbus_client.servers.server import HOST
from testbed.testers.modbus_client.standin import FOREVER, MOST_REQUESTS, Asked, Standin, Visit
from testbed.testers.trouble import Undecided
from testbed.wire.connection import Received
from testbed.wire.recorder import Recorder

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


class Tap(Standin):
    """Passes each request on to a server, and each answer back.

    Args:
        recorder: keeps what is said.
        monitor: judges each request.
        scene: the product's task; what is true of the server's values is kept in it.
        served: servers of one product, one after the other: with each of the product's connections ended, the
            next one takes the place of the first, as one that was restarted.
        news: called whenever something happened.
    """

    def __init__(
        self,
        recorder: Recorder,
        monitor: ClientMonitor,
        scene: Scene,
        served: Sequence[Served],
        news: Callable[[], None],
    ) -> None:
        super().__init__(recorder, monitor, scene, (), news)
        self._served = list(served)
        self._behind: dict[Visit, Behind] = {}

    @property
    def serving(self) -> Served:
        """The server that serves now."""
        return self._served[0]

    async def _converse(self, visit: Visit) -> None:
        behind = Behind(self, visit)
        self._behind[visit] = behind
        try:
            async with asyncio.timeout(CONNECTS_WITHIN):
                await asyncio.get_running_loop().create_connection(lambda: behind, HOST, self.serving.port)
        except (OSError, TimeoutError) as error:
            raise self.serving.server.failed(f"takes no connection: {error}") from error
        try:
            while isinstance(came := await visit.receive(FOREVER), Received):
                frame, number = Frame(came.data), len(self.asked)
                self.asked.append(Asked(frame, came.number, visit.number, came.at))
                if self.serving.values is not None:
                    self._scene.truth.valid[number] = self.serving.values
                if number < MOST_REQUESTS:
                    behind.ask(frame, came.at)
                self._news()
        finally:
            behind.leave(self._recorder.now())

    def passed_on(self, asked: Frame | None) -> None:
        """Count an answer that is about the task; behind it a server is restarted, but for the last one."""
        if asked is None or not touches(self._scene.task, asked):
            return  # a product that acts by itself may do its other tasks meanwhile
        self.answered += 1
        if len(self._served) > 1:
            self._served.pop(0)
            self._recorder.note(f"{self.serving.server} is restarted, with other values")
            for visit, behind in self._behind.items():
                behind.leave(self._recorder.now(), is_restart=True)
                visit.close()
        self._news()

    def blame(self, server: Undecided) -> None:
        """Take note of what a server did wrong."""
        self.fault = self.fault or server
        self._news()

    async def leave(self) -> None:
        """Listen no more, end what still is connected, and blame a server that owes an answer."""
        now = self._recorder.now()
        await super().leave()
        for behind in self._behind.values():
            if (owed := behind.owed(now)) is not None:
                self.blame(behind.served.server.failed(f"did not answer a request, {owed:.2f} s after it"))

    def now(self) -> float:
        """Return the seconds since the case began."""
        return self._recorder.now()


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
            self.tap.passed_on(one and one.asked)

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


def touches(task: Task, asked: Frame) -> bool:
    """Say whether a request is about what a task reads or writes."""
    pdu = asked.pdu
    if f"fc{pdu[0]:02d}" != task.does:
        return False
    first, count = int.from_bytes(pdu[1:3]), 1 if task.does in SINGLE else int.from_bytes(pdu[3:5])
    return first < task.at + task.quantity and task.at < first + count


def unreadable(server: Server, what: str) -> Undecided:
    """Return that a server could not be read back."""
    said = f"reading back from {server}: {what}"
    return Undecided(Text(en=said, ko=f"{server} 값 재확인 실패: {what}"))
