"""Connections that come and go: each request has one of its own, opened at its intended time."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from testbed.testers.load.engine import CONNECT_WITHIN, UNANSWERED, WRONG, Engine
from testbed.testers.load.line import CLOSED, Line
from testbed.testers.load.plan import SECOND


class Churn(Engine):
    """At most so many connections at once as the plan has; what is due beyond waits for one to end."""

    async def open(self) -> None:
        """Try one connection, so that nobody measures what is not there."""
        line = self.line()
        try:
            await line.connect(self.plan.host, self.plan.port, CONNECT_WITHIN)
        except OSError as error:
            self.tally.trouble = self.failed(error)
            return
        line.close()
        self.tally.connected = self.plan.connections

    async def run(self, start: int) -> None:
        """Open, ask, hear and close, each at its time."""
        room = asyncio.Semaphore(self.plan.connections)
        cpu = time.process_time()
        last = (start + self._offsets[-1] - time.monotonic_ns()) / SECOND if len(self._offsets) else 0.0
        with suppress(TimeoutError):  # who has not been let in by then is not answered
            async with asyncio.timeout(last + self.plan.drain), asyncio.TaskGroup() as group:
                for request, offset in enumerate(self._offsets):
                    await self._until(start + offset)
                    self.tally.late[request] = time.monotonic_ns() - start - offset
                    group.create_task(self._visit(request, start + offset, room))
        self.tally.cpu_s = time.process_time() - cpu

    async def _until(self, when: int) -> None:
        """Wait for a time of the monotonic clock."""
        wait = when - time.monotonic_ns()
        if wait > 0:
            await asyncio.sleep(wait / SECOND)
        # A timer of uvloop fires up to 0.4 ms early.
        while time.monotonic_ns() < when:  # noqa: ASYNC110 - the clock tells nobody
            await asyncio.sleep(0)

    async def _visit(self, request: int, due: int, room: asyncio.Semaphore) -> None:
        async with room:
            visit = _Visit(self, request, due)
            line = self.line(visit)
            try:
                await line.connect(self.plan.host, self.plan.port, CONNECT_WITHIN)
            except OSError as error:
                self.tally.ends[self.failed(error)] += 1
                return
            try:
                line.send(request)
                async with asyncio.timeout(self.plan.drain):
                    await visit.over.wait()
            except TimeoutError:
                self.tally.latencies[request] = UNANSWERED
            finally:
                line.close()


class _Visit:
    """The office of one connection."""

    def __init__(self, churn: Churn, request: int, due: int) -> None:
        self._churn, self._request, self._due = churn, request, due
        self.over = asyncio.Event()

    def answered(self, line: Line, request: int, now: int) -> None:  # noqa: ARG002 - an office
        """Keep the time of the answer, from when the connection was to be opened."""
        self._churn.tally.latencies[self._request] = now - self._due
        self.over.set()

    def refused(self, line: Line, request: int) -> None:  # noqa: ARG002 - an office
        """Keep that it was no answer."""
        self._churn.tally.latencies[self._request] = WRONG
        self.over.set()

    def strange(self) -> None:
        """Count what answers nothing."""
        self._churn.strange()

    def lost(self, line: Line, why: str) -> None:  # noqa: ARG002 - an office
        """The device closed it before it answered."""
        self._churn.tally.ends[why or CLOSED] += 1
        self.over.set()
