"""An impairing proxy: a loopback port before a device, for clients that are no part of this program."""

from __future__ import annotations

import asyncio

from testbed.wire.dial import Dial, UnreachableError
from testbed.wire.impair.dial import handshake
from testbed.wire.impair.relay import Relay
from testbed.wire.impair.scope import Scope

HOST = "127.0.0.1"
MOST_CONNECTIONS = 1000
"""Connections at once; who comes beyond is reset (assumed)."""


class Proxy:
    """Listens, and carries each connection to the device as planned.

    Args:
        dial: reaches the device.
        scope: to which all connections belong; it says afterwards what was done to them.
    """

    def __init__(self, dial: Dial, scope: Scope) -> None:
        self.scope = scope
        self.unreachable: UnreachableError | None = None
        """Why the device was not reached, the last time that it was not."""
        self._dial = dial
        self._server: asyncio.Server | None = None
        self._relays: dict[Relay, asyncio.Task[None]] = {}

    async def open(self, port: int = 0) -> int:
        """Listen; return the port.

        Raises:
            OSError: somebody else has it.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, HOST, port)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def close(self) -> None:
        """Listen no more, and end what is connected."""
        if self._server is not None:
            self._server.close()
        tasks = list(self._relays.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for relay in list(self._relays):
            relay.give_up()
        if self._server is not None:
            await self._server.wait_closed()
        await asyncio.sleep(0)  # what was closed is lost in the next round

    def _accept(self) -> asyncio.Protocol:
        relay = Relay(self.scope, self._gone)
        if len(self._relays) >= MOST_CONNECTIONS:
            asyncio.get_running_loop().call_soon(relay.refuse)
            return relay.front
        self._relays[relay] = asyncio.get_running_loop().create_task(self._connect(relay))
        return relay.front

    def _gone(self, relay: Relay) -> None:
        self._relays.pop(relay, None)

    async def _connect(self, relay: Relay) -> None:
        """Reach the device for a client that has come; who cannot be served is reset."""
        try:
            await asyncio.sleep(handshake(self.scope, relay.number))
            await self._dial(relay.back)
        except UnreachableError as error:
            self.unreachable = error
            relay.refuse()
        else:
            if relay.front.lost:
                relay.give_up()
