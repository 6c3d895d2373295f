"""An event loop whose time passes only when nothing is left to do: simulations never make a run wait."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_AT_ONCE = 32
"""Rounds of work in a row without a look at the selector, which costs a system call (assumed)."""


class _Selector:
    """A selector that, instead of sleeping, moves its loop's clock forward."""

    def __init__(self, loop: VirtualClockLoop) -> None:
        self._selector = selectors.DefaultSelector()
        self._loop = loop
        self._passed_over = 0

    def select(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0 and self._passed_over < _AT_ONCE:  # there is work; what another thread brings is seen
            self._passed_over += 1
            return []
        self._passed_over = 0
        if timeout is None or (timeout > 0 and self._loop.stands_still):  # only another thread can bring work
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
        self.stands_still = False
        super().__init__(_Selector(self))  # type: ignore[arg-type]  # a selector by behaviour

    def time(self) -> float:
        """Return the virtual time, in seconds since the loop was made."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds


@contextmanager
def standing_still(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let no virtual time pass while another thread works out what is to be done next.

    That takes real time and no virtual one: a loop with nothing else to do would hurry on to a time-out.
    On a real clock nothing changes.
    """
    if not isinstance(loop, VirtualClockLoop):
        yield
        return
    before, loop.stands_still = loop.stands_still, True
    try:
        yield
    finally:
        loop.stands_still = before
