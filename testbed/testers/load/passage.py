"""A loopback port that leads to the device by whatever way the tester itself takes, an impaired one too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import copy_context
from typing import cast

from testbed.wire.dial import Dial, UnreachableError

MOST_KEPT = 1 << 16
"""Bytes that one side may send before the other is there (assumed; a worker sends some requests of 12)."""


class _End(asyncio.Protocol):
    """One end of a connection that is passed on: what it hears, the other end says."""

    transport: asyncio.Transport | None = None
    other: _End

    def __init__(self, ends: set[_End]) -> None:
        self._ends = ends
        """Those that may still have to be closed."""
        self._kept = b""
        self._refused = False

    def refuse(self) -> None:
        """Close, now or as soon as there is somebody."""
        self._refused = True
        if self.transport is not None:
            self.transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say what was to be said before."""
        self.transport = cast("asyncio.Transport", transport)
        self._ends.add(self)
        if self._refused:
            self.transport.close()
            return
        if self._kept:
            self.transport.write(self._kept)
            self._kept = b""

    def say(self, data: bytes) -> None:
        """Send, or keep until there is somebody."""
        if self.transport is not None:
            if not self.transport.is_closing():
                self.transport.write(data)
        elif len(self._kept) + len(data) <= MOST_KEPT:
            self._kept += data
        else:
            self.other.refuse()  # a stream with a hole in it would be nobody's

    def data_received(self, data: bytes) -> None:
        """Pass it on."""
        self.other.say(data)

    def pause_writing(self) -> None:
        """Hold back who sends more than is read here: nothing is kept without bound."""
        if self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """Let him go on."""
        if self.other.transport is not None:
            self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - part of the interface
        """Pass that on, too."""
        self._ends.discard(self)
        self.other.refuse()


@asynccontextmanager
async def passage(dial: Dial) -> AsyncIterator[int]:
    """Open a port of the loopback behind which a device stands; who cannot reach it is closed.

    Args:
        dial: reaches the device; called in the context of whoever opens the passage.
    """
    loop, context = asyncio.get_running_loop(), copy_context()
    ends: set[_End] = set()
    tasks: set[asyncio.Task[None]] = set()

    async def reach(near: _End, far: _End) -> None:
        try:
            await dial(far)
        except UnreachableError:
            near.refuse()

    def accept() -> _End:
        near, far = _End(ends), _End(ends)
        near.other, far.other = far, near
        task = loop.create_task(reach(near, far), context=context.copy())
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return near

    server = await loop.create_server(accept, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for end in list(ends):
            if end.transport is not None:
                end.transport.close()
        await server.wait_closed()
