"""The invariants of OPC UA: what every message of a server must keep, whatever it answers.

OPC 10000-6 1.05.04: message headers 7.1.2, chunks and sequence numbers 6.7.2; 10000-4: response header 7.34,
service faults 7.35, results and diagnostics of operations 7.38 and 5.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from testbed.model.base import Text
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
from testbed.testers.opcua.conversation import RECEIVE_BUFFER, Asked, Conversation, Message
from testbed.wire.monitor import Breach

HEADER = "UA-UACP-MESSAGE-HEADER"
CHUNK_SIZE = "UA-UACP-CHUNK-SIZE"
CHANNEL = "UA-SC-CHANNEL-ID-ECHO"
TOKEN = "UA-SC-TOKEN"  # noqa: S105 - a requirement
SEQUENCE = "UA-SC-SEQUENCE-NUMBER"
REQUEST_ID = "UA-SC-REQUEST-ID-ECHO"
SECURED = "UA-SC-SECURED"
TYPE = "UA-RESPONSE-TYPE"
HANDLE = "UA-REQUEST-HANDLE-ECHO"
DECODABLE = "UA-ENCODING-DECODABLE"
RESULTS = "UA-RESULTS-COUNT"
DIAGNOSTICS = "UA-DIAGNOSTICS-COUNT"
FAULT = "UA-FAULT-IS-BAD"
ONE_ANSWER = "UA-ONE-ANSWER"
TIMESTAMP = "UA-RESPONSE-TIMESTAMP"

INVARIANTS = (
    HEADER, CHUNK_SIZE, CHANNEL, TOKEN, SEQUENCE, REQUEST_ID, SECURED, TYPE,
    HANDLE, DECODABLE, RESULTS, DIAGNOSTICS, FAULT, ONE_ANSWER, TIMESTAMP,
)  # fmt: skip

_WRAPS_FROM, _WRAPS_BELOW = 4294966271, 1024
"""Where sequence numbers may start anew (10000-6, 6.7.2.4)."""
_BUSY = {"BadTooManyOperations", "BadServerTooBusy", "BadTcpServerTooBusy", "BadTooManySessions"}
_BUSY |= {"BadTcpNotEnoughResources", "BadResourceUnavailable", "BadOutOfMemory"}
"""What a server may answer because of other cases that run beside."""
_UNREAD = {"BadDecodingError", "BadEncodingLimitsExceeded"}
"""What a server says of a request that it could not read, and whose handle it need not know."""
_SAME_MANY = {"Results", "RegisteredNodeIds"}
"""Fields of a response that hold one entry an operation."""

_OPENED = {"channel": CHANNEL, "token": TOKEN}


@dataclass(slots=True)
class UaMonitor:
    """Watches the connections of one case; a frame is charged with one breach, the first in its bytes."""

    record_plain: Any
    """Keeps the body of a frame by its number, for whoever reads the evidence."""
    keep_keys: Any = None
    """Keeps the keys of a token by channel, client's and server's nonce; None where nobody may."""
    breaches: list[Breach] = field(default_factory=list)
    watched: int = 0
    """Frames judged."""
    silences: int = 0
    """Times that the tester waited for something that did not come."""
    busy: bool = False
    """Whether the device said that it has no room for a request."""
    _lines: dict[int, Conversation] = field(default_factory=dict)

    def conversation(self, connection: int) -> Conversation:
        """Return what is known of a connection."""
        line = self._lines.get(connection)
        if line is None:
            line = self._lines[connection] = Conversation()
        return line

    @property
    def trouble(self) -> Text | None:
        """What came on any connection that cannot be read."""
        return next((line.trouble for line in self._lines.values() if line.trouble is not None), None)

    # What the connection says.

    def sent(self, connection: int, data: bytes, number: int) -> None:
        """Take no note of bytes: the client tells the conversation what it asks."""

    def received(self, connection: int, frame: bytes, number: int, *, followed: bool) -> bool:  # noqa: ARG002 - part of the interface
        """Open and judge one whole frame; return whether it answers a request that was given up."""
        self.watched += 1
        line = self.conversation(connection)
        if line.out_of_step:
            line.arrived.append(None)
            return False
        try:
            message = self._take(line, frame, number)
        except _BreachFound as found:
            self.breaches.append(found.breach)
            if found.is_fatal:
                line.out_of_step, line.trouble = True, _unreadable(found.breach)
            message = found.message
        late = message is not None and message.asked is not None and message.asked.request_id in line.given_up
        if late and message is not None and message.asked is not None:
            del line.given_up[message.asked.request_id]
        else:
            line.arrived.append(message)
        return late

    def incomplete(self, connection: int, stump: bytes, number: int) -> None:
        """Judge bytes that no length field accounts for, or that one promised and never came."""
        line = self.conversation(connection)
        if line.out_of_step:
            return
        breach = Breach(
            HEADER,
            Text(en="whole messages of the size that they state", ko="명시한 크기의 온전한 메시지"),
            Text(
                en=f"{len(stump)} bytes that do not make a message",
                ko=f"메시지를 이루지 못하는 {len(stump)}바이트",
            ),
            number,
            0,
            min(len(stump), 8),
        )
        line.out_of_step, line.trouble = True, breach.received
        self.breaches.append(breach)

    def flooded(self, connection: int, number: int) -> None:
        """Charge a device that sent so much that it was not read any more: no request asks for that."""
        self.conversation(connection).out_of_step = True
        flood = Text(en="a flood of what nothing asked for", ko="요청하지 않은 데이터의 끝없는 전송")
        self.breaches.append(Breach(ONE_ANSWER, _ONE, flood, number))

    def expects(self, connection: int) -> bool:
        """Say whether an answer is due on a connection."""
        line = self.conversation(connection)
        return line.lenient or line.expects

    def forget(self, connection: int) -> None:
        """Stop waiting for what was asked: the tester saw no answer in time."""
        self.silences += 1
        self.conversation(connection).forget()

    # What a frame must keep.

    def _take(self, line: Conversation, frame: bytes, number: int) -> Message | None:
        try:
            head = header(frame)
        except DecodeError as error:
            raise _found(HEADER, number, (0, 8), "a message header", str(error)) from None
        allowed = {OPN, MSG, ERR}
        if not line.acknowledged:  # who was not greeted may answer nothing, which a case judges
            allowed = {ACK, ERR} if line.hello is not None else {ACK, OPN, MSG, ERR}
        if head.type not in allowed:
            said = " or ".join(sorted(kind.decode() for kind in allowed))
            raise _found(HEADER, number, (0, 3), f"a message {said}", f"a message {head.type!r}")
        chunks = {FINAL, INTERMEDIATE, ABORT} if head.type == MSG else {FINAL}
        if head.chunk not in chunks:
            raise _found(HEADER, number, (3, 4), "a chunk type that is defined", f"chunk type {head.chunk!r}")
        most = line.hello.receive_buffer if line.hello and line.acknowledged else RECEIVE_BUFFER
        if head.size > max(most, 0):
            raise _found(
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
            raise _found(DECODABLE, number, trouble.span, "an Error message", str(trouble)) from None
        self.busy |= Status(error.status).name in _BUSY
        asked = next(iter(line.asked.values()), None)
        line.asked.clear()
        return Message(error, frame, asked, number, (number,), len(frame), plain=True)

    @staticmethod
    def _acknowledge(line: Conversation, frame: bytes, number: int) -> Message:
        try:
            said = Acknowledge.decode(frame)
        except DecodeError as trouble:
            raise _found(DECODABLE, number, trouble.span, "an Acknowledge message", str(trouble)) from None
        line.acknowledged, line.peer_buffer = True, max(said.receive_buffer, 1024)
        return Message(said, frame, None, number, (number,), len(frame), plain=True)

    def _chunk(self, line: Conversation, frame: bytes, number: int) -> Message | None:
        if line.channel is None:
            raise _found(HEADER, number, (0, 3), "no chunk before a channel is open", "a chunk")
        try:
            chunk = line.channel.open(frame, ignore=line.ignored)
        except SecurityError as trouble:
            requirement = _OPENED.get(trouble.reason, SECURED)
            raise _found(requirement, number, trouble.span, "a chunk of this channel", str(trouble)) from None
        except DecodeError as trouble:
            raise _found(DECODABLE, number, trouble.span, "a chunk", str(trouble)) from None
        line.thumbprint = chunk.receiver_thumbprint if chunk.type == OPN else line.thumbprint
        sequence, before = chunk.sequence, line.last_sequence
        line.last_sequence = sequence
        if before is not None and not _follows(before, sequence):
            span = chunk.spans.get("sequence", (0, 0))
            raise _found(SEQUENCE, number, span, f"sequence number {before + 1}", str(sequence), fatal=False)
        asked = line.asked.get(chunk.request_id) or line.given_up.get(chunk.request_id)
        if asked is None and not line.lenient:
            raise self._unasked(line, chunk, number)
        line.chunks[chunk.request_id] = (*line.chunks.get(chunk.request_id, ()), number)
        try:
            body = line.reassembly.add(chunk)
        except Aborted as aborted:
            return self._whole(line, chunk, ErrorMessage(aborted.status, aborted.reason), b"", asked, number)
        except TooLarge as trouble:
            raise _found(
                CHUNK_SIZE, number, (4, 8), "a message of the size asked for", str(trouble)
            ) from None
        if body is None:
            return None
        self.record_plain(number, body)
        decoded = self._decode(chunk, body, number)
        message = self._whole(line, chunk, decoded, body, asked, number)
        if (breach := self._judge(line, message, chunk)) is not None:
            breach.message = message
            raise breach
        return message

    @staticmethod
    def _unasked(line: Conversation, chunk: Chunk, number: int) -> _BreachFound:
        span = chunk.spans.get("request_id", (0, 0))
        if chunk.request_id in line.answered or not line.asked:
            received = f"a message with request id {chunk.request_id}, which nothing asked for"
            return _found(ONE_ANSWER, number, span, "one answer to each request", received)
        due = ", ".join(str(one) for one in list(line.asked)[:4])
        return _found(REQUEST_ID, number, span, f"request id {due}", f"request id {chunk.request_id}")

    @staticmethod
    def _decode(chunk: Chunk, body: bytes, number: int) -> Any:
        try:
            return decode_service(body)
        except UnknownType as trouble:
            raise _found(
                TYPE, number, (0, 0), "a response that is defined", str(trouble), fatal=False
            ) from None
        except DecodeError as trouble:
            start = chunk.spans.get("body", (0, 0))[0] if len(body) == len(chunk.body) else 0
            span = (start + trouble.start, start + trouble.end) if start else (0, 0)
            raise _found(DECODABLE, number, span, "a response that can be decoded", str(trouble)) from None

    @staticmethod
    def _whole(  # noqa: PLR0913, PLR0917 - the parts of a message
        line: Conversation, chunk: Chunk, decoded: Any, body: bytes, asked: Asked | None, number: int
    ) -> Message:
        frames = line.chunks.pop(chunk.request_id, (number,))
        line.asked.pop(chunk.request_id, None)
        line.answered.add(chunk.request_id)
        plain = len(frames) == 1 and chunk.type == MSG and line.is_plain
        return Message(decoded, body, asked, number, frames, len(chunk.raw), plain, chunk.request_id)

    def _judge(self, line: Conversation, message: Message, chunk: Chunk) -> _BreachFound | None:  # noqa: PLR0911 - one line a rule
        decoded, asked, number = message.decoded, message.asked, message.number
        if not hasattr(decoded, "ResponseHeader"):
            said = type(decoded).__name__
            return _found(TYPE, number, (0, 0), "a response", said, fatal=False)
        if isinstance(decoded, ua.OpenSecureChannelResponse):
            self._install(line, decoded, chunk)
        head = decoded.ResponseHeader
        result = Status(head.ServiceResult.value)
        self.busy |= result.name in _BUSY
        if asked is None or asked.request is None:
            return None
        is_fault = isinstance(decoded, ua.ServiceFault)
        wanted = type(asked.request).__name__.removesuffix("Request") + "Response"
        if not is_fault and type(decoded).__name__ != wanted:
            return _found(TYPE, number, (0, 0), wanted, type(decoded).__name__, fatal=False)
        is_unread = is_fault and result.name in _UNREAD and not head.RequestHandle
        if head.RequestHandle != asked.handle and not is_unread:
            said = f"request handle {head.RequestHandle}"
            return _found(HANDLE, number, (0, 0), f"request handle {asked.handle}", said, fatal=False)
        if is_fault and not result.is_bad:
            return _found(FAULT, number, (0, 0), "a bad status in a ServiceFault", result.title, fatal=False)
        if _is_null(head.Timestamp):
            return _found(TIMESTAMP, number, (0, 0), "the time of the response", "none", fatal=False)
        return None if is_fault or result.is_bad else _counted(message)

    def _install(self, line: Conversation, decoded: ua.OpenSecureChannelResponse, chunk: Chunk) -> None:
        """Take the token of a channel that was opened or renewed, before anything comes that it secures."""
        if line.channel is None or line.opening is None:
            return
        token, nonce = decoded.Parameters.SecurityToken, decoded.Parameters.ServerNonce or b""
        del chunk
        line.channel.install(token.ChannelId, token.TokenId, line.opening, nonce)
        if self.keep_keys is not None and not line.channel.policy.is_none:
            self.keep_keys(line.channel, line.opening, nonce)
        line.opening, line.is_opened = None, True


_ONE = Text(en="one answer to each request", ko="요청마다 하나의 응답")


class _BreachFound(Exception):  # noqa: N818 - not an error
    """A frame broke an invariant."""

    def __init__(self, breach: Breach, *, is_fatal: bool) -> None:
        super().__init__(breach.requirement)
        self.breach, self.is_fatal = breach, is_fatal
        self.message: Message | None = None


def _found(  # noqa: PLR0913 - the parts of a breach
    requirement: str, number: int, span: tuple[int, int], expected: str, received: str, *, fatal: bool = True
) -> _BreachFound:
    breach = Breach(
        requirement,
        Text(en=expected, ko=expected),
        Text(en=received[:200], ko=received[:200]),
        number,
        *span,
    )
    return _BreachFound(breach, is_fatal=fatal)


def _unreadable(breach: Breach) -> Text:
    """Say of a message that cannot be taken what is wrong with it."""
    en, ko = breach.received.en, breach.received.ko
    return Text(en=f"a message that cannot be read: {en}", ko=f"해석할 수 없는 메시지: {ko}")


def _follows(before: int, sequence: int) -> bool:
    return sequence == before + 1 or (before >= _WRAPS_FROM and sequence < _WRAPS_BELOW)


def _is_null(time: Any) -> bool:
    """Say whether a time is the null DateTime, which asyncua decodes as the first day of 1601."""
    return time is None or time <= ua.win_epoch_to_datetime(0)


def _counted(message: Message) -> _BreachFound | None:
    """Judge how many results and diagnostics a good response holds."""
    operations, decoded = message.asked.operations if message.asked else None, message.decoded
    if operations is None:
        return None
    where = decoded if hasattr(decoded, "Results") else getattr(decoded, "Parameters", decoded)
    for name in _SAME_MANY:
        held = getattr(where, name, None)
        if hasattr(where, name) and len(held or ()) != operations:
            said = f"{len(held or ())} results"
            return _found(RESULTS, message.number, (0, 0), f"{operations} results", said, fatal=False)
    diagnostics = getattr(where, "DiagnosticInfos", None) or ()
    if len(diagnostics) not in {0, operations}:
        expected, said = f"none or {operations} diagnostic infos", f"{len(diagnostics)} diagnostic infos"
        return _found(DIAGNOSTICS, message.number, (0, 0), expected, said, fatal=False)
    return None
