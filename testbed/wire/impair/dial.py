"""Reaching a device through an impairment, in this process: on sockets and on the virtual clock alike."""

from __future__ import annotations

import asyncio

from testbed.wire.dial import Dial
from testbed.wire.impair.lane import round_trip
from testbed.wire.impair.relay import Relay
from testbed.wire.impair.scope import CURRENT, Impairing, Scope
from testbed.wire.pipe import PipeTransport

_NOWHERE = ("0.0.0.0", 0)  # noqa: S104 - no address that anybody listens on


class _Near(PipeTransport):
    """The tester's end: it knows, as a socket does, when both halves are closed."""

    relay: Relay

    def close(self) -> None:
        """Close, and let the relay know that nothing more is read."""
        if not self.is_closing():
            super().close()
            self.relay.closed_in_front()


def impaired(dial: Dial, impairing: Impairing) -> Dial:
    """Return what dials a device through an impairment of the stream.

    Args:
        dial: reaches the device without.
        impairing: what is to happen; the case that dials has choices of its own.
    """
    others: list[Scope] = []

    async def through(protocol: asyncio.Protocol) -> None:
        scope = CURRENT.get()
        if scope is None:
            others[:] = others or [impairing.scope()]
            scope = others[0]
        if scope.lifted:
            await dial(protocol)
            return
        relay = Relay(scope)
        try:
            await dial(relay.back)
            await asyncio.sleep(handshake(scope, relay.number))
        except BaseException:
            relay.give_up()
            raise
        join_in_front(protocol, relay)

    return through


def handshake(scope: Scope, connection: int) -> float:
    """Return for how long a connection is not made yet, in seconds."""
    link, now = scope.link, asyncio.get_running_loop().time()
    made = now + round_trip(scope.plan.scenario.stream, scope.plan.random(connection, "handshake"))
    made = link.began + link.freezes.through(made - link.began)
    scope.worst = max(scope.worst, (made - now) / 2)
    return made - now


def join_in_front(protocol: asyncio.Protocol, relay: Relay) -> None:
    """Connect the tester's protocol with the relay; it sees the addresses of the connection behind."""
    transport = relay.back.transport
    here = transport.get_extra_info("sockname") if transport else None
    there = transport.get_extra_info("peername") if transport else None
    here, there = here or _NOWHERE, there or _NOWHERE
    loop = asyncio.get_running_loop()
    near = _Near(loop, protocol, {"sockname": here, "peername": there})
    near.relay = relay
    far = PipeTransport(loop, relay.front, {"sockname": there, "peername": here})
    near.join(far)
    far.join(near)
    far.tell("connection_made", far)
    near.tell("connection_made", near)
