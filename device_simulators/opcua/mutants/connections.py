"""Message headers, errors and the stream of bytes gone wrong (OPC 10000-6 1.05.04, 7.1.2.2 to 7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from device_simulators.opcua.connection import ServerConnection
from device_simulators.opcua.errors import Broken
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import FINAL, HEL, MSG, OPN, ErrorMessage, Hello, Reassembly, Status, status

if TYPE_CHECKING:
    from testbed.protocols.opcua import Chunk, Framer

SIZE = slice(4, 8)
"""Where a header states the size of its message."""


@mutant("UA-HEL-FIRST")
class OpensWithoutHello(Plc):
    """Opens a channel on a connection on which no Hello was said."""

    def check_type(self, line: ServerConnection, kind: bytes) -> None:
        """Think of a Hello where there was none."""
        if kind == OPN and line.hello is None:
            line.hello, line.reassembly = Hello(), Reassembly(self.MAX_MESSAGE, self.MAX_CHUNKS)
        super().check_type(line, kind)


@mutant("UA-HEL-ONCE")
class IgnoresSecondHello(Plc):
    """Ignores a second Hello."""

    def take_frame(self, line: ServerConnection, frame: bytes) -> None:
        """Drop it."""
        if line.hello is None or not frame.startswith(HEL):
            super().take_frame(line, frame)


@mutant("UA-UACP-TYPE-UNKNOWN", "UA-ERR-CODE", "UA-ERR-CLOSES")
class IgnoresUnknownFirstTypes(Plc):
    """Ignores messages of unknown types in place of a Hello."""

    def take_frame(self, line: ServerConnection, frame: bytes) -> None:
        """Drop them."""
        if line.hello is not None or not frame.startswith(b"XYZ"):
            super().take_frame(line, frame)


@mutant("UA-UACP-TYPE-UNKNOWN")
class IgnoresUnknownLaterTypes(Plc):
    """Ignores messages of unknown types on a channel."""

    def take_frame(self, line: ServerConnection, frame: bytes) -> None:
        """Drop them."""
        if line.channel is None or not frame.startswith(b"XYZ"):
            super().take_frame(line, frame)


@mutant("UA-UACP-SIZE-HUGE")
class WaitsForHugeHello(Plc):
    """Waits for four gigabytes of a Hello."""

    def look_at_rest(self, line: ServerConnection, framer: Framer) -> None:
        """Believe in a size."""
        if line.hello is not None or framer.pending[SIZE] != b"\xff\xff\xff\xff":
            super().look_at_rest(line, framer)


@mutant("UA-UACP-SIZE-HUGE")
class WaitsForHugeMessage(Plc):
    """Waits for four gigabytes of a message."""

    def look_at_rest(self, line: ServerConnection, framer: Framer) -> None:
        """Believe in a size."""
        if line.hello is None or framer.pending[SIZE] != b"\xff\xff\xff\xff":
            super().look_at_rest(line, framer)


@mutant("UA-UACP-SIZE-SMALL")
class WaitsBehindSmallSize(Plc):
    """Does nothing at a size that is smaller than a header, and waits."""

    def look_at_rest(self, line: ServerConnection, framer: Framer) -> None:
        """Overlook a small size."""
        if int.from_bytes(framer.pending[SIZE], "little") not in range(1, 8):
            super().look_at_rest(line, framer)


@mutant("UA-UACP-SIZE-NEGOTIATED")
class ReceivesWhatItCan(Plc):
    """Takes chunks as large as its own buffer, whatever was negotiated."""

    def greet(self, line: ServerConnection, frame: bytes) -> None:
        """Forget what was negotiated."""
        super().greet(line, frame)
        line.framer.most = self.RECEIVE_BUFFER


@mutant("UA-ERR-SENT", "UA-HEL-MAX-MESSAGE", "UA-HEL-MAX-CHUNKS")
class ClosesWithoutError(Plc):
    """Closes a connection for what is no matter of security without saying why."""

    def fail(self, line: ServerConnection, why: Status, reason: str | None = None) -> None:
        """Close only."""
        if any(word in why.name for word in ("Security", "Certificate", "Nonce")):
            super().fail(line, why, reason)
        else:
            line.end(self.LINGER)


@mutant("UA-ERR-CODE")
class BlamesItself(Plc):
    """Says of an unknown message type that it has an internal error."""

    def check_type(self, line: ServerConnection, kind: bytes) -> None:
        """Say something else."""
        try:
            super().check_type(line, kind)
        except Broken:
            raise Broken(status.BadTcpInternalError) from None


@mutant("UA-ERR-CLOSES")
class StaysBehindErrors(Plc):
    """Does not close the connection on which it refused a message that is no Hello."""

    def fail(self, line: ServerConnection, why: Status, reason: str | None = None) -> None:
        """Send only, and read on."""
        if line.hello is None and why == status.BadTcpMessageTypeInvalid:
            line.send(ErrorMessage(int(why), reason).encode())
        else:
            super().fail(line, why, reason)


@mutant("UA-STREAM-SPLIT")
class WantsHelloInOnePiece(Plc):
    """Closes a connection on which a Hello comes in several segments."""

    def look_at_rest(self, line: ServerConnection, framer: Framer) -> None:
        """Take half a message for a wrong one."""
        super().look_at_rest(line, framer)
        if line.hello is None and not line.ended:
            line.end(self.LINGER)


@mutant("UA-STREAM-SPLIT")
class WantsRequestsInOnePiece(Plc):
    """Closes a connection on which the header of a request comes in several segments."""

    def look_at_rest(self, line: ServerConnection, framer: Framer) -> None:
        """Take half a header for a wrong one."""
        super().look_at_rest(line, framer)
        if line.channel is not None and len(framer.pending) < 8:
            line.end(self.LINGER)


@mutant("UA-STREAM-COALESCED", "UA-PIPELINED")
class ReadsOneMessagePerSegment(Plc):
    """Loses what comes in one segment behind a message."""

    class protocol_class(ServerConnection):
        """Framing that takes a segment for a message."""

        def data_received(self, data: bytes) -> None:
            """Cut off what is behind the last chunk of a message."""
            whole = int.from_bytes(data[SIZE], "little") if data.startswith(MSG + FINAL) else 0
            super().data_received(data[:whole] if 8 <= whole < len(data) else data)


@mutant("UA-ROBUST-GARBAGE")
class PanicsAtGarbage(Plc):
    """Closes all connections when something on one of them is no message."""

    def look_at_rest(self, line: ServerConnection, framer: Framer) -> None:
        """Close the others, too."""
        if framer.broken and framer.pending.startswith(b"\xde\xad"):
            for one in [one for one in self.lines if one is not line]:
                one.end(self.LINGER)
        super().look_at_rest(line, framer)


@mutant("UA-ROBUST-HALF-OPEN")
class KeepsHalfOpenConnections(Plc):
    """Refuses connections while ten others have said Hello and no more."""

    def welcome(self, line: ServerConnection) -> None:
        """Count those without a channel."""
        super().welcome(line)
        if sum(one.channel is None and one is not line for one in self.lines) >= 10:
            line.end(self.LINGER)


@mutant("UA-ROBUST-SLOW")
class ListensToOneHello(Plc):
    """Listens to nobody else while a Hello comes in."""

    class protocol_class(ServerConnection):
        """Framing that waits for another connection's."""

        def data_received(self, data: bytes) -> None:
            """Lose what comes while another one has begun."""
            lines = cast("ListensToOneHello", self.server).lines
            if not any(one is not self and one.hello is None and one.framer.pending for one in lines):
                super().data_received(data)


@mutant("UA-ROBUST-RESET")
class MournsReset(Plc):
    """Closes all connections after one that was reset in the middle of a chunk."""

    class protocol_class(ServerConnection):
        """Framing that takes one connection for all."""

        def connection_lost(self, exc: Exception | None) -> None:
            """Close the others, too."""
            torn = exc is not None and bool(self.framer.pending)
            super().connection_lost(exc)
            if torn:
                for one in list(self.server.lines):
                    one.end(self.server.LINGER)


@mutant("UA-ROBUST-UNFINISHED")
class WaitsForTheLastChunk(Plc):
    """Answers nobody while a request of another connection is not whole."""

    def assemble(self, line: ServerConnection, chunk: Chunk) -> bytes | None:
        """Lose a request that comes meanwhile."""
        body = super().assemble(line, chunk)
        others = [one for one in self.lines if one is not line and one.channel is not None]
        return None if any(one.reassembly.unfinished for one in others) else body
