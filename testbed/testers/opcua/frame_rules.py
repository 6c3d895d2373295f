"""What a frame of a server must keep: its headers, its channel, its number, and what it answers.

OPC 10000-6 1.05.04: message headers 7.1.2, chunks and sequence numbers 6.7.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asyncua import ua

from testbed.protocols.opcua import (
    ABORT,
    ACK,
    ERR,
    FINAL,
    INTERMEDIATE,
    MSG,
    OPN,
    Acknowledge,
    Chunk,
    DecodeError,
    ErrorMessage,
    SecurityError,
    Status,
    UnknownType,
    decode_service,
    header,
)
from testbed.protocols.opcua.chunk import Aborted, TooLarge
from testbed.testers.opcua.breaches import (
    CHANNEL,
    CHUNK_SIZE,
    DECODABLE,
    HEADER,
    ONE_ANSWER,
    REQUEST_ID,
    SECURED,
    SEQUENCE,
    TOKEN,
    TYPE,
    BreachFound,
    breach_at,
)
from testbed.testers.opcua.conversation import RECEIVE_BUFFER, Asked, Conversation, Message
from testbed.testers.opcua.response_rules import breach_of

_WRAPS_FROM, _WRAPS_BELOW = 4294966271, 1024
"""Where sequence numbers may start anew (10000-6, 6.7.2.4)."""
_BUSY = {"BadTooManyOperations", "BadServerTooBusy", "BadTcpServerTooBusy", "BadTooManySessions"}
_BUSY |= {"BadTcpNotEnoughResources", "BadResourceUnavailable", "BadOutOfMemory"}
"""What a server may answer because of other cases that run beside."""
_OPENED = {"channel": CHANNEL, "token": TOKEN}


@dataclass(slots=True)
class FrameRules:
    """Opens frames and puts messages together; a frame is charged with one breach, the first in its bytes."""

    record_plain: Any
    """Keeps the body of a frame by its number, for whoever reads the evidence."""
    keep_keys: Any = None
    """Keeps the keys of a token by channel, client's and server's nonce; None where nobody may."""
    busy: bool = False
    """Whether the device said that it has no room for a request."""

    def _take(self, line: Conversation, frame: bytes, number: int) -> Message | None:
        try:
            head = header(frame)
        except DecodeError as error:
            raise breach_at(HEADER, number, (0, 8), "a message header", str(error)) from None
        allowed = {OPN, MSG, ERR}
        if not line.acknowledged:  # who was not greeted may answer nothing, which a case judges
            allowed = {ACK, ERR} if line.hello is not None else {ACK, OPN, MSG, ERR}
        if head.type not in allowed:
            said = " or ".join(sorted(kind.decode() for kind in allowed))
            raise breach_at(HEADER, number, (0, 3), f"a message {said}", f"a message {head.type!r}")
        chunks = {FINAL, INTERMEDIATE, ABORT} if head.type == MSG else {FINAL}
        if head.chunk not in chunks:
            raise breach_at(
                HEADER, number, (3, 4), "a chunk type that is defined", f"chunk type {head.chunk!r}"
            )
        most = line.hello.receive_buffer if line.hello and line.acknowledged else RECEIVE_BUFFER
        if head.size > max(most, 0):
            raise breach_at(
                CHUNK_SIZE, number, (4, 8), f"at most {most} bytes", f"{head.size} bytes", fatal=False
            )
        if head.type == ERR:
            return self._error(line, frame, number)
        if head.type == ACK:
            return self._acknowledge(line, frame, number)
        return self._chunk(line, frame, number)

    def _error(self, line: Conversation, frame: bytes, number: int) -> Message:
        try:
            error = ErrorMessage.decode(frame)
        except DecodeError as trouble:
            raise breach_at(DECODABLE, number, trouble.span, "an Error message", str(trouble)) from None
        self.busy |= Status(error.status).name in _BUSY
        asked = next(iter(line.asked.values()), None)
        line.asked.clear()
        return Message(error, frame, asked, number, (number,), len(frame), plain=True)

    @staticmethod
    def _acknowledge(line: Conversation, frame: bytes, number: int) -> Message:
        try:
            said = Acknowledge.decode(frame)
        except DecodeError as trouble:
            raise breach_at(DECODABLE, number, trouble.span, "an Acknowledge message", str(trouble)) from None
        line.acknowledged, line.peer_buffer = True, max(said.receive_buffer, 1024)
        return Message(said, frame, None, number, (number,), len(frame), plain=True)

    def _chunk(self, line: Conversation, frame: bytes, number: int) -> Message | None:
        if line.channel is None:
            raise breach_at(HEADER, number, (0, 3), "no chunk before a channel is open", "a chunk")
        try:
            chunk = line.channel.open(frame, ignore=line.ignored)
        except SecurityError as trouble:
            requirement = _OPENED.get(trouble.reason, SECURED)
            raise breach_at(
                requirement, number, trouble.span, "a chunk of this channel", str(trouble)
            ) from None
        except DecodeError as trouble:
            raise breach_at(DECODABLE, number, trouble.span, "a chunk", str(trouble)) from None
        line.thumbprint = chunk.receiver_thumbprint if chunk.type == OPN else line.thumbprint
        sequence, before = chunk.sequence, line.last_sequence
        line.last_sequence = sequence
        if before is not None and not _follows(before, sequence):
            span, said = chunk.spans.get("sequence", (0, 0)), f"sequence number {sequence}"
            raise breach_at(SEQUENCE, number, span, f"sequence number {before + 1}", said, fatal=False)
        asked = line.asked.get(chunk.request_id) or line.given_up.get(chunk.request_id)
        if asked is None and not line.lenient:
            raise self._unasked(line, chunk, number)
        line.chunks[chunk.request_id] = (*line.chunks.get(chunk.request_id, ()), number)
        try:
            body = line.reassembly.add(chunk)
        except Aborted as aborted:
            return self._whole(line, chunk, ErrorMessage(aborted.status, aborted.reason), b"", asked, number)
        except TooLarge as trouble:
            raise breach_at(
                CHUNK_SIZE, number, (4, 8), "a message of the size asked for", str(trouble)
            ) from None
        if body is None:
            return None
        self.record_plain(number, body)
        decoded = self._decode(chunk, body, number)
        message = self._whole(line, chunk, decoded, body, asked, number)
        if (breach := self._judge(line, message)) is not None:
            breach.message = message
            raise breach
        return message

    @staticmethod
    def _unasked(line: Conversation, chunk: Chunk, number: int) -> BreachFound:
        span = chunk.spans.get("request_id", (0, 0))
        if chunk.request_id in line.answered or not line.asked:
            received = f"a message with request id {chunk.request_id}, which nothing asked for"
            return breach_at(ONE_ANSWER, number, span, "one answer to each request", received)
        due = ", ".join(str(one) for one in list(line.asked)[:4])
        return breach_at(REQUEST_ID, number, span, f"request id {due}", f"request id {chunk.request_id}")

    @staticmethod
    def _decode(chunk: Chunk, body: bytes, number: int) -> Any:
        try:
            return decode_service(body)
        except UnknownType as trouble:
            raise breach_at(
                TYPE, number, (0, 0), "a response that is defined", str(trouble), fatal=False
            ) from None
        except DecodeError as trouble:
            start = chunk.spans.get("body", (0, 0))[0] if len(body) == len(chunk.body) else 0
            span = (start + trouble.start, start + trouble.end) if start else (0, 0)
            raise breach_at(DECODABLE, number, span, "a response that can be decoded", str(trouble)) from None

    @staticmethod
    def _whole(  # noqa: PLR0913, PLR0917 - the parts of a message
        line: Conversation, chunk: Chunk, decoded: Any, body: bytes, asked: Asked | None, number: int
    ) -> Message:
        frames = line.chunks.pop(chunk.request_id, (number,))
        line.asked.pop(chunk.request_id, None)
        line.answered.add(chunk.request_id)
        plain = len(frames) == 1 and chunk.type == MSG and line.is_plain
        return Message(decoded, body, asked, number, frames, len(chunk.raw), plain, chunk.request_id)

    def _judge(self, line: Conversation, message: Message) -> BreachFound | None:
        decoded = message.decoded
        if isinstance(decoded, ua.OpenSecureChannelResponse):
            self._install(line, decoded)
        if hasattr(decoded, "ResponseHeader"):
            self.busy |= Status(decoded.ResponseHeader.ServiceResult.value).name in _BUSY
        return breach_of(message)

    def _install(self, line: Conversation, decoded: ua.OpenSecureChannelResponse) -> None:
        """Take the token of a channel that was opened or renewed, before anything comes that it secures."""
        if line.channel is None or line.opening is None:
            return
        token, nonce = decoded.Parameters.SecurityToken, decoded.Parameters.ServerNonce or b""
        line.channel.install(token.ChannelId, token.TokenId, line.opening, nonce)
        if self.keep_keys is not None and not line.channel.policy.is_none:
            self.keep_keys(line.channel, line.opening, nonce)
        line.opening, line.is_opened = None, True


def _follows(before: int, sequence: int) -> bool:
    return sequence == before + 1 or (before >= _WRAPS_FROM and sequence < _WRAPS_BELOW)
