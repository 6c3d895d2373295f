"""The lower half of a client: hello, secure channel, and requests right or wrong on purpose.

OPC 10000-6 1.05.04, 6.7 and 7.1; 10000-4 1.05.04, 5.6. Nothing is retried or repaired.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asyncua import ua

from testbed.protocols.opcua import CLO, DecodeError, Framer, Status, decode_service
from testbed.testers.answer import Reaction
from testbed.testers.opcua.crafting import LIFETIME, RENEW, Crafting
from testbed.testers.opcua.hearing import Hearing
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import NULL_NODE, Raw

ON_PURPOSE = "malformed on purpose"
"""What a capture says of bytes that no good client would send."""
RAW = "with a Variant of raw bytes"
"""What a capture says of a request that an older reader may not know: reserved types of Variants."""


class Speaking(Crafting, Hearing):
    """A client that opens channels and asks."""

    async def hello(self, **fields: Any) -> Reply:
        """Say hello, with whatever fields instead of good ones, and return the answer.

        Raises:
            Unanswered: silence or a close.
        """
        await self.send(self.greeting(**fields))
        return await self.answer()

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

    async def close_channel(self) -> None:
        """Send CloseSecureChannel (10000-4, 5.6.3); the server shall not answer it."""
        frames = self.seal(ua.CloseSecureChannelRequest(), type=CLO)
        self.conversation.asked.clear()
        self.conversation.is_closed = True
        await self.send(b"".join(frames))

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


def _is_readable(body: bytes) -> bool:
    """Say whether the body of a request is right."""
    try:
        decode_service(body)
    except DecodeError:
        return False
    return True
