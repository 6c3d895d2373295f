"""One TCP connection to the server: cuts the stream into chunks, keeps what the rules know of the peer."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from typing import TYPE_CHECKING, cast

from testbed.protocols.opcua.uacp import Framer

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.server import Server
    from testbed.protocols.opcua.chunk import Reassembly
    from testbed.protocols.opcua.uacp import Hello

BURST = 1 << 16
"""Bytes of output to write at once. Behind each burst the peer may turn out not to read."""


class ServerConnection(asyncio.Protocol):
    """What a server knows of one peer; it decides nothing and asks the server's rules.

    While the peer does not read its answers nothing is read from it, and what is kept are the chunks of
    the last segment. It starts no task.

    Args:
        server: the rules and the data, shared by all connections.
    """

    transport: asyncio.Transport
    """The connection; known from ``connection_made`` on."""
    reassembly: Reassembly
    """Chunks of a request that is not whole yet; known from the Acknowledge on."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.framer = Framer()
        self.framer.most = server.RECEIVE_BUFFER
        self.hello: Hello | None = None
        """What the peer said first."""
        self.channel: Channel | None = None
        """The secure channel of this connection."""
        self.ended = False
        """Whether nothing is read any more."""
        self.deadline: asyncio.TimerHandle | None = None
        """Ends the connection of a peer that opens no channel in time, or does not read the last answers."""
        self._frames: deque[bytes] = deque()
        self._answers: list[bytes] = []
        self._unsent = 0
        self._peer_reads = True
        self._half_closed = False

    # What the rules ask for

    def send(self, frame: bytes) -> None:
        """Send a frame, together with others that answer the same segment."""
        self._answers.append(frame)
        self._unsent += len(frame)
        if self._unsent >= BURST:
            self.flush()

    def end(self, linger: float) -> None:
        """Read nothing more; close when the answers are sent.

        Args:
            linger: seconds after which the connection is broken, whether or not the peer has read them.
        """
        if not self.ended:
            self.ended = True
            self._frames.clear()
            self.framer.drop()
            self.flush()
            self.transport.close()
            if self.deadline is not None:
                self.deadline.cancel()
            self.deadline = asyncio.get_running_loop().call_later(linger, self.transport.abort)

    # Stream

    def data_received(self, data: bytes) -> None:
        """Answer all complete chunks in their order, as long as the peer reads."""
        self._frames.extend(self.framer.feed(data))
        frames = self._frames
        while frames and self._peer_reads and not self.ended:
            self.server.take_frame(self, frames.popleft())
        if not frames and not self.ended and self.framer.pending:
            self.server.look_at_rest(self, self.framer)
        self.flush()

    def flush(self) -> None:
        """Send what is kept."""
        if self._answers:
            answers, self._answers, self._unsent = b"".join(self._answers), [], 0
            self.transport.write(answers)

    # Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, and let TCP find out about vanished clients."""
        self.transport = cast("asyncio.Transport", transport)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.server.welcome(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Release the channel and make room for another connection."""
        super().connection_lost(exc)
        self.ended = True
        self.server.leave(self)

    def pause_writing(self) -> None:
        """Stop answering and reading: the peer does not take its answers."""
        self._peer_reads = False
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Answer what had to wait, then read on, or close if there is nothing more to read."""
        self._peer_reads = True
        if self.transport.is_closing():
            return
        self.data_received(b"")
        if not self._peer_reads or self.transport.is_closing():
            return
        if self._half_closed:
            self.transport.close()
        else:
            self.transport.resume_reading()

    def eof_received(self) -> bool:
        """Close after the last answer when the peer has closed its side; True keeps open until then."""
        self._half_closed = True
        return not self._peer_reads
