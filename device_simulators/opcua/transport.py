"""OPC UA Connection Protocol: Hello and Acknowledge, sizes, time-outs, errors (OPC 10000-6 1.05.04, 7.1)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from device_simulators.opcua.clock import Clock
from device_simulators.opcua.errors import Broken
from testbed.protocols.opcua.chunk import Reassembly
from testbed.protocols.opcua.errors import DecodeError
from testbed.protocols.opcua.status import Status, status
from testbed.protocols.opcua.uacp import CLO, HEL, MSG, OPN, Acknowledge, ErrorMessage, Framer, Hello

if TYPE_CHECKING:
    from device_simulators.opcua.connection import ServerConnection

URL_MAX = 4096
"""Bytes of the EndpointUrl in a Hello (7.1.2.3)."""

BUFFER_MIN = 1024
"""Bytes of the smallest buffer with which anybody may ask to talk (7.1.2.3)."""

_TYPES = frozenset({HEL, OPN, MSG, CLO})


class Transport(Clock):
    """The rules of the transport, each a method of its own."""

    RECEIVE_BUFFER: ClassVar[int] = 65535
    """Bytes of the largest chunk that is received."""
    SEND_BUFFER: ClassVar[int] = 65535
    """Bytes of the largest chunk that is sent."""
    MAX_MESSAGE: ClassVar[int] = 1 << 20
    """Bytes of the largest request; twenty unfinished ones are 20 MiB."""
    MAX_CHUNKS: ClassVar[int] = 256
    """Chunks of the longest request."""
    MAX_CONNECTIONS: ClassVar[int] = 128
    """Connections that may be open at once."""
    CHANNEL_WITHIN: ClassVar[float] = 5.0
    """Seconds in which a peer has to say Hello and open a channel (assumed)."""

    LINGER: ClassVar[float] = 2.0
    """Seconds in which a peer has to take the last answers when its connection is closed (assumed)."""

    lines: dict[ServerConnection, None]
    """The open connections, in the order of their coming."""

    # Rules

    def accepts_hello(self, hello: Hello) -> Acknowledge:
        """Negotiate versions and sizes (7.1.2.3, 7.1.2.4).

        Raises:
            Broken: there is nothing to agree on.
        """
        self.check_url(hello)
        self.check_buffers(hello)
        return Acknowledge(
            version=self.revised_version(hello),
            receive_buffer=min(hello.send_buffer, self.RECEIVE_BUFFER),
            send_buffer=min(hello.receive_buffer, self.SEND_BUFFER),
            max_message=self.MAX_MESSAGE,
            max_chunks=self.MAX_CHUNKS,
        )

    def revised_version(self, hello: Hello) -> int:  # noqa: ARG002 - for a mutant that looks at it
        """Every version is accepted, and ours is answered: 0 is the lowest (7.1.2.3)."""
        return 0

    def check_url(self, hello: Hello) -> None:
        """The URL of a Hello has less than 4,096 bytes (7.1.2.3)."""
        if len((hello.url or "").encode()) >= URL_MAX:
            raise Broken(status.BadTcpEndpointUrlInvalid, f"the URL has {URL_MAX} bytes or more")

    def check_buffers(self, hello: Hello) -> None:
        """Buffers below 8,192 bytes are for some policies only, below 1,024 for none (7.1.2.3)."""
        if min(hello.receive_buffer, hello.send_buffer) < BUFFER_MIN:
            raise Broken(status.BadConnectionRejected, f"a buffer has less than {BUFFER_MIN} bytes")

    def check_type(self, line: ServerConnection, kind: bytes) -> None:
        """First comes one Hello, then only messages of the secure channel (7.1.2.2, 7.1.3)."""
        if kind not in _TYPES or (kind == HEL) != (line.hello is None):
            raise Broken(status.BadTcpMessageTypeInvalid, "no message of this type is expected here")

    def too_large(self, framer: Framer) -> Broken:  # noqa: ARG002 - for a mutant that looks at it
        """A size larger than the receive buffer, or smaller than a header (7.1.2.2)."""
        return Broken(status.BadTcpMessageTooLarge, "the message size is not one that can be received")

    # Flow

    def look_at_rest(self, line: ServerConnection, framer: Framer) -> None:
        """Say at once that what has begun can never become a message."""
        try:
            if len(framer.pending) >= len(HEL):
                self.check_type(line, framer.pending[: len(HEL)])
            if framer.broken:
                raise self.too_large(framer)
        except Broken as broken:
            self.fail(line, broken.status, broken.reason)

    def greet(self, line: ServerConnection, frame: bytes) -> None:
        """Answer a Hello."""
        try:
            hello = Hello.decode(frame)
        except DecodeError as error:
            raise Broken(status.BadDecodingError, "the Hello cannot be read") from error
        agreed = self.accepts_hello(hello)
        line.hello = hello
        line.framer.most = agreed.receive_buffer
        line.reassembly = Reassembly(agreed.max_message, agreed.max_chunks, most_open=1)
        line.send(agreed.encode())

    def fail(self, line: ServerConnection, why: Status, reason: str | None = None) -> None:
        """Send an Error message and close (7.1.5)."""
        line.send(ErrorMessage(int(why), reason).encode())
        line.end(self.LINGER)

    # Coming and going

    def welcome(self, line: ServerConnection) -> None:
        """Give a new connection some seconds to open a channel."""
        self.lines[line] = None
        if len(self.lines) > self.MAX_CONNECTIONS:
            self.make_room(line)
        if not line.ended:
            line.deadline = asyncio.get_running_loop().call_later(self.CHANNEL_WITHIN, self.give_up, line)

    def make_room(self, line: ServerConnection) -> None:
        """Close the connection that waits for longest without a channel; where all have one, the newest."""
        oldest = next(one for one in self.lines if one.channel is None and not one.ended)
        self.fail(line if oldest is line else oldest, status.BadTcpServerTooBusy)

    def give_up(self, line: ServerConnection) -> None:
        """Close the connection of a peer that has opened no channel in time."""
        if line.channel is None:
            line.end(self.LINGER)

    def leave(self, line: ServerConnection) -> None:
        """Take note that a connection is gone."""
        self.lines.pop(line, None)
        if line.deadline is not None:
            line.deadline.cancel()
