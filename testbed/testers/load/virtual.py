"""The same load on a virtual clock, for devices in this process: what is measured is the device's alone.

Engine, schedule and judgement are those of a load on sockets. Only the clock, and the way to the device, are
others: no processor that somebody else uses makes an answer later. By it a suite proves itself; a run of a
device, a simulated one too, loads it over sockets and by the time of day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

from testbed.testers.load.churn import Churn
from testbed.testers.load.crew import LEAD, NotConnectedError, Outcome
from testbed.testers.load.engine import Engine
from testbed.testers.load.extra import crowd_in
from testbed.testers.load.line import CLOSED, Line, Office
from testbed.testers.load.plan import SECOND, Plan
from testbed.testers.load.responder import Responder
from testbed.testers.load.ticker import LoopTicker, Ticker
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import Dial, UnreachableError, in_process


def is_virtual() -> bool:
    """Say whether time in the running loop is virtual."""
    return isinstance(asyncio.get_running_loop(), VirtualClockLoop)


def virtual_now() -> int:
    """Return the running loop's time in nanoseconds."""
    return round(asyncio.get_running_loop().time() * SECOND)


class _Ear(asyncio.Protocol):
    """Hears one connection for a line."""

    def __init__(self, line: _VirtualLine) -> None:
        self._line = line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the device."""
        self.transport = cast("asyncio.Transport", transport)  # of a stream

    def data_received(self, data: bytes) -> None:
        """Hand it on."""
        self._line.hear(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand on that the device ended it."""
        self._line.end(CLOSED if exc is None else str(exc) or CLOSED)


class _VirtualLine(Line):
    """A connection by a transport: in this process nothing joins two requests into one."""

    def __init__(self, office: Office, engine: Engine, dial: Dial) -> None:
        unit, function = engine.plan.request[0], engine.plan.request[1]
        super().__init__(office, engine.frames, unit, function, engine.plan.answer_size)
        self._dial = dial

    async def connect(self, host: str, port: int, within: float) -> None:  # noqa: ARG002 - the dial knows where
        """Connect.

        Raises:
            OSError: nobody is there, or not in time.
        """
        self._ear = _Ear(self)
        try:
            async with asyncio.timeout(within):
                await self._dial(self._ear)
        except TimeoutError:
            raise OSError(f"no connection within {within:g} s") from None
        except UnreachableError as error:
            raise OSError(str(error)) from error
        self.is_open = True
        self._send = self._write  # type: ignore[assignment]  # of all that a socket takes, bytes

    def _write(self, data: bytes) -> int:
        self._ear.transport.write(data)
        return len(data)

    def hear(self, data: bytes) -> None:
        """Take what came."""
        if self.is_open:
            self._cut(self._rest + data, virtual_now())

    def close(self) -> None:
        """Close it."""
        if self.is_open:
            self.is_open = False
            self._ear.transport.close()


class _Virtual(Engine):
    """What an engine on a virtual clock does otherwise."""

    now = staticmethod(virtual_now)

    def __init__(self, plan: Plan, offsets: Sequence[int], dial: Dial) -> None:
        super().__init__(plan, offsets)
        self._dial = dial

    def line(self, office: Office | None = None) -> Line:
        """Return a further connection, still to be opened."""
        return _VirtualLine(office or self, self, self._dial)

    def ticker(self) -> Ticker:
        """Return what wakes this engine by its clock."""
        return LoopTicker(asyncio.get_running_loop(), self.fired, virtual_now)


class _VirtualChurn(_Virtual, Churn):
    """Connections that come and go, on a virtual clock."""


async def carry_out_virtually(plan: Plan, dial: Dial) -> Outcome:
    """Carry a plan out in this loop.

    Args:
        plan: what to ask, and when; its host and port are not used.
        dial: reaches the device.

    Raises:
        NotConnectedError: the device did not take all connections.
    """
    engine = (_VirtualChurn if plan.churn else _Virtual)(plan, plan.schedule(), dial)
    await engine.open()
    tally = engine.tally
    if tally.connected < plan.connections:
        engine.close()
        raise NotConnectedError(tally.connected, plan.connections, tally.trouble)
    start = virtual_now() + round(LEAD * SECOND)
    beside = asyncio.ensure_future(crowd_in(engine, start + round(plan.seconds * SECOND / 2)))
    await engine.run(start)
    await beside
    return Outcome(
        plan,
        plan.schedule(),
        tally.latencies,
        tally.late,
        tally.ends,
        tally.strange,
        tally.backlog,
        tally.extra,
        tally.cpu_s,
        "virtual",
    )


def answering(size: int) -> Dial:
    """Return what dials the least that can answer, in this process."""
    return in_process(lambda: Responder(size))
