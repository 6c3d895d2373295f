"""Looking at the place where a product shows its values, and telling each set of them once it is whole."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from testbed.model.base import Text
from testbed.model.client import Task
from testbed.model.client_belief import Belief
from testbed.testers.modbus_client.driving import Act, Watch
from testbed.testers.modbus_client.numbers import read_numbers
from testbed.testers.modbus_client.places import MOST, place_of
from testbed.testers.trouble import Undecided

EVERY = 0.05
"""Seconds between two looks (assumed; an operator's screen is slower)."""
SETTLES = 0.5
"""Seconds without a change after which no more values are awaited (assumed; a set is written in less)."""


class Looking:
    """Looks again and again, and tells the values whenever what is shown has changed.

    What is appended is told by whole lines, what is written anew as it stands. Fewer values than the task
    reads are told only when no more have come for a while: a product may write one after the other.
    """

    def __init__(self, task: Task, belief: Belief) -> None:
        self._count, self._pattern = task.count, belief.pattern
        self._place = place_of(belief)
        self._text = ""
        """What is new, from the last place on where nothing was left over."""
        self._told = 0
        """Numbers in it that were told."""
        self._is_screen = False
        """Whether it is all that is shown."""
        self._screen: tuple[float, ...] = ()
        """The numbers last told of a place that is written anew: the same again are no news."""
        self._changed = 0.0
        self._was_bad = False
        self._has_seen = False
        """Whether any look saw something, or that nothing is there."""
        self._ends = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def begin(self, act: Act) -> None:
        """Remember what stands there already, and begin to look."""
        self._act = act
        self._loop = asyncio.get_running_loop()
        there = await self._place.begin()
        self._screen = tuple(read_numbers(self._pattern, there))
        self._was_bad = self._place.is_bad
        self._looking = asyncio.ensure_future(self._look_on())

    async def stop(self) -> None:
        """Look once more, and end; a product that was not cut short is given the time to write all."""
        if self._looking is None:
            return
        self._ends.set()
        try:
            await self._looking  # never in the middle of a look: what it opens is closed
            await self._look()
            if not self._act.was_cut and len(read_numbers(self._pattern, self._text)) > self._told:
                await asyncio.sleep(SETTLES)
                await self._look()
            if self._was_bad and not self._act.told:  # as it was, and still is
                self._act.tell(None)
        finally:
            self._looking.cancel()
            await self._place.end()
        fault = self._place.fault
        if fault is not None and not self._has_seen:
            self._act.trouble = self._act.trouble or Undecided(
                Text(
                    en=f"what the product shows cannot be read: {fault.en}",
                    ko=f"제품이 표시하는 값을 읽을 수 없음: {fault.ko}",
                )
            )

    async def _look_on(self) -> None:
        while not self._ends.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._ends.wait()
            await self._look()

    async def _look(self) -> None:
        is_anew, text = await self._place.look()
        if self._place.flood is not None and not self._act.is_over:
            self._act.end("was ended", Undecided(self._place.flood))
        self._has_seen |= self._place.fault is None
        if self._place.is_bad and not self._was_bad:
            self._act.tell(None)
        self._was_bad = self._place.is_bad
        if is_anew or text:
            self._changed = self._loop.time()
        if is_anew:
            self._text, self._told, self._is_screen = "", 0, True
        self._text += text
        try:
            self._tell()
        except Undecided as why:
            self._text = ""
            self._act.end("was ended", why)
        if len(self._text) > MOST:  # a log without numbers
            self._text, self._told = "", 0

    def _tell(self) -> None:
        """Tell the sets that are whole; when nothing has changed for a while, also one that is not."""
        is_settled = self._loop.time() - self._changed >= SETTLES
        text = self._text if self._is_screen or is_settled else self._text.rpartition("\n")[0]
        numbers = tuple(read_numbers(self._pattern, text))
        if self._is_screen and not self._told and numbers == self._screen:
            self._told = len(numbers)
        while len(numbers) - self._told >= self._count or (is_settled and self._told < len(numbers)):
            self._act.tell(numbers[self._told : self._told + self._count])
            self._told = min(self._told + self._count, len(numbers))
            self._screen = numbers
        if self._told == len(numbers) and self._text.endswith("\n") and not self._is_screen:
            self._text, self._told = "", 0


def watch_of(task: Task) -> Watch | None:
    """Return what looks where a task's values are shown; None where its output or a person tells them."""
    belief = task.belief
    is_looked_for = belief is not None and belief.where not in {"stdout", "operator"}
    return Looking(task, belief) if belief is not None and is_looked_for else None
