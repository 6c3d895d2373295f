"""Sends requests at their intended times over some connections, and takes the times of the answers.

Open loop: what is due is never held back because an answer is late. Where every connection has as many
pending as it may, a request waits for the next that is free; its latency still counts from its intended time.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import time
from array import array
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from testbed.testers.load.line import Line, Office, requests_of
from testbed.testers.load.plan import SECOND, Plan
from testbed.testers.load.ticker import ticker

UNANSWERED = -1
"""Stands for the latency of a request that nobody answered in time."""
WRONG = -2
"""Stands for the latency of a request that was refused, or answered with something else."""
CONNECT_WITHIN = 5.0
"""Seconds to a connection (assumed, as `testbed.wire.dial`)."""
_BURST = 32
"""Requests sent in one go before answers are read again."""

monotonic_ns = time.monotonic_ns


OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL})
"""Errors of a new connection that this host makes, and no device."""


def said(error: OSError) -> str:
    """Say why a connection could not be opened, as the system does."""
    return os.strerror(error.errno) if error.errno else str(error)


@dataclass
class Tally:
    """What one engine saw."""

    latencies: array[int]
    """Nanoseconds from the intended time of each request to its answer."""
    late: array[int]
    """Nanoseconds by which the engine itself was late to take each request up."""
    connected: int = 0
    trouble: str = ""
    """Why a connection could not be opened."""
    own: str = ""
    """Why this host could not open one: that is nothing of the device."""
    ends: Counter[str] = field(default_factory=Counter)
    """How connections ended that nobody closed."""
    strange: int = 0
    """Frames that answered no pending request."""
    backlog: int = 0
    """The most requests that waited for a connection at once."""
    extra: Counter[str] = field(default_factory=Counter)
    """What became of connections beyond the plan's."""
    cpu_s: float = 0.0
    """Processor time of this process while it sent."""


class Engine:
    """One process's share of a plan."""

    def __init__(self, plan: Plan, offsets: Sequence[int]) -> None:
        self.plan = plan
        self._offsets = offsets
        self._due: Sequence[int] = ()
        self._next = 0
        self._left = len(offsets)
        self._free: deque[Line] = deque()
        self._backlog: deque[int] = deque()
        self._lines: list[Line] = []
        self._frames = requests_of(plan.request)
        self._done = asyncio.Event()
        count = len(offsets)
        self._latencies = array("q", [UNANSWERED]) * count
        self._late = array("q", [UNANSWERED]) * count
        self.tally = Tally(self._latencies, self._late)

    def failed(self, error: OSError) -> str:
        """Take note that a connection could not be opened; say why."""
        if error.errno in OURS:
            self.tally.own = said(error)
        return said(error)

    def line(self, office: Office | None = None) -> Line:
        """Return a further connection, still to be opened; this engine hears of it where nobody else does."""
        unit, function = self.plan.request[0], self.plan.request[1]
        return Line(office or self, self._frames, unit, function, self.plan.answer_size)

    async def open(self) -> None:
        """Open the connections, one after the other."""
        for _ in range(self.plan.connections):
            line = self.line()
            try:
                await line.connect(self.plan.host, self.plan.port, CONNECT_WITHIN)
            except OSError as error:
                self.tally.trouble = self.failed(error)
                return
            self._lines.append(line)
            self.tally.connected += 1
        for _ in range(self.plan.transactions):
            self._free.extend(self._lines)

    async def run(self, start: int) -> None:
        """Send all requests and wait for their answers, so long as the plan says.

        Args:
            start: nanoseconds of the monotonic clock from which intended times count.
        """
        self._due = array("q", (start + offset for offset in self._offsets))
        self._done.clear()
        if not self._due:
            return
        self._ticker = ticker(asyncio.get_running_loop(), self._fired)
        last = self._due[-1] - monotonic_ns()
        gc.collect()
        gc.freeze()
        gc.disable()  # a collection in the middle would be a stall of ours
        cpu = time.process_time()
        try:
            self._ticker.at(self._due[0])
            async with asyncio.timeout(last / SECOND + self.plan.drain):
                await self._done.wait()
        except TimeoutError:
            pass  # what is not answered by now is not answered
        finally:
            self.tally.cpu_s = time.process_time() - cpu
            self._ticker.close()
            gc.enable()
            gc.unfreeze()
            self.close()

    def close(self) -> None:
        """Close all connections."""
        for line in self._lines:
            line.close()

    def _fired(self) -> None:
        self.breathe()
        if self._next < len(self._due):
            self._ticker.at(self._due[self._next])

    # What lines say.

    def breathe(self) -> None:
        """Take up what is due, some of it at a time."""
        due, at = self._due, self._next
        now = monotonic_ns()
        if at == len(due) or due[at] > now:
            return
        late, free, end = self._late, self._free, min(at + _BURST, len(due))
        while at < end and due[at] <= now:
            late[at] = now - due[at]
            self._next = at + 1
            while free and not free[0].is_open:
                free.popleft()
            if free:
                free.popleft().send(at)
                now = monotonic_ns()
            else:
                self._waits(at)
            at += 1

    def _waits(self, request: int) -> None:
        """Let a request wait for a connection, where there will be one."""
        if self.tally.ends.total() >= self.tally.connected:
            self._gone(1)
            return
        self._backlog.append(request)
        self.tally.backlog = max(self.tally.backlog, len(self._backlog))

    def answered(self, line: Line, request: int, now: int) -> None:
        """Keep the time of an answer, send what waited for a connection, take up what is due."""
        self._latencies[request] = now - self._due[request]
        self._left -= 1
        if self._backlog:
            line.send(self._backlog.popleft())
        else:
            self._free.append(line)
            if not self._left:
                self._done.set()
        self.breathe()

    def refused(self, line: Line, request: int) -> None:
        """Likewise, where it was no answer."""
        self.answered(line, request, 0)
        self._latencies[request] = WRONG

    def strange(self) -> None:
        """Count a frame that answers no pending request."""
        self.tally.strange += 1

    def lost(self, line: Line, why: str) -> None:
        """A connection is gone, with what was pending on it; nobody opens it again."""
        self.tally.ends[why] += 1
        self._gone(len(line.pending))
        if self.tally.ends.total() >= self.tally.connected:
            self._gone(len(self._backlog))
            self._backlog.clear()

    def _gone(self, requests: int) -> None:
        """Some requests will never be answered."""
        self._left -= requests
        if self._left <= 0:
            self._done.set()
