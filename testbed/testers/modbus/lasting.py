"""What connections have to bear: half a close, clients that come and go or never read, and time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from testbed.protocols.modbus import Request
from testbed.testers.modbus.attacks import Attacks
from testbed.testers.modbus.connected import cut
from testbed.testers.modbus.reply import Outcome, Reaction
from testbed.testers.tap import part
from testbed.wire.connection import Received

CHURN_WITHIN = 10.0
"""Seconds that coming and going may take (assumed: a device on a network takes one connection in 10 ms)."""
UNANSWERED_MOST = 3
"""Requests without an answer after which a sweep ends: a device that hangs would be waited for each time."""


class Lasting(Attacks):
    """A client that is patient, impatient or rude with its connection."""

    async def outcome_in_pieces(self, request: Request, sizes: Sequence[int], pause: float) -> Outcome:
        """Send one request in segments of some sizes, seconds apart, and say how it ended."""
        data = self.adu(request.encode())
        await self._allow(data)
        number = await self.wire.send_in_pieces(cut(data, sizes), pause)
        self.frames = (number,)
        return await self._answered()

    async def half_closed(self) -> Outcome:
        """Send a harmless read, close the sending half of the connection, and say how the read ended."""
        await self.send(self.probe())
        self.wire.finish_sending()
        outcome = await self._answered()
        self.in_step = False  # nothing more can be asked on it, closed by the device yet or not
        return outcome

    async def reconnect(self) -> None:
        """Close the connection, wait until the device has, and open one from another port."""
        await part(self.wire)
        await self.connect()

    async def come_and_go(self, times: int, *, ask: bool) -> set[Outcome]:
        """Connect and close so many times, with a harmless read each time or silently; then ask once more.

        It ends early after `CHURN_WITHIN` seconds, as the log then says. Returns how the reads ended.

        Raises:
            UnreachableError: a connection was refused.
        """
        loop, done, found = asyncio.get_running_loop(), 0, set[Outcome]()
        until = loop.time() + CHURN_WITHIN
        while done < times and loop.time() < until:
            await self.reconnect()
            if ask:
                found.add(await self._met_by(self.probe()))
            done += 1
        self.wire.recorder.note(f"came and went {done} times")
        await self.reconnect()
        return found | {await self._met_by(self.probe())}

    async def never_read(self, request: Request, times: int) -> None:
        """Send a request many times in one piece and read no answer; the connection is no use after that."""
        data = b"".join(self.adu(request.encode()) for _ in range(times))
        await self._allow(data)
        self.wire.stop_reading()
        self.frames = (self.wire.send(data),)
        await asyncio.sleep(self._guard.reply_within / 10)  # for the answers to fill what holds them

    async def strays(self, functions: Sequence[int]) -> list[tuple[int, Outcome]]:
        """Send functions with four zero bytes each; return those not refused with 01, and how so."""
        found: list[tuple[int, Outcome]] = []
        cited: list[int] = []
        for function in functions:
            outcome = await self._met_by(self.adu(bytes([function, 0, 0, 0, 0])))
            if outcome != 1:
                found.append((function, outcome))
                cited += self.frames
            if not self.is_open:
                await self.connect()
            if sum(one in {Reaction.SILENCE, Reaction.CLOSED} for _, one in found) > UNANSWERED_MOST:
                self.wire.recorder.note(f"gave up after function {function}")
                break
        self.frames = tuple(cited)
        return found

    async def slowest(self, requests: Sequence[Request], times: int) -> float:
        """Send requests many times each; return the longest time to an answer, in seconds.

        The log of the case has the median and the longest time of each function.
        """
        loop, worst = asyncio.get_running_loop(), 0.0
        for request in requests:
            took = []
            for _ in range(times):
                await self.send(self.adu(request.encode()))
                began = loop.time()  # not before: the device may want a pause between requests
                received = await self.wire.receive(10 * self._guard.reply_within)
                self.in_step = isinstance(received, Received)
                took.append(loop.time() - began)
                if not self.in_step:
                    break
            took.sort()
            worst = max(worst, took[-1])
            said = f"half within {took[len(took) // 2] * 1000:.3g} ms, all within {took[-1] * 1000:.3g} ms"
            self.wire.recorder.note(f"function {request.function:02}, {len(took)} answers: {said}")
        return worst

    async def _met_by(self, data: bytes) -> Outcome:
        await self.send(data)
        return await self._answered()

    async def _answered(self) -> Outcome:
        return await self.ended(self.answer(None))
