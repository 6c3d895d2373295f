"""Wakes a loop at points of the monotonic clock: by a timer of the kernel where there is one.

The timers of asyncio and of uvloop count whole milliseconds, and uvloop's fire up to 0.4 ms early. A timer
file descriptor of Linux is exact to some microseconds, and costs one system call to set and one to read.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import time
from collections.abc import Callable

SECOND = 1_000_000_000
_NONBLOCK_CLOEXEC = 0o2004000
_ABSOLUTE = 1  # TFD_TIMER_ABSTIME


class _Times(ctypes.Structure):
    """`struct itimerspec`: interval, then value, each in seconds and nanoseconds."""

    _fields_ = (
        ("every_s", ctypes.c_long),
        ("every_ns", ctypes.c_long),
        ("at_s", ctypes.c_long),
        ("at_ns", ctypes.c_long),
    )


class KernelTicker:
    """A timer file descriptor; one wake-up for each `at`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        """Make the timer.

        Raises:
            OSError: the system has no such timer.
        """
        try:
            library = ctypes.CDLL(None, use_errno=True)  # TypeError on Windows
            make, self._set = library.timerfd_create, library.timerfd_settime
        except (AttributeError, TypeError):
            raise OSError("no timer file descriptors here") from None
        self._descriptor = make(time.CLOCK_MONOTONIC, _NONBLOCK_CLOEXEC)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._times = _Times()
        self._pointer = ctypes.byref(self._times)
        self._loop, self._callback = loop, callback
        loop.add_reader(self._descriptor, self._fired)

    def at(self, when: int) -> None:
        """Wake at a time in nanoseconds of the monotonic clock; at once where it is past."""
        self._times.at_s, self._times.at_ns = divmod(when, SECOND)
        self._set(self._descriptor, _ABSOLUTE, self._pointer, None)

    def _fired(self) -> None:
        try:
            os.read(self._descriptor, 8)
        except BlockingIOError:
            return  # set anew meanwhile
        self._callback()

    def close(self) -> None:
        """End it."""
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)


class LoopTicker:
    """A timer of the loop, where the kernel has none: exact to a millisecond or two."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        callback: Callable[[], None],
        now: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._loop, self._callback, self._now = loop, callback, now
        self._handle: asyncio.Handle | None = None

    def at(self, when: int) -> None:
        """Wake at a time in nanoseconds of the monotonic clock, or a little earlier or later."""
        self.close()
        self._handle = self._loop.call_later(max(0, when - self._now()) / SECOND, self._callback)

    def close(self) -> None:
        """End it."""
        if self._handle is not None:
            self._handle.cancel()


Ticker = KernelTicker | LoopTicker


def ticker(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> Ticker:
    """Return the best ticker that this system has."""
    try:
        return KernelTicker(loop, callback)
    except OSError:
        return LoopTicker(loop, callback)
