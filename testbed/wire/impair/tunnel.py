"""Reaching a device through packets that are lost, reordered, doubled, corrupted or too large. Needs root.

The tester's sockets stand in one room, a forwarder's in another, with the link between them. The forwarder
reaches the device from outside, in whatever way it is reached, and passes all bytes on as they are.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from testbed.wire.dial import Dial, UnreachableError
from testbed.wire.impair.means import lacks
from testbed.wire.impair.netem import NetemLink
from testbed.wire.impair.plan import Plan
from testbed.wire.impair.relay import Relay
from testbed.wire.impair.room import HERE, THERE, Room
from testbed.wire.impair.scope import CURRENT, Impairing, Scope
from testbed.wire.impair.tun import TunLink

CONNECT_WITHIN = 20.0
"""Seconds to a connection: its first segment is sent again after 1, 3 and 7 s (RFC 6298, 5.7, and Linux)."""


class Tunnel:
    """Two rooms with an impaired link between them, and a forwarder at its far end.

    Args:
        dial: reaches the device.
        plan: what happens on the link.
        by_netem: whether the system impairs the packets, and not this program.

    Raises:
        UnreachableError: the system cannot make it.
    """

    def __init__(self, dial: Dial, plan: Plan, *, by_netem: bool = False) -> None:
        self._dial = dial
        self._plain = Scope(plan, lifted=True)
        self._met: dict[int, asyncio.Future[None]] = {}
        """By the tester's port, whether the forwarder has reached the device for it."""
        self._relays: dict[Relay, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        self._rooms: list[Room] = []
        try:
            self._rooms += [Room()]
            self._rooms += [Room()]
            self.link = (NetemLink if by_netem else TunLink)(plan, *self._rooms)
            self._listening = self._rooms[1].socket(THERE, listens=True)
        except BaseException:
            self._leave()
            raise
        self.port: int = self._listening.getsockname()[1]

    async def open(self) -> None:
        """Let the forwarder listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, sock=self._listening)

    async def dial(self, protocol: asyncio.Protocol) -> None:
        """Connect a protocol to the device through the link; where the case is over, without.

        Raises:
            UnreachableError: with the cause.
        """
        scope = CURRENT.get()
        if scope is not None:
            if scope.lifted:
                await self._dial(protocol)
                return
            scope.altered = True
        loop = asyncio.get_running_loop()
        plug = self._rooms[0].socket(HERE)
        port = plug.getsockname()[1]
        self._met[port] = loop.create_future()
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await loop.sock_connect(plug, (THERE, self.port))
                await self._met[port]
            await loop.create_connection(lambda: protocol, sock=plug)
        except BaseException as error:
            plug.close()
            if isinstance(error, TimeoutError):
                said = f"no connection through the impaired link within {CONNECT_WITHIN:g} s"
                raise UnreachableError(said) from error
            if isinstance(error, OSError):
                raise UnreachableError(f"the impaired link: {error.strerror or error}") from error
            raise
        finally:
            self._met.pop(port).cancel()

    async def close(self) -> None:
        """End everything; the rooms vanish."""
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
        self._leave()

    def _leave(self) -> None:
        if hasattr(self, "link"):
            self.link.close()
        if hasattr(self, "_listening"):
            self._listening.close()
        for room in self._rooms:
            room.close()

    def _accept(self) -> asyncio.Protocol:
        relay = Relay(self._plain, self._gone)
        self._relays[relay] = asyncio.get_running_loop().create_task(self._forward(relay))
        return relay.front

    def _gone(self, relay: Relay) -> None:
        self._relays.pop(relay, None)

    async def _forward(self, relay: Relay) -> None:
        """Reach the device for a connection that has come."""
        await asyncio.sleep(0)  # now its transport is known
        name: tuple[str, int] = (
            relay.front.transport.get_extra_info("peername") if relay.front.transport else ("", 0)
        )
        met = self._met.get(name[1])
        try:
            await self._dial(relay.back)
        except UnreachableError as error:
            if met is not None and not met.done():
                met.set_exception(error)
            relay.refuse()
        else:
            if met is not None and not met.done():
                met.set_result(None)
            if relay.front.lost:
                relay.give_up()


async def tunnelled(dial: Dial, impairing: Impairing, stack: AsyncExitStack) -> Dial:
    """Return what dials a device through impaired packets; the stack takes the link away.

    Raises:
        UnreachableError: this system cannot make it.
    """
    if lack := lacks(impairing.means):
        raise UnreachableError(f"--impair-by {impairing.means}: {lack}")
    tunnel = Tunnel(dial, impairing.scope("link").plan, by_netem=impairing.means == "netem")
    stack.push_async_callback(tunnel.close)
    await tunnel.open()
    return tunnel.dial
