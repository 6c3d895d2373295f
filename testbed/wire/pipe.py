"""In-process connections: two protocols joined by transports that never leave the event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

_HIGH_WATER = 64 * 1024
"""Bytes waiting at a reader before its writer is told to pause, as with asyncio's own transports."""


class PipeTransport(asyncio.Transport):
    """One end of an in-process connection: a stream that keeps order, as TCP does, and loses nothing."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol, names: dict[str, Any]
    ) -> None:
        super().__init__(names)
        self._loop = loop
        self._protocol: asyncio.BaseProtocol = protocol
        self._peer: PipeTransport | None = None
        self._inbox: deque[bytes | None] = deque()
        self._waiting = 0
        self._paused = self._closing = self._lost = self._eof_sent = self._peer_paused = False

    def join(self, peer: PipeTransport) -> None:
        """Join this end with the other."""
        self._peer = peer

    # What a protocol asks of its transport.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes; after a close they go nowhere, as on a socket.

        Raises:
            RuntimeError: the sending half is closed.
        """
        if self._eof_sent:
            raise RuntimeError("Cannot call write() after write_eof()")
        if not self._closing and data:
            self._post(bytes(data))

    def write_eof(self) -> None:
        """Close the sending half."""
        if not self._eof_sent and not self._closing:
            self._eof_sent = True
            self._post(None)

    def can_write_eof(self) -> bool:
        """Say that a half can be closed."""
        return True

    def close(self) -> None:
        """Close: what was written still arrives, then the end of the stream."""
        if not self._closing:
            if not self._eof_sent:
                self._post(None)
            self._closing = True
            self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        """Reset, as a socket does that must not linger: the other side loses the connection at once."""
        self._abort(None)

    def is_closing(self) -> bool:
        """Say whether this end is closed or about to be."""
        return self._closing

    def is_reading(self) -> bool:
        """Say whether this end takes bytes."""
        return not self._paused and not self._closing

    def pause_reading(self) -> None:
        """Leave arriving bytes in the inbox."""
        self._paused = True

    def resume_reading(self) -> None:
        """Take bytes again, those waiting first."""
        if self._paused:
            self._paused = False
            self._loop.call_soon(self._deliver)

    def get_write_buffer_size(self) -> int:
        """Return the number of bytes written that the other side has not taken."""
        return self._peer._waiting if self._peer is not None else 0  # noqa: SLF001 - the other half of one thing

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Keep the limits: the pipe has one mark for all."""

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand this end to another protocol."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol at this end."""
        return self._protocol

    # What arrives from the other end.

    def reset(self) -> None:
        """Lose the connection because the other side reset it."""
        self._inbox.clear()
        self._closing = True
        self._lose(ConnectionResetError("connection reset by peer"))

    def _abort(self, error: Exception | None) -> None:
        if not self._lost:
            self._closing = True
            self._loop.call_soon(self._lose, error)
            if self._peer is not None:
                self._loop.call_soon(self._peer.reset)

    def _post(self, item: bytes | None) -> None:
        peer = self._peer
        if peer is None:
            return
        if peer._lost:  # noqa: SLF001 - the other half of one thing
            if item is not None:
                self._loop.call_soon(self.reset)  # nobody is there any more to take it
            return
        peer._inbox.append(item)  # noqa: SLF001
        peer._waiting += len(item or b"")  # noqa: SLF001
        self._loop.call_soon(peer._deliver)  # noqa: SLF001
        if peer._waiting > _HIGH_WATER and not self._peer_paused:  # noqa: SLF001
            self._peer_paused = True
            self.tell("pause_writing")

    def _deliver(self) -> None:
        while self._inbox and not self._paused and not self._lost:
            item = self._inbox.popleft()
            self._waiting -= len(item or b"")
            if self._closing:
                continue  # closed for reading too: bytes that still arrive fall away, as on a socket
            try:
                if item is not None:
                    self._protocol.data_received(item)  # type: ignore[attr-defined]
                elif not self._protocol.eof_received():  # type: ignore[attr-defined]
                    self.close()
            except Exception as error:  # noqa: BLE001 - a protocol's fault ends its connection, not the loop
                self._report(error)
                self._abort(error)
        peer = self._peer
        if peer is not None and peer._peer_paused and self._waiting <= _HIGH_WATER // 4:  # noqa: SLF001
            peer._peer_paused = False  # noqa: SLF001
            if not peer._lost:  # noqa: SLF001
                peer.tell("resume_writing")

    def tell(self, callback: str, *arguments: object) -> None:
        """Call the protocol back; what it raises is reported to the loop, and the connection goes on."""
        try:
            getattr(self._protocol, callback)(*arguments)
        except Exception as error:  # noqa: BLE001 - as asyncio's own transports do
            self._report(error)

    def _report(self, error: Exception) -> None:
        self._loop.call_exception_handler(
            {
                "message": "exception in a protocol callback",
                "exception": error,
                "transport": self,
                "protocol": self._protocol,
            }
        )

    def _lose(self, error: Exception | None) -> None:
        if not self._lost:
            self._lost = True
            self._protocol.connection_lost(error)


def join(client: asyncio.Protocol, server: asyncio.Protocol, *, client_port: int, server_port: int) -> None:
    """Connect two protocols in the running loop; both see loopback addresses.

    Args:
        client: the side that connects; it is told last, as with TCP.
        server: the side that listens.
        client_port: the port that the server sees.
        server_port: the port that the client sees.
    """
    loop = asyncio.get_running_loop()
    here, there = ("127.0.0.1", client_port), ("127.0.0.1", server_port)
    near = PipeTransport(loop, client, {"sockname": here, "peername": there})
    far = PipeTransport(loop, server, {"sockname": there, "peername": here})
    near.join(far)
    far.join(near)
    far.tell("connection_made", far)
    near.tell("connection_made", near)
