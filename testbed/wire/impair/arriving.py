"""A product that connects by itself, through an impairment: it comes late, in pieces, or never."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

from testbed.model.delay import Direction
from testbed.wire.impair.dial import handshake, join_in_front
from testbed.wire.impair.relay import Relay
from testbed.wire.impair.scope import Scope
from testbed.wire.impair.side import Side

_DATA_SEGMENTS_IN = 152
"""Where `struct tcp_info` of Linux has `tcpi_data_segs_in`, since 4.6."""


class Arrival(Relay):
    """One connection that a product opens; `back` is what its transport talks to.

    Args:
        scope: to which the connection belongs.
        receive: makes the tester's protocol, once the connection has come through; it is given the arrival.
    """

    def __init__(self, scope: Scope, receive: Callable[[Arrival], asyncio.Protocol]) -> None:
        super().__init__(scope)
        self._arriving: asyncio.Task[None] | None = None
        self._receive = receive
        self._chunks = 0

    def made(self, side: Side) -> None:
        """Let the connection come through once the product has opened it."""
        super().made(side)
        if side is self.back:
            self._arriving = asyncio.get_running_loop().create_task(self._arrive())

    def took(self, direction: Direction, data: bytes) -> None:
        """Count what the product sends, as it was before anything was done to it."""
        self._chunks += direction == "from_device"
        super().took(direction, data)

    def segments(self) -> int | None:
        """Return how many segments with data have come from the product; None where nobody can tell."""
        return segments_of(self.back.transport, self._chunks)

    def give_up(self) -> None:
        """Close what is still open."""
        if self._arriving is not None:
            self._arriving.cancel()
        super().give_up()

    async def _arrive(self) -> None:
        await asyncio.sleep(handshake(self._scope, self.number))
        if not self.back.lost:
            self._arriving = None  # who receives it may give it up
            join_in_front(self._receive(self), self)


def segments_of(transport: asyncio.BaseTransport | None, chunks: int) -> int | None:
    """Return how many segments with data have come on a connection, as the kernel counts them.

    Args:
        transport: of the connection; in this process each write is a segment.
        chunks: times that data came.
    """
    plug: socket.socket | None = transport.get_extra_info("socket") if transport is not None else None
    if plug is None:
        return chunks
    try:
        told = plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    except (OSError, AttributeError):
        return None
    if len(told) < _DATA_SEGMENTS_IN + 4:
        return None
    (count,) = struct.unpack_from("=I", told, _DATA_SEGMENTS_IN)
    return max(count, chunks) or None  # a kernel that counts none cannot tell
