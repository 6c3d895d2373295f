"""What a client hears: the next message, the answer to one request, or that none came."""

from __future__ import annotations

import math
from collections.abc import Awaitable
from datetime import datetime

from testbed.model.base import Text
from testbed.protocols.opcua import ErrorMessage, Status, status
from testbed.testers.answer import Reaction
from testbed.testers.opcua.conversation import Message
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.wired import Wired
from testbed.testers.trouble import Unanswered
from testbed.wire.connection import Ended, Received

WHOLE_WITHIN = 10.0
"""Seconds beyond the declared ones within which an answer must be whole (assumed; the longest has 16 MiB)."""

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


class Hearing(Wired):
    """A client that waits for messages."""

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

    def apart(self, moment: datetime | None) -> float:
        """Return the seconds between a time of the server's and the tester's; infinite where it is none."""
        if moment is None:
            return math.inf
        return abs((moment.replace(tzinfo=None) - self._guard.utcnow()).total_seconds())
