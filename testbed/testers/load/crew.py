"""One load carried out: workers in processes of their own, put together again by the time of each request."""

from __future__ import annotations

import asyncio
import json
import time
from array import array
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from testbed.testers.load.engine import CONNECT_WITHIN, UNANSWERED, WRONG
from testbed.testers.load.plan import SECOND, Plan
from testbed.testers.load.processes import STARTED_WITHIN, EngineError, line_of, process
from testbed.testers.load.worker import told

LEAD = 0.1
"""Seconds from the word to start until the first request: time to build the schedule."""
_LEAD_FOR_EACH = 1e-6
_BEYOND = 20.0
"""Seconds beyond the plan in which a worker must have told all (assumed)."""


class NotConnectedError(Exception):
    """Not every connection could be opened; nothing was sent."""

    def __init__(self, connected: int, wanted: int, why: str) -> None:
        super().__init__(why)
        self.connected, self.wanted, self.why = connected, wanted, why


@dataclass
class Outcome:
    """What came of a load."""

    plan: Plan
    offsets: array[int]
    """Intended time of each request in nanoseconds from the start, ascending."""
    latencies: array[int]
    """Nanoseconds from then to its answer; negative where it was not answered, or wrongly."""
    late: array[int]
    """Nanoseconds by which the engine was late to take each request up; negative where it never did."""
    ends: Counter[str] = field(default_factory=Counter)
    strange: int = 0
    backlog: int = 0
    extra: Counter[str] = field(default_factory=Counter)
    cpu_s: float = 0.0
    """Processor time of the busiest worker."""
    loop: str = ""
    """The event loop's library."""

    @property
    def unanswered(self) -> int:
        """How many requests nobody answered in time."""
        return self.latencies.count(UNANSWERED)

    @property
    def wrong(self) -> int:
        """How many were refused, or answered with something else."""
        return self.latencies.count(WRONG)


async def carry_out(plan: Plan, workers: int = 1) -> Outcome:
    """Carry a plan out.

    Args:
        plan: what to ask, and when.
        workers: processes to share it, at most one for each connection.

    Raises:
        NotConnectedError: the device did not take all connections.
        EngineError: a process of the bed failed.
    """
    shares = plan.shares(workers)
    async with AsyncExitStack() as stack:
        crew = [await stack.enter_async_context(process("worker")) for _ in shares]
        for number, (worker, share) in enumerate(zip(crew, shares, strict=True)):
            await _say(worker, {"plan": told(share), "worker": number, "workers": len(shares)})
        opening = STARTED_WITHIN + CONNECT_WITHIN * plan.connections
        ready = [json.loads(await line_of(worker, opening)) for worker in crew]
        _check_own(ready)
        connected = sum(one["connected"] for one in ready)
        if connected < plan.connections:
            raise NotConnectedError(connected, plan.connections, next(filter(None, _troubles(ready)), ""))
        start = time.monotonic_ns() + round((LEAD + _LEAD_FOR_EACH * plan.count) * SECOND)
        for worker in crew:
            await _say(worker, start)
        outcome = Outcome(plan, plan.schedule(), array("q"), array("q"))
        outcome.latencies = array("q", [UNANSWERED]) * plan.count
        outcome.late = array("q", [UNANSWERED]) * plan.count
        within = plan.seconds + plan.drain + CONNECT_WITHIN + _BEYOND
        heard = await asyncio.gather(*(_hear(worker, within) for worker in crew))
        _check_own([said for said, _, _ in heard])
        for number, (said, latencies, late) in enumerate(heard):
            outcome.latencies[number :: len(shares)] = latencies
            outcome.late[number :: len(shares)] = late
            outcome.ends += Counter(said["ends"])
            outcome.extra += Counter(said["extra"])
            outcome.strange += said["strange"]
            outcome.backlog += said["backlog"]
            outcome.cpu_s = max(outcome.cpu_s, said["cpu_s"])
            outcome.loop = said["loop"]
    return outcome


def _check_own(said: list[dict[str, Any]]) -> None:
    """Raise EngineError where this host, and not the device, kept a worker from a connection."""
    own = next(filter(None, (one["own"] for one in said)), "")
    if own:
        raise EngineError(
            f"this host opens no more connections: {own}; raise `ulimit -n`, or ask over fewer sessions"
        )


def _troubles(ready: list[dict[str, Any]]) -> list[str]:
    return [str(one["trouble"]) for one in ready]


async def _say(worker: asyncio.subprocess.Process, what: object) -> None:
    assert worker.stdin is not None  # noqa: S101 - it is a pipe
    try:
        worker.stdin.write(json.dumps(what).encode() + b"\n")
        await worker.stdin.drain()
    except ConnectionError:
        raise EngineError("a process of the load engine ended before its time") from None


async def _hear(
    worker: asyncio.subprocess.Process, within: float
) -> tuple[dict[str, Any], array[int], array[int]]:
    """Return what a worker tells behind its load."""
    said = json.loads(await line_of(worker, within))
    assert worker.stdout is not None  # noqa: S101 - it is a pipe
    try:
        async with asyncio.timeout(within):
            data = await worker.stdout.read(-1)
    except TimeoutError:
        raise EngineError("a process of the load engine did not end") from None
    if len(data) % 16:
        raise EngineError("a process of the load engine told half of what it saw")
    numbers = array("q", data)
    half = len(numbers) // 2
    return said, numbers[:half], numbers[half:]
