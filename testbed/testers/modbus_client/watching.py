"""Places where a product shows its values: a file, a page of its own; what stood there is no belief."""

from __future__ import annotations

import asyncio
import urllib.request
from contextlib import suppress
from functools import partial
from pathlib import Path

from testbed.model.client import Task
from testbed.testers.modbus_client.driving import Act, Watch
from testbed.testers.modbus_client.numbers import read_numbers

EVERY = 0.05
"""Seconds between two looks (assumed; an operator's screen is slower)."""
MOST = 256 << 10
"""Bytes looked at, the last ones of a file."""
_HTTP_WITHIN = 2.0


class Looking:
    """Looks again and again, and tells the values whenever what is shown has changed."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._seen = ""
        self._looking: asyncio.Task[None] | None = None

    async def begin(self, act: Act) -> None:
        """Remember what stands there already, and begin to look."""
        self._act = act
        self._seen = await self._shown()
        self._looking = asyncio.ensure_future(self._look_on())

    async def stop(self) -> None:
        """Look once more, and end."""
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
            await self._look()

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self._look()

    async def _look(self) -> None:
        shown = await self._shown()
        if shown == self._seen or self._task.belief is None:
            return
        new = shown.removeprefix(self._seen) if shown.startswith(self._seen) else shown
        self._seen = shown
        numbers, count = read_numbers(self._task.belief.pattern, new), self._task.count
        for at in range(0, len(numbers), count):
            self._act.tell(tuple(numbers[at : at + count]))

    async def _shown(self) -> str:
        return await asyncio.get_running_loop().run_in_executor(None, partial(_read, self._task))


def _read(task: Task) -> str:
    """Return what is shown; nothing where there is nothing yet."""
    belief = task.belief
    if belief is None:
        return ""
    try:
        if belief.where == "file":
            return Path(belief.path).read_bytes()[-MOST:].decode(errors="replace")
        with urllib.request.urlopen(belief.url, timeout=_HTTP_WITHIN) as page:  # noqa: S310 - http alone, by the model
            data: bytes = page.read(MOST)
            return data.decode(errors="replace")
    except OSError:
        return ""


def watch_of(task: Task) -> Watch | None:
    """Return what looks where a task's values are shown; None where its standard output tells them."""
    return Looking(task) if task.belief is not None and task.belief.where != "stdout" else None
