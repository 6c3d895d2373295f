"""Sequence numbers and chunks gone wrong (OPC 10000-6 1.05.04, 6.7.2 and 6.7.3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from device_simulators.opcua.channel_rules import WRAPS_BELOW
from device_simulators.opcua.errors import Broken
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import (
    ABORT,
    FINAL,
    INTERMEDIATE,
    MSG,
    Chunk,
    SecureChannel,
    status,
)

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.connection import ServerConnection


@mutant("UA-MSG-SEQUENCE-REPEATED", "UA-SEC-MSG-REPLAYED")
class TakesRepeatedNumbers(Plc):
    """Takes a sequence number twice."""

    def check_sequence(self, channel: Channel, sequence: int) -> None:
        """Let the last number pass."""
        if sequence != channel.sequence:
            super().check_sequence(channel, sequence)


@mutant("UA-MSG-SEQUENCE-GAP", "UA-SEC-MSG-GAP")
class TakesGapsInNumbers(Plc):
    """Takes any sequence number that is higher."""

    def check_sequence(self, channel: Channel, sequence: int) -> None:
        """Let higher numbers pass."""
        if sequence <= channel.sequence:
            super().check_sequence(channel, sequence)


@mutant("UA-MSG-SEQUENCE-WRAP", "UA-SEC-MSG-WRAP")
class NeverStartsAnew(Plc):
    """Refuses a small sequence number behind the largest ones."""

    def check_sequence(self, channel: Channel, sequence: int) -> None:
        """Want higher numbers for ever."""
        super().check_sequence(channel, sequence)
        if sequence < WRAPS_BELOW < channel.sequence:
            raise Broken(status.BadSecurityChecksFailed)


@mutant("UA-MSG-REQUEST-ID-ANY")
class CountsRequestIds(Plc):
    """Refuses request ids of more than 16 bits."""

    def take_chunk(self, line: ServerConnection, frame: bytes) -> Chunk:
        """Look at the id."""
        chunk = super().take_chunk(line, frame)
        if chunk.request_id > 0xFFFF:
            raise Broken(status.BadTcpInternalError)
        return chunk


@mutant("UA-MSG-BEFORE-OPEN", "UA-SEC-MSG-ELSEWHERE")
class IgnoresEarlyMessages(Plc):
    """Ignores messages on a connection without a channel."""

    def take_frame(self, line: ServerConnection, frame: bytes) -> None:
        """Drop them."""
        if line.channel is not None or not frame.startswith(MSG):
            super().take_frame(line, frame)


@mutant("UA-CLO-RELEASED")
class KeepsClosedChannels(Plc):
    """Serves a channel that was closed until its connection is."""

    def take_close(self, line: ServerConnection, frame: bytes) -> None:
        """Verify only."""
        self.take_chunk(line, frame)


@mutant("UA-CHUNKS-REASSEMBLED")
class RefusesThirdChunks(Plc):
    """Refuses requests of three chunks and more."""

    def __init__(self) -> None:
        super().__init__()
        self.intermediate: Counter[Any] = Counter()

    def assemble(self, line: ServerConnection, chunk: Chunk) -> bytes | None:
        """Count intermediate chunks."""
        self.intermediate[line, chunk.request_id] += chunk.chunk == INTERMEDIATE
        if self.intermediate[line, chunk.request_id] > 1:
            raise Broken(status.BadRequestTooLarge)
        return super().assemble(line, chunk)


@mutant("UA-CHUNKS-RESPONSE")
class AnswersInOneChunk(Plc):
    """Refuses what it would have to answer in several chunks."""

    def new_channel(self, line: ServerConnection, secure: SecureChannel, mode: int) -> Channel:
        """Send one chunk at most to a client with a small buffer."""
        channel = super().new_channel(line, secure, mode)
        if channel.secure.peer_receive_buffer < self.SEND_BUFFER:
            channel.secure.peer_max_chunks = 1
        return channel


@mutant("UA-CHUNKS-ABORTED")
class AnswersAbortedRequests(Plc):
    """Answers a request that was aborted with a fault."""

    def assemble(self, line: ServerConnection, chunk: Chunk) -> bytes | None:
        """Take it for an empty request."""
        body = super().assemble(line, chunk)
        return b"" if chunk.chunk == ABORT else body


@mutant("UA-CHUNKS-ABORT-SURVIVED")
class StallsBehindAborts(Plc):
    """Answers nothing any more on a channel on which a request was aborted."""

    def __init__(self) -> None:
        super().__init__()
        self.stalled: set[ServerConnection] = set()

    def assemble(self, line: ServerConnection, chunk: Chunk) -> bytes | None:
        """Wait for the rest of what was aborted."""
        if chunk.chunk == ABORT:
            self.stalled.add(line)
        body = super().assemble(line, chunk)
        return None if line in self.stalled else body


@mutant("UA-CHUNKS-TYPE-UNKNOWN")
class TakesAnyChunkType(Plc):
    """Takes every chunk of an unknown type for the last one."""

    def check_chunk_type(self, chunk: bytes) -> None:
        """Let every type pass."""

    def assemble(self, line: ServerConnection, chunk: Chunk) -> bytes | None:
        """Take it for the last one."""
        known = chunk.chunk in {FINAL, INTERMEDIATE, ABORT}
        return super().assemble(line, chunk if known else replace(chunk, chunk=FINAL))
