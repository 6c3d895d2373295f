"""Chunks of a secure channel, and whole messages made of them (OPC 10000-6 1.05.04, 6.7.2 and 6.7.3)."""

from dataclasses import dataclass

from testbed.protocols.opcua.errors import DecodeError
from testbed.protocols.opcua.uacp import ABORT, ERR, FINAL, INTERMEDIATE, OPN, ErrorMessage, frame_of

CHANNEL_HEADER = 12
"""Bytes of a message header with the channel's id (6.7.2.2)."""
SEQUENCE_HEADER = 8
"""Bytes of sequence number and request id (6.7.2.4)."""

_CHUNK_TYPES = {FINAL, INTERMEDIATE, ABORT}


@dataclass(slots=True)
class Chunk:
    """A chunk that was received, verified and decrypted.

    Attributes:
        type: OPN, MSG or CLO.
        chunk: FINAL, INTERMEDIATE or ABORT, or whatever the byte says.
        channel_id: Id of the secure channel; 0 in a client's first OPN.
        token_id: Id of the security token; None for an OPN.
        policy_uri: The security policy that an OPN names; None for others.
        sender_certificate: DER certificates of an OPN's sender; None where there is none.
        receiver_thumbprint: SHA-1 of the certificate that an OPN is encrypted for; None where there is none.
        sequence: Sequence number.
        request_id: Request id; all chunks of a message have the same, and so does the answer.
        body: The part of the message.
        raw: The chunk as received.
        plain: The chunk decrypted, with padding and signature; the same as `raw` where nothing is encrypted.
        security_end: Index behind the security header.
    """

    type: bytes
    chunk: bytes
    channel_id: int
    token_id: int | None
    policy_uri: str | None
    sender_certificate: bytes | None
    receiver_thumbprint: bytes | None
    sequence: int
    request_id: int
    body: bytes
    raw: bytes
    plain: bytes
    security_end: int

    @property
    def spans(self) -> dict[str, tuple[int, int]]:
        """First byte of each field in `plain`, and first behind it; in `raw` too where both are the same."""
        at = self.security_end
        found = {
            "type": (0, 3),
            "chunk": (3, 4),
            "size": (4, 8),
            "channel_id": (8, CHANNEL_HEADER),
            "sequence": (at, at + 4),
            "request_id": (at + 4, at + SEQUENCE_HEADER),
            "body": (at + SEQUENCE_HEADER, at + SEQUENCE_HEADER + len(self.body)),
        }
        if self.type != OPN:
            return found | {"token_id": (CHANNEL_HEADER, at)}
        thumb = at - 4 - len(self.receiver_thumbprint or b"")
        certificate = thumb - 4 - len(self.sender_certificate or b"")
        return found | {
            "policy_uri": (CHANNEL_HEADER, certificate),
            "sender_certificate": (certificate, thumb),
            "receiver_thumbprint": (thumb, at),
        }


class Aborted(Exception):  # noqa: N818 - what the peer said, no error of ours
    """The sender gave a message up (6.7.3).

    Attributes:
        status: Why, as a status code.
        reason: Why, in its words.
        request_id: Of the message.
    """

    def __init__(self, status: int, reason: str | None, request_id: int) -> None:
        super().__init__(f"message {request_id} was aborted with 0x{status:08X}")
        self.status = status
        self.reason = reason
        self.request_id = request_id


class TooLarge(DecodeError):  # noqa: N818 - the answer to it is a status
    """A message of more chunks or bytes than were agreed on, or more unfinished messages than are kept."""


@dataclass(slots=True)
class _Part:
    """Chunks of a message that is not whole."""

    bodies: list[bytes]
    size: int


class Reassembly:
    """Makes whole messages of the chunks of one direction of a channel.

    Args:
        max_message: Bytes of the largest message body; 0 for no limit but that of `MOST_MESSAGE`.
        max_chunks: Chunks of the longest message; 0 for no limit but that of bytes.
        most_open: Messages that may be unfinished at once (assumed).
    """

    MOST_MESSAGE = 1 << 26

    def __init__(self, max_message: int = 0, max_chunks: int = 0, most_open: int = 20) -> None:
        self.max_message = max_message or self.MOST_MESSAGE
        self.max_chunks = max_chunks or self.max_message
        self.most_open = most_open
        self._parts: dict[int, _Part] = {}

    @property
    def unfinished(self) -> tuple[int, ...]:
        """Request ids of the messages that are not whole yet, in the order of their last chunks."""
        return tuple(self._parts)

    def add(self, chunk: Chunk) -> bytes | None:
        """Take a chunk; give the body of the message where it was the last one.

        Raises:
            Aborted: the sender gave the message up.
            TooLarge: the message is forgotten.
            DecodeError: a chunk type that is none, or an abort that cannot be read.
        """
        if chunk.chunk not in _CHUNK_TYPES:
            raise DecodeError(f"chunk type {chunk.chunk!r} is not defined", 3, 4)
        part = self._parts.pop(chunk.request_id, None)
        if part is None:
            if chunk.chunk == FINAL and len(chunk.body) <= self.max_message:
                return chunk.body
            part = _Part([], 0)
        if chunk.chunk == ABORT:
            said = ErrorMessage.decode(frame_of(ERR, chunk.body))
            raise Aborted(said.status, said.reason, chunk.request_id)
        part.bodies.append(chunk.body)
        part.size += len(chunk.body)
        self._check(part, chunk.request_id)
        if chunk.chunk == FINAL:
            return b"".join(part.bodies)
        if len(self._parts) >= self.most_open:
            raise TooLarge(f"more than {self.most_open} messages are unfinished", 0)
        self._parts[chunk.request_id] = part
        return None

    def _check(self, part: _Part, request_id: int) -> None:
        if len(part.bodies) > self.max_chunks:
            raise TooLarge(f"message {request_id} has more than {self.max_chunks} chunks", 0)
        if part.size > self.max_message:
            raise TooLarge(f"message {request_id} has more than {self.max_message} bytes", 0)
