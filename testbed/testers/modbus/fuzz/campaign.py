"""A campaign: blocks of shots until the budget is used up or something fails, then the least that fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from testbed.model.budget import Budget
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.fuzz.generation import block
from testbed.testers.modbus.fuzz.session import Session
from testbed.testers.modbus.fuzz.shot import SILENCE, Failure, Shot, simpler
from testbed.testers.modbus.fuzz.strategies import Surface
from testbed.testers.shrinking import fewest, simplest
from testbed.testers.trouble import Gone
from testbed.testers.turns import Job, by_turns

if TYPE_CHECKING:
    from testbed.testers.modbus.desk import ModbusCase

MOST_TRIES = 150
"""Tries in which what fails is made smaller (assumed; one of a hundred takes some thirty)."""
SHRINK_WITHIN = 30.0
"""Seconds in which it is made smaller (assumed; a device that restarts after each try takes longer)."""

Progress = Callable[[int], None]
"""Hears how many shots were fired so far."""


@dataclass(frozen=True)
class Found:
    """What failed, and the least that shows it."""

    failure: Failure
    shots: tuple[Shot, ...]
    frames: tuple[int, ...]
    """Frame numbers of these in the capture."""
    is_back: bool = True
    """Whether the device answers again."""


@dataclass
class Campaign:
    """The fuzzing of one device by one case."""

    desk: ModbusCase
    seed: str
    budget: Budget
    progress: Progress = lambda _: None
    session: Session = field(init=False)
    _until: float = field(default=0.0, init=False)
    _tries: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.session = Session(self.desk)
        self._surface = surface(self.desk)

    async def run(self, ignored: Collection[str] = ()) -> Found | None:
        """Fire until something fails; return that, in the fewest and simplest shots.

        Args:
            ignored: kinds of failure that are another case's matter.

        Raises:
            Gone: the device fell silent, which is another case's matter, and does not come back.
        """
        end = time.monotonic() + self.budget.seconds
        start, number = self.desk.recorder.mark(), 0
        while self.session.sent + self.session.skipped < self.budget.requests and time.monotonic() < end:
            left = self.budget.requests - self.session.sent - self.session.skipped
            shots: Sequence[Shot] = block(self.seed, number, self._surface)[:left]
            number += 1
            while shots:
                before = self.desk.recorder.mark()
                found = await self.session.fire(shots)
                self.progress(self.session.sent)
                if found is None:
                    break
                failure, count = found
                if failure.kind not in ignored:
                    return await self._least(failure, shots[:count], before)
                shots = shots[count:]
                if failure.kind == SILENCE and not await self.session.revive():
                    raise Gone(failure.received)
            if self.desk.recorder.is_filling:
                await self.session.leave()
                self.desk.recorder.rewind(start)
                self.desk.recorder.note(f"{self.session.sent} shots were taken well, and are not kept")
        return None

    async def _least(self, failure: Failure, shots: Sequence[Shot], before: tuple[int, int, int]) -> Found:
        """Make what fails smaller, and show it once more as the last thing of the capture."""
        frames = self._frames(before)
        if failure.kind == SILENCE and not await self.session.revive():
            return Found(failure, tuple(shots), frames, is_back=False)
        self._until, self._tries = asyncio.get_running_loop().time() + SHRINK_WITHIN, 0
        breaches, kept = list(self.desk.monitor.breaches), self.desk.recorder.mark()

        async def fails(some: Sequence[Shot]) -> bool:
            self._tries += 1
            if self._tries > MOST_TRIES or asyncio.get_running_loop().time() > self._until:
                return False
            again = await self._again(failure, some)
            await self.session.leave()
            self.desk.recorder.rewind(kept)
            self.desk.monitor.breaches[:] = breaches
            return again is not None

        def program(have_done: Callable[[Job], Any]) -> list[Shot]:
            def tried(some: Sequence[Shot]) -> bool:
                failed: bool = have_done(partial(fails, some))
                return failed

            return simplest(fewest(shots, tried), simpler, tried)

        await self.session.leave()
        least = await by_turns(program)
        shown = self.desk.recorder.mark()
        again = await self._again(failure, least)
        if again is None:
            return Found(failure, tuple(shots), frames)
        is_back = failure.kind != SILENCE or await self.session.revive()
        return Found(again, tuple(least), self._frames(shown), is_back=is_back)

    async def _again(self, failure: Failure, shots: Sequence[Shot]) -> Failure | None:
        """Fire some shots once more; return the failure if it is of the same kind."""
        if failure.kind == SILENCE and not await self.session.revive():
            return None
        found = await self.session.fire(shots)
        return found[0] if found is not None and found[0].kind == failure.kind else None

    def _frames(self, mark: tuple[int, int, int]) -> tuple[int, ...]:
        return tuple(packet.number for packet in self.desk.recorder.packets[mark[0] :] if packet.data)


def surface(desk: ModbusCase) -> Surface:
    """Return what of the device of a case may be fuzzed."""
    declaration = desk.bench.declaration
    first = {table: lease.first for table, lease in desk.leases.items()}
    codes = sorted(int(name[2:4]) for name in declaration.supports if name[2:4].isdecimal())
    return Surface(
        reads=tuple(
            (name, declaration.areas(table))
            for name, (table, _) in READS.items()
            if name in declaration.supports
        ),
        register=first.get("registers"),
        coil=first.get("coils"),
        functions=tuple(dict.fromkeys(codes)),
        unit=declaration.endpoint.unit,
        framing=desk.framing.layout.name,
    )
