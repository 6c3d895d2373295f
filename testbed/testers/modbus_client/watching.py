"""Looking at what a product shows while it acts; what stood there before is no belief."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from testbed.model.base import Text
from testbed.model.client import Task
from testbed.testers.modbus_client.driving import Act, Watch
from testbed.testers.modbus_client.numbers import read_numbers
from testbed.testers.modbus_client.pages import UnreadableError
from testbed.testers.modbus_client.sources import FloodError, Marked, Shown, Source, source_of
from testbed.testers.trouble import Undecided

EVERY = 0.03
"""Seconds between two looks (assumed; an operator's screen is slower)."""
MOST_LOOKS = 10
"""Looks at the end, until two of them show the same (assumed)."""


class Looking:
    """Looks again and again, and tells the values whenever what is shown has changed.

    A product may write one value after the other: what changed is told once two looks have shown the same.
    What was appended to a text is told line by line.
    """

    def __init__(self, task: Task, source: Source) -> None:
        self._task, self._source = task, source
        self._seen: Shown = None
        self._last: Shown = None
        self._changed = (0.0, 0)
        """When the last look first showed what it did, and how many requests there were."""
        self._fault: Text | None = None
        self._has_begun = False
        self._ends = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def begin(self, act: Act) -> None:
        """Remember what stands there already, and begin to look."""
        self._act = act
        await self._look()
        self._looking = asyncio.ensure_future(self._look_on())

    async def stop(self) -> None:
        """Look until two looks agree, and end."""
        if self._looking is None:
            return
        self._ends.set()
        try:
            await self._looking
            for _ in range(MOST_LOOKS):
                if await self._look() or self._fault is not None:
                    break
                await asyncio.sleep(EVERY)
            else:
                self._take(self._last)
        finally:
            self._looking.cancel()
            await self._source.leave()
        if self._fault is not None and not self._act.told:
            why = Text(
                en=f"what the product shows cannot be read: {self._fault.en}",
                ko=f"제품이 표시하는 값을 읽을 수 없음: {self._fault.ko}",
            )
            self._act.trouble = self._act.trouble or Undecided(why)

    async def _look_on(self) -> None:
        while not self._ends.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._ends.wait()
            await self._look()

    async def _look(self) -> bool:
        """Look once; say whether what is shown has settled."""
        try:
            shown = await self._source.look()
        except UnreadableError as error:
            self._fault = error.said
            if isinstance(error, FloodError):
                self._act.end("was ended", Undecided(error.said))
            return False
        self._fault = None
        if not self._has_begun:  # what is there first may be as old as the product
            self._seen = self._last = shown
            self._has_begun = True
        has_settled = shown == self._last
        if not has_settled:
            self._last, self._changed = shown, (self._act.now(), self._act.asked())
        if has_settled:
            self._take(shown)
        elif isinstance(shown, str) and shown.startswith(self._text):
            self._take(self._text + shown.removeprefix(self._text).rpartition("\n")[0])
        return has_settled

    @property
    def _text(self) -> str:
        return self._seen if isinstance(self._seen, str) else ""

    def _take(self, shown: Shown) -> None:
        """Tell what is new."""
        if shown == self._seen:
            return
        new, count = shown, self._task.count
        if isinstance(new, str) and self._task.belief is not None:
            new = new.removeprefix(self._text) if new.startswith(self._text) else new
            new = tuple(read_numbers(self._task.belief.pattern, new))
        self._seen = shown
        if isinstance(new, Marked):
            self._act.tell(None, self._changed)
        elif isinstance(new, tuple):
            for at in range(0, len(new), count):
                self._act.tell(new[at : at + count], self._changed)


def watch_of(task: Task) -> Watch | None:
    """Return what looks where a task's values are shown; None where nothing has to look."""
    source = source_of(task.belief) if task.belief is not None else None
    return None if source is None else Looking(task, source)
