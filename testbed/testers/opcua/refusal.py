"""How steps of opening a channel ended, refused ones above all (OPC 10000-6 1.05.04, 6.7.7)."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.protocols.opcua import ErrorMessage, Status, status
from testbed.testers.answer import Reaction
from testbed.testers.trouble import Unanswered, Undecided

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client
    from testbed.testers.opcua.reply import Reply


class Faulted(Status):
    """A status that came as a ServiceFault in a secured response; equal to the same status."""

    @property
    def said(self) -> Text:
        """What a reader is told: such a fault can be read by the holder of the client's key only."""
        named = f"{self.title} (0x{int(self):08X})"
        return Text(
            en=f"{named} as a ServiceFault inside an encrypted OpenSecureChannel response",
            ko=f"암호화된 OpenSecureChannel 응답 안의 ServiceFault {named}",
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """What became of an OpenSecureChannel."""

    reaction: Status | Reaction
    """NORMAL where the channel is open; the status of an Error message or of a fault; CLOSED; SILENCE."""
    client: Client
    reply: Reply | None = None
    """What came, if anything."""

    @property
    def reason(self) -> str:
        """The sentence of the Error message; empty where there is none."""
        message = self.reply.message if self.reply is not None else None
        return (message.reason or "") if isinstance(message, ErrorMessage) else ""

    async def end(self, within: float) -> Status | Reaction:
        """Wait for the server to end the connection: CLOSED; how it refused, where it does not."""
        return Reaction.CLOSED if await self.client.is_closed(within) else self.reaction


def reaction(reply: Reply, *, is_secured: bool) -> Status | Reaction:
    """Say how an answer to OpenSecureChannel ended, on a channel that is or is not secured."""
    if reply.response is not None and reply.status.is_good:
        return Reaction.NORMAL
    return Faulted(reply.status) if is_secured and not reply.is_error_message else reply.status


async def step(answer: Awaitable[Reply]) -> Reply:
    """Return the answer to a step that leads up to what is judged.

    Raises:
        Undecided: it was refused, or nothing came.
    """
    try:
        reply = await answer
    except Unanswered as trouble:
        said = trouble.said
        raise Undecided(Text(en=f"set-up: {said.en}", ko=f"준비 단계: {said.ko}")) from trouble
    if reply.status != status.Good:
        title = reply.status.title
        raise Undecided(Text(en=f"set-up: {title}", ko=f"준비 단계: {title}"))
    return reply
