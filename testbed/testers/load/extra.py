"""Connections beyond those that a device declares to serve, opened while it is under load."""

from __future__ import annotations

import asyncio
import time

from testbed.testers.load.engine import Engine
from testbed.testers.load.line import Line
from testbed.testers.load.plan import SECOND

WITHIN = 1.0
"""Seconds in which such a connection is opened and answered, or is not (assumed)."""
SERVED, REFUSED, CLOSED, SILENT, WRONG = "served", "refused", "closed", "silent", "answered wrongly"


class _Visitor:
    """What one such connection hears."""

    def __init__(self) -> None:
        self.end: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def _say(self, what: str) -> None:
        if not self.end.done():
            self.end.set_result(what)

    def answered(self, line: Line, request: int, now: int) -> None:  # noqa: ARG002 - an office
        """It is served."""
        self._say(SERVED)

    def refused(self, line: Line, request: int) -> None:  # noqa: ARG002 - an office
        """It is told something else."""
        self._say(WRONG)

    def strange(self) -> None:
        """It hears something else."""
        self._say(WRONG)

    def lost(self, line: Line, why: str) -> None:  # noqa: ARG002 - an office
        """It is closed."""
        self._say(CLOSED)


async def crowd_in(engine: Engine, when: int) -> None:
    """Open the extra connections of an engine's plan, one after the other, and say what became of each.

    Args:
        engine: whose tally takes it.
        when: nanoseconds of the monotonic clock.
    """
    plan = engine.plan
    if not plan.extra:
        return
    await asyncio.sleep(max(0, when - time.monotonic_ns()) / SECOND)
    held: list[Line] = []
    for _ in range(plan.extra):
        visitor = _Visitor()
        line = engine.line(visitor)
        try:
            await line.connect(plan.host, plan.port, WITHIN)
        except OSError as error:
            engine.failed(error)
            engine.tally.extra[REFUSED] += 1
            continue
        held.append(line)
        line.send(0)
        try:
            async with asyncio.timeout(WITHIN):
                engine.tally.extra[await visitor.end] += 1
        except TimeoutError:
            engine.tally.extra[SILENT] += 1
    for line in held:
        line.close()
