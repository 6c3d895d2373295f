"""Before anything is judged: can the device be reached at all?"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from testbed.plugin.setup import Setup
from testbed.testers.modbus.tap import RELEASE_WITHIN
from testbed.wire.dial import over_tcp


def reach(setup: Setup) -> None:
    """Open one connection to the device and close it again.

    Raises:
        UnreachableError: with the cause and what to check.
    """
    if setup.simulator is not None:
        return

    async def knock() -> None:
        protocol = _Knock()
        await over_tcp(setup.declaration.endpoint)(protocol)
        await protocol.leave()

    asyncio.run(knock())


class _Knock(asyncio.Protocol):
    """Says nothing, and leaves only when the device has noticed: it may serve one connection at a time."""

    def __init__(self) -> None:
        self._closed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def eof_received(self) -> bool:
        self._closed.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        self._closed.set()

    async def leave(self) -> None:
        if isinstance(self._transport, asyncio.Transport):
            self._transport.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(RELEASE_WITHIN):
                await self._closed.wait()
        self._transport.close()
