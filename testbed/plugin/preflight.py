"""Before anything is judged: can the device be reached at all?"""

from __future__ import annotations

import asyncio

from testbed.plugin.setup import Setup
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
        protocol.leave()

    asyncio.run(knock())


class _Knock(asyncio.Protocol):
    _transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def leave(self) -> None:
        if self._transport is not None:
            self._transport.close()
