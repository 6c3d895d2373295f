"""Hello, Acknowledge and limits gone wrong (OPC 10000-6 1.05.04, 7.1.2.3 and 7.1.2.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from device_simulators.opcua.errors import Broken
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.transport import BUFFER_MIN, URL_MAX
from testbed.protocols.opcua import Acknowledge, Hello, Reassembly, SecureChannel, status

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.connection import ServerConnection


@mutant("UA-HEL-VERSION")
class AcknowledgesVersionOne(Plc):
    """Answers a Hello of protocol version 0 with version 1."""

    def revised_version(self, hello: Hello) -> int:
        """Count versions from 1."""
        return super().revised_version(hello) if hello.version else 1


@mutant("UA-HEL-VERSION-HIGHER")
class RefusesHigherVersions(Plc):
    """Refuses a client of a later protocol version instead of answering its own."""

    def revised_version(self, hello: Hello) -> int:
        """Want version 0."""
        if hello.version > 0:
            raise Broken(status.BadProtocolVersionUnsupported)
        return super().revised_version(hello)


@mutant("UA-HEL-UNLIMITED")
class WantsLimits(Plc):
    """Refuses a client that sets no limit to messages."""

    def check_buffers(self, hello: Hello) -> None:
        """Take 0 for too little."""
        super().check_buffers(hello)
        if not hello.max_message:
            raise Broken(status.BadTcpNotEnoughResources)


@mutant("UA-HEL-BUFFER-LEAST")
class WantsLargeBuffers(Plc):
    """Refuses a client with buffers of the least size that every server has to take."""

    def check_buffers(self, hello: Hello) -> None:
        """Want 16 KiB."""
        super().check_buffers(hello)
        if BUFFER_MIN <= min(hello.receive_buffer, hello.send_buffer) < 1 << 14:
            raise Broken(status.BadTcpNotEnoughResources)


@mutant("UA-HEL-BUFFER-TINY")
class TakesTinyReceiveBuffers(Plc):
    """Talks with a client whose receive buffer has less than 1,024 bytes."""

    def check_buffers(self, hello: Hello) -> None:
        """Look at the other buffer only."""
        super().check_buffers(replace(hello, receive_buffer=max(hello.receive_buffer, BUFFER_MIN)))


@mutant("UA-HEL-BUFFER-TINY")
class TakesTinySendBuffers(Plc):
    """Talks with a client whose send buffer has less than 1,024 bytes."""

    def check_buffers(self, hello: Hello) -> None:
        """Look at the other buffer only."""
        super().check_buffers(replace(hello, send_buffer=max(hello.send_buffer, BUFFER_MIN)))


@mutant("UA-ACK-RECEIVE-LEAST")
class ReceivesTooLittle(Plc):
    """Receives no more than 4,096 bytes at once."""

    def accepts_hello(self, hello: Hello) -> Acknowledge:
        """Name a buffer that is too small."""
        return replace(super().accepts_hello(hello), receive_buffer=4096)


@mutant("UA-ACK-SEND-LEAST")
class SendsTooLittle(Plc):
    """Sends no more than 4,096 bytes at once."""

    SEND_BUFFER = 4096


@mutant("UA-ACK-RECEIVE-MOST")
class IgnoresTheSendBuffer(Plc):
    """Acknowledges its own receive buffer, whatever the client sends at most."""

    def accepts_hello(self, hello: Hello) -> Acknowledge:
        """Name the buffer that there is."""
        return replace(super().accepts_hello(hello), receive_buffer=self.RECEIVE_BUFFER)


@mutant("UA-ACK-SEND-MOST")
class IgnoresTheReceiveBuffer(Plc):
    """Acknowledges its own send buffer, whatever the client receives at most."""

    def accepts_hello(self, hello: Hello) -> Acknowledge:
        """Name the buffer that there is."""
        return replace(super().accepts_hello(hello), send_buffer=self.SEND_BUFFER)


@mutant("UA-HEL-URL-TOO-LONG", "UA-HEL-URL-CODE")
class TakesLongUrls(Plc):
    """Takes a URL of any length."""

    def check_url(self, hello: Hello) -> None:
        """Let every URL pass."""


@mutant("UA-HEL-URL-CODE")
class BlamesTheHello(Plc):
    """Says of a URL that is too long that it cannot be decoded."""

    def check_url(self, hello: Hello) -> None:
        """Say something else."""
        if len((hello.url or "").encode()) >= URL_MAX:
            raise Broken(status.BadDecodingError)


@mutant("UA-HEL-RESERVED")
class DropsReservedBytes(Plc):
    """Drops a Hello whose reserved byte is not F, and waits for another one."""

    def greet(self, line: ServerConnection, frame: bytes) -> None:
        """Look at the byte that is to be ignored."""
        if frame[3:4] == b"F":
            super().greet(line, frame)


class _Generous(Plc):
    """Forgets one of the client's limits."""

    def forget(self, secure: SecureChannel) -> None:
        """Take one limit away."""

    def new_channel(self, line: ServerConnection, secure: SecureChannel, mode: int) -> Channel:
        """Open a channel without one of its limits."""
        channel = super().new_channel(line, secure, mode)
        self.forget(channel.secure)
        return channel


@mutant("UA-HEL-MAX-MESSAGE")
class SendsLongMessages(_Generous):
    """Sends responses that are larger than the client's MaxMessageSize."""

    def forget(self, secure: SecureChannel) -> None:
        """Take the limit of bytes away."""
        secure.peer_max_message = 0


@mutant("UA-HEL-MAX-CHUNKS")
class SendsManyChunks(_Generous):
    """Sends responses of more chunks than the client's MaxChunkCount."""

    def forget(self, secure: SecureChannel) -> None:
        """Take the limit of chunks away."""
        secure.peer_max_chunks = 0


@mutant("UA-ACK-MAX-CHUNKS")
class TakesManyChunks(Plc):
    """Serves requests of more chunks than it has said."""

    def greet(self, line: ServerConnection, frame: bytes) -> None:
        """Count bytes only."""
        super().greet(line, frame)
        line.reassembly = Reassembly(self.MAX_MESSAGE, 0, most_open=1)


@mutant("UA-ACK-MAX-MESSAGE")
class TakesLongMessages(Plc):
    """Serves requests of more bytes than it has said."""

    def greet(self, line: ServerConnection, frame: bytes) -> None:
        """Count chunks only."""
        super().greet(line, frame)
        line.reassembly = Reassembly(0, self.MAX_CHUNKS, most_open=1)
