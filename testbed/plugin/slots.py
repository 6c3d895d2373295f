"""Connection slots: how many a device can serve at once, taken in the order of asking."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Slots:
    """A semaphore of which a case may take several; first come, first served, so that none starves."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._free = capacity
        self._queue: deque[tuple[int, asyncio.Event]] = deque()

    @asynccontextmanager
    async def take(self, weight: int) -> AsyncIterator[None]:
        """Hold some slots, at most the capacity."""
        turn = asyncio.Event()
        self._queue.append((weight, turn))
        self._admit()
        try:
            await turn.wait()
        except BaseException:
            if turn.is_set():
                self._give(weight)
            else:
                self._queue.remove((weight, turn))
                self._admit()
            raise
        try:
            yield
        finally:
            self._give(weight)

    def _give(self, weight: int) -> None:
        self._free += weight
        self._admit()

    def _admit(self) -> None:
        while self._queue and self._queue[0][0] <= self._free:
            weight, turn = self._queue.popleft()
            self._free -= weight
            turn.set()
