"""An event loop whose time passes only when nothing is left to do: simulations never make a run wait."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class _Selector:
    """A selector that, instead of sleeping, moves its loop's clock forward."""

    def __init__(self, loop: VirtualClockLoop) -> None:
        self._selector = selectors.DefaultSelector()
        self._loop = loop

    def select(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:  # nothing is scheduled: only another thread can bring work
            return self._selector.select(None)
        events = self._selector.select(0)
        if timeout > 0 and not events:
            self._loop.advance(timeout)
        return events

    def __getattr__(self, name: str) -> Any:
        return getattr(self._selector, name)


class VirtualClockLoop(asyncio.SelectorEventLoop):
    """A loop for simulated devices: `sleep(7)` takes no time, and everything keeps its order.

    It must not serve sockets: time would not wait for them.
    """

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Selector(self))  # type: ignore[arg-type]  # a selector by behaviour

    def time(self) -> float:
        """Return the virtual time, in seconds since the loop was made."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds
