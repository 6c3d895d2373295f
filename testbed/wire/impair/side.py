"""One end of a relay: it hears a transport, and hands all that it hears to what carries it on."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from typing import Protocol, cast

from testbed.model.delay import Direction

OTHER: dict[Direction, Direction] = {"to_device": "from_device", "from_device": "to_device"}


class Carrier(Protocol):
    """What carries a connection from side to side."""

    def made(self, side: Side) -> None:
        """Take note that a side stands."""

    def took(self, direction: Direction, data: bytes) -> None:
        """Take bytes that came in."""

    def ended(self, direction: Direction) -> None:
        """Take the end of what comes in."""

    def gone(self, direction: Direction, *, reset: bool) -> None:
        """Take the loss of the side from which a direction comes."""

    def hold(self, direction: Direction, *, held: bool) -> None:
        """Stop or begin again to read what goes in a direction."""


class Side(asyncio.Protocol):
    """One end of a relay: it hands all that it hears to the relay."""

    def __init__(self, relay: Carrier, direction: Direction) -> None:
        self.relay = relay
        self.direction = direction
        """Of what comes in here."""
        self.transport: asyncio.Transport | None = None
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self.transport = cast("asyncio.Transport", transport)  # of uvloop it is one by behaviour alone
        self.relay.made(self)

    def data_received(self, data: bytes) -> None:
        """Hand on what came."""
        self.relay.took(self.direction, data)

    def eof_received(self) -> bool:
        """Hand on the end; the other half stays open."""
        self.relay.ended(self.direction)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand on that it is gone, and how."""
        self.lost = True
        self.relay.gone(self.direction, reset=exc is not None)

    def pause_writing(self) -> None:
        """Hold back what comes from the other end."""
        self.relay.hold(OTHER[self.direction], held=True)

    def resume_writing(self) -> None:
        """Let it come again."""
        self.relay.hold(OTHER[self.direction], held=False)


def abort(transport: asyncio.Transport | None) -> None:
    """Break a connection with a reset."""
    if transport is None or transport.is_closing():
        return
    plug: socket.socket | None = transport.get_extra_info("socket")
    if plug is not None:
        layout = "hh" if sys.platform == "win32" else "ii"
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(layout, 1, 0))
    transport.abort()
