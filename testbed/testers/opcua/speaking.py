"""The lower half of a client: connection, hello, secure channel, and messages right or wrong on purpose.

OPC 10000-6 1.05.04, 6.7 and 7.1; 10000-4 1.05.04, 5.6. Nothing is retried or repaired.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from asyncua import ua

from testbed.model.base import Text
from testbed.protocols.opcua import (
    CLO,
    MSG,
    OPN,
    DecodeError,
    ErrorMessage,
    Framer,
    Hello,
    SecureChannel,
    Status,
    decode_service,
    encode_service,
    status,
)
from testbed.testers.answer import Reaction
from testbed.testers.opcua.connection import UaConnection
from testbed.testers.opcua.conversation import (
    MOST_CHUNKS,
    MOST_MESSAGE,
    RECEIVE_BUFFER,
    Asked,
    Conversation,
    Message,
)
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import NULL_NODE, Raw, patched
from testbed.testers.trouble import Unanswered
from testbed.wire.connection import Ended, Received

ON_PURPOSE = "malformed on purpose"
"""What a capture says of bytes that no good client would send."""
RAW = "with a Variant of raw bytes"
"""What a capture says of a request that an older reader may not know: reserved types of Variants."""
LIFETIME = 3_600_000
"""Milliseconds for which a channel is asked for (assumed; a case takes seconds)."""
WHOLE_WITHIN = 10.0
"""Seconds beyond the declared ones within which an answer must be whole (assumed; the longest has 16 MiB)."""
ISSUE, RENEW = 0, 1
"""Why a channel is opened (10000-4, 5.6.2.2)."""

_ENDED = {
    Ended.CLOSED: Text(en="the connection was closed", ko="연결이 종료됨"),
    Ended.RESET: Text(en="the connection was reset", ko="연결이 강제로 끊김"),
    Ended.FLOODED: Text(
        en="the device flooded the connection with what nobody asked for",
        ko="기기가 요청하지 않은 데이터를 끝없이 보냄",
    ),
}

_NEVER_WHOLE = Text(
    en=f"a message of which further chunks came, but which was not whole within {WHOLE_WITHIN:g} s",
    ko=f"조각은 계속 왔으나 {WHOLE_WITHIN:g}초 이내에 완성되지 않은 메시지",
)
_OTHERS = Text(
    en=f"answers to other requests, and none to this one within {WHOLE_WITHIN:g} s",
    ko=f"다른 요청의 응답만 오고 이 요청에는 {WHOLE_WITHIN:g}초 이내 응답 없음",
)
_UNREADABLE = Text(en="a message that cannot be read", ko="해석할 수 없는 메시지")

_OPERATIONS: dict[str, Callable[[Any], Sequence[Any]]] = {
    "ReadRequest": lambda it: it.Parameters.NodesToRead,
    "WriteRequest": lambda it: it.Parameters.NodesToWrite,
    "BrowseRequest": lambda it: it.Parameters.NodesToBrowse,
    "BrowseNextRequest": lambda it: it.Parameters.ContinuationPoints,
    "TranslateBrowsePathsToNodeIdsRequest": lambda it: it.Parameters.BrowsePaths,
    "RegisterNodesRequest": lambda it: it.Parameters.NodesToRegister,
    "CallRequest": lambda it: it.Parameters.MethodsToCall,
}
"""Where a request holds its operations, each of which a response has a result for."""


def operations_of(request: Any) -> int | None:
    """Return how many results a response has to have; None where its service has one only.

    A BrowseNext that releases continuation points has none (10000-4, 5.9.3.2), but many servers return them.
    """
    if isinstance(request, ua.BrowseNextRequest) and request.Parameters.ReleaseContinuationPoints:
        return None
    counted = _OPERATIONS.get(type(request).__name__)
    return None if counted is None else len(counted(request) or ())


def _is_readable(body: bytes) -> bool:
    """Say whether the body of a request is right."""
    try:
        decode_service(body)
    except DecodeError:
        return False
    return True


class Guard(Protocol):
    """What stands between a case and the device: opens connections, allows or refuses what is sent."""

    random: random.Random

    @property
    def url(self) -> str:
        """The endpoint URL, as declared."""

    @property
    def reply_within(self) -> float:
        """Seconds within which the device declares to answer."""

    def conversation(self, connection: int) -> Conversation:
        """Return what the monitor knows of a connection."""

    def secure_channel(self, policy: str | None = None, mode: int | None = None) -> SecureChannel:
        """Return the tester's half of a channel; policy and mode as declared where none is named."""

    async def open(self) -> UaConnection:
        """Open one more connection; UnreachableError where that fails."""

    async def allow(self, request: Any) -> None:
        """Wait for the declared pause; raise Unsafe where the declaration does not allow a request.

        Args:
            request: a structure of asyncua's, or bytes that are none.
        """

    def identity(self, created: Any, nonce: bytes | None, channel: SecureChannel) -> Any:
        """Return the identity token of the declared user.

        Args:
            created: parameters of the answer to CreateSession.
            nonce: the server's last one.
            channel: through which the session is activated.
        """

    def utcnow(self) -> datetime:
        """Return the time, in UTC and without a zone, as asyncua has it."""

    def keep_body(self, number: int, body: bytes) -> None:
        """Keep the body of a frame by its number, for the evidence."""


class Speaking:
    """A client with one connection at a time and at most one channel on it."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._connection: UaConnection | None = None
        self._line: Conversation | None = None
        self.frames: tuple[int, ...] = ()
        """Frame numbers of the last exchange."""
        self.authentication_token: ua.NodeId = NULL_NODE
        """What names the session in each request; null before there is one."""
        self.in_step = True
        """Whether no answer is due that was not waited for to its end."""
        self._handle = guard.random.randrange(1, 1 << 31)
        self._unclaimed: deque[Reply] = deque()
        self._permitted: set[bytes] = set()
        """Frames that were made of requests that may be sent."""

    # The connection.

    async def connect(self) -> None:
        """Open the connection; a tester has one at a time."""
        self._connection = await self._guard.open()
        self._line = self._guard.conversation(self._connection.number)
        self.authentication_token = NULL_NODE
        self._unclaimed.clear()
        self.in_step = True

    @property
    def wire(self) -> UaConnection:
        """The connection itself."""
        if self._connection is None:
            raise RuntimeError("the tester is not connected")
        return self._connection

    @property
    def conversation(self) -> Conversation:
        """What both sides have said so far."""
        if self._line is None:
            raise RuntimeError("the tester is not connected")
        return self._line

    @property
    def channel(self) -> SecureChannel:
        """The secure channel."""
        line = self.conversation
        if line.channel is None:
            line.channel = self._guard.secure_channel()
        return line.channel

    @property
    def is_open(self) -> bool:
        """Whether neither side has closed."""
        return self._connection is not None and self._connection.ended is None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        if self._connection is not None:
            self._connection.reset()

    # Hello and channel.

    async def hello(self, **fields: Any) -> Reply:
        """Say hello, with whatever fields instead of good ones, and return the answer.

        Raises:
            Unanswered: silence or a close.
        """
        await self.send(self.greeting(**fields))
        return await self.answer()

    def greeting(self, **fields: Any) -> bytes:
        """Return a Hello message, and take note of it."""
        usual: dict[str, Any] = {
            "version": 0,
            "receive_buffer": RECEIVE_BUFFER,
            "send_buffer": RECEIVE_BUFFER,
            "max_message": MOST_MESSAGE,
            "max_chunks": MOST_CHUNKS,
            "url": self._guard.url,
        }
        said = Hello(**(usual | fields))
        self.conversation.hello = said
        return said.encode()

    async def open(self, **fields: Any) -> Reply:
        """Open a secure channel, or renew it; see `opening`.

        Raises:
            Unanswered: silence or a close.
        """
        frames = self.opening(**fields)
        await self.send(b"".join(frames))
        return await self.answer()

    async def renew(self, lifetime: int = LIFETIME, **fields: Any) -> Reply:
        """Renew the channel's token (10000-4, 5.6.2)."""
        return await self.open(request_type=RENEW, lifetime=lifetime, **fields)

    def opening(  # noqa: PLR0913 - the fields of the request
        self,
        *,
        lifetime: int = LIFETIME,
        request_type: int = ISSUE,
        mode: int | None = None,
        policy: str | None = None,
        nonce: bytes | None = None,
        version: int = 0,
        **craft: Any,
    ) -> list[bytes]:
        """Return the chunks of an OpenSecureChannel, and take note that its answer is due.

        Args:
            lifetime: of the token, in milliseconds.
            request_type: 0 to issue, 1 to renew.
            mode: of security, by its number; the declared one where none is named.
            policy: URI of the security policy in the chunk's header; the declared one where none is named.
            nonce: the client's; a fresh one of the policy's length where none is named.
            version: of the protocol.
            craft: what `seal` takes.
        """
        channel = self.channel
        nonce = channel.policy.nonce() if nonce is None else nonce  # of no seed: a repetition has another one
        request = ua.OpenSecureChannelRequest()
        request.Parameters.ClientProtocolVersion = version
        request.Parameters.RequestType = request_type
        request.Parameters.SecurityMode = channel.mode if mode is None else mode
        request.Parameters.ClientNonce = nonce
        request.Parameters.RequestedLifetime = lifetime
        self.conversation.opening = nonce
        if policy is not None:
            craft["policy_uri"] = policy
        return self.seal(request, type=OPN, **craft)

    async def close_channel(self) -> None:
        """Send CloseSecureChannel (10000-4, 5.6.3); the server shall not answer it."""
        frames = self.seal(ua.CloseSecureChannelRequest(), type=CLO)
        self.conversation.asked.clear()
        self.conversation.is_closed = True
        await self.send(b"".join(frames))

    # Messages.

    def next_handle(self) -> int:
        """Count request handles up."""
        self._handle = (self._handle + 1) & 0xFFFFFFFF
        return self._handle

    def request(  # noqa: PLR0913 - the fields of a request header
        self,
        request: Any,
        *,
        token: ua.NodeId | None = None,
        handle: int | None = None,
        timestamp: datetime | None = None,
        timeout_hint: int = 0,
        diagnostics: int = 0,
        additional: Any = None,
        audit: str | None = None,
    ) -> bytes:
        """Fill in a request's header and return the encoded request.

        Args:
            request: a structure of asyncua's.
            token: authentication token; that of the session where none is named.
            handle: request handle; the next one where none is named.
            timestamp: of the request; now where none is named.
            timeout_hint: in milliseconds; 0 for none.
            diagnostics: which diagnostics are asked for, as a mask.
            additional: an extension object for the additional header.
            audit: audit entry id.
        """
        head = request.RequestHeader
        head.AuthenticationToken = self.authentication_token if token is None else token
        head.RequestHandle = self.next_handle() if handle is None else handle
        head.Timestamp = self._guard.utcnow() if timestamp is None else timestamp
        head.TimeoutHint, head.ReturnDiagnostics = timeout_hint, diagnostics
        head.AuditEntryId = audit
        if additional is not None:
            head.AdditionalHeader = additional
        return encode_service(request)

    def seal(
        self,
        request: Any,
        *,
        type: bytes = MSG,  # noqa: A002 - the standard's word
        request_id: int | None = None,
        raws: Sequence[Raw] = (),
        header: dict[str, Any] | None = None,
        **craft: Any,
    ) -> list[bytes]:
        """Return the chunks of a message, and take note that its answer is due.

        Args:
            request: a structure of asyncua's, whose header is filled in, or the bytes of a body.
            type: of the message.
            request_id: the next one where none is named.
            raws: Variants that go as raw bytes.
            header: what `request` takes.
            craft: whatever is wrong on purpose, see SecureChannel.seal.
        """
        line = self.conversation
        if request_id is None:
            request_id = line.next_request_id
            line.next_request_id += 1
        structure = None if isinstance(request, bytes) else request
        body = request if structure is None else patched(self.request(request, **(header or {})), raws)
        craft.setdefault("most", line.peer_buffer)
        frames = self.channel.seal(body, request_id, type=type, **craft)
        line.ask(
            Asked(
                request_id,
                structure,
                structure.RequestHeader.RequestHandle if structure is not None else None,
                operations_of(structure),
                0,
            )
        )
        self._body = body
        if structure is not None:
            self._permitted.update(frames)
        return frames

    async def send(self, data: bytes, *, comment: str | None = None, pieces: Sequence[bytes] = ()) -> int:
        """Send bytes, in one segment unless pieces are named; return the frame number.

        Raises:
            Unsafe: bytes that the declaration does not allow.
        """
        strange = self._strange(data)
        if strange:
            await self._guard.allow(data)
        framer = Framer()
        framer.feed(data)
        said = ON_PURPOSE if comment is None and (strange or framer.pending) else comment or ""
        if pieces:
            number = await self.wire.send_in_pieces(pieces, 0.0, comment=said)
        else:
            number = self.wire.send(data, comment=said)
        self.frames = (number,)
        return number

    def _strange(self, data: bytes) -> bool:
        """Say whether bytes on a session are other than requests that were allowed when they were made."""
        if self.authentication_token == NULL_NODE:
            return False
        framer = Framer()
        frames = framer.feed(data)
        return bool(framer.pending) or any(one not in self._permitted for one in frames)

    async def ask(self, request: Any, *, raws: Sequence[Raw] = (), **header: Any) -> Reply:
        """Send one request and return its answer; the header's fields as in `request`.

        Raises:
            Unanswered: silence or a close.
        """
        await self._guard.allow(request)
        frames = self.seal(request, raws=raws, header=header)
        wanted = self.conversation.next_request_id - 1
        said = RAW if raws and _is_readable(self._body) else ON_PURPOSE if raws else ""
        numbers = [self.wire.send(frame, comment=said) for frame in frames]
        self.frames = tuple(numbers)
        self._guard.keep_body(numbers[-1], self._body)
        return await self._answer_to(wanted)

    async def ask_raw(self, body: bytes) -> Reply:
        """Send the body of a request as it is, and return its answer.

        Raises:
            Unanswered: silence or a close.
        """
        frames = self.seal(body)
        wanted = self.conversation.next_request_id - 1
        await self.send(b"".join(frames))
        return await self._answer_to(wanted)

    async def damaged(self, request: Any, index: int) -> Status | Reaction:
        """Send a request with one byte changed, and say how that ended; indexes run in a circle."""
        body = bytearray(self.request(request))
        body[index % len(body)] ^= self._guard.random.randrange(1, 256)
        return await self.ended(self.ask_raw(bytes(body)))

    async def _answer_to(self, request_id: int) -> Reply:
        """Wait for the answer to one request; others that come meanwhile are kept, but not for ever."""
        kept: list[Reply] = []
        until = self.wire.recorder.now() + WHOLE_WITHIN + self._guard.reply_within
        try:
            while True:
                if self.wire.recorder.now() > until:
                    raise Unanswered(_OTHERS)
                reply = await self.answer()
                if reply.request_id == request_id or reply.is_error_message:
                    return reply
                kept.append(reply)
        finally:
            self._unclaimed.extendleft(reversed(kept))

    async def answer(self, within: float | None = None) -> Reply:
        """Wait for the next message of the server.

        Args:
            within: seconds; as declared where none are named.

        Raises:
            Unanswered: silence or a close.
        """
        if self._unclaimed:
            return self._unclaimed.popleft()
        within = self._guard.reply_within if within is None else within
        until = self.wire.recorder.now() + WHOLE_WITHIN + within
        in_step, self.in_step = self.in_step, False
        while True:
            left = until - self.wire.recorder.now()
            received = await self.wire.receive(min(within, max(left, 0.0)))
            if received is None and left < within:
                raise Unanswered(_NEVER_WHOLE)
            if not isinstance(received, Received):
                raise Unanswered(self._nothing(received, within))
            message = self.conversation.arrived.popleft()
            self.frames = (*self.frames, received.number)
            if message is not None:
                self.in_step = in_step
                return self._reply(message, received)
            if self.conversation.out_of_step:
                raise Unanswered(self.conversation.trouble or _UNREADABLE)

    @staticmethod
    def _nothing(ended: Ended | None, within: float) -> Text:
        if ended is not None:
            return _ENDED[ended]
        said = f"{within * 1000:g} ms"
        return Text(en=f"no answer within {said}", ko=f"{said} 이내 응답 없음")

    @staticmethod
    def _reply(message: Message, received: Received) -> Reply:
        return Reply(
            message.decoded,
            message.body,
            received.number,
            received.at,
            message.asked.request if message.asked else None,
            message.size,
            message.plain,
            message.request_id,
        )

    async def ended(self, answer: Awaitable[Reply]) -> Status | Reaction:
        """Wait for an answer and say how it ended: its status, or silence, or a close."""
        try:
            reply = await answer
        except Unanswered:
            return Reaction.SILENCE if self.is_open else Reaction.CLOSED
        if isinstance(reply.message, ErrorMessage):
            await self.wire.ends(self._guard.reply_within)
        return Reaction.NORMAL if reply.status == status.Good else reply.status

    async def is_closed(self, within: float | None = None) -> bool:
        """Wait for the server to end the connection; say whether it has."""
        return await self.wire.ends(self._guard.reply_within if within is None else within)

    def apart(self, moment: datetime | None) -> float:
        """Return the seconds between a time of the server's and the tester's; infinite where it is none."""
        if moment is None:
            return math.inf
        return abs((moment.replace(tzinfo=None) - self._guard.utcnow()).total_seconds())


def naive(moment: float) -> datetime:
    """Return a POSIX time as UTC without a zone."""
    return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
