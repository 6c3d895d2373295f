"""Many sessions at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from testbed.protocols.opcua import Status
from testbed.testers.answer import Reaction
from testbed.testers.trouble import Unanswered
from testbed.wire.dial import UnreachableError

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client


class Crowd:
    """Further clients, each on a connection of its own; what becomes of them is judged, so none is set-up."""

    def __init__(self, another: Callable[[], Client]) -> None:
        self._another = another
        self.members: list[Client] = []
        """Those that came in, in order."""

    async def sessions(self, count: int) -> list[Status | Reaction]:
        """Open so many sessions, one after the other; return how each ended."""
        return [await self._join(self._activate) for _ in range(count)]

    async def created(self, count: int) -> list[Status | Reaction]:
        """Create so many sessions and activate none; return how each ended."""
        return [await self._join(self._create) for _ in range(count)]

    async def channels(self, count: int) -> list[Status | Reaction]:
        """Open so many channels without a session; return how each ended."""
        return [await self._join(self._open) for _ in range(count)]

    async def greetings(self, count: int) -> list[Status | Reaction]:
        """Say hello on so many connections and no more; return how each ended."""
        return [await self._join(self._greet) for _ in range(count)]

    async def damaged(self, request: Any, count: int) -> set[Status | Reaction]:
        """Send so many copies of a request, each with one byte changed, until there is silence.

        Each byte of the body has its turn. A session that ends is followed by another one.

        Args:
            request: a structure of asyncua's.
            count: how many copies.
        """
        outcomes: set[Status | Reaction] = set()
        for index in range(count):
            if (not self.members or not self.members[-1].is_open) and (
                how := await self._join(self._activate)
            ) is not Reaction.NORMAL:
                return outcomes | {how}
            outcomes.add(await self.members[-1].damaged(request, index))
            if Reaction.SILENCE in outcomes:
                break
        return outcomes

    async def _join(self, come_in: Callable[[Client], Awaitable[Status | Reaction]]) -> Status | Reaction:
        client = self._another()
        try:
            await client.connect()
        except UnreachableError:
            return Reaction.CLOSED
        try:
            how = await come_in(client)
        except Unanswered:
            return Reaction.SILENCE if client.is_open else Reaction.CLOSED
        if how is Reaction.NORMAL:
            self.members.append(client)
        return how

    @staticmethod
    async def _greet(client: Client) -> Status | Reaction:
        return await client.ended(client.hello())

    async def _open(self, client: Client) -> Status | Reaction:
        if (how := await self._greet(client)) is not Reaction.NORMAL:
            return how
        return await client.ended(client.open())

    async def _create(self, client: Client) -> Status | Reaction:
        if (how := await self._open(client)) is not Reaction.NORMAL:
            return how
        return await client.ended(client.create_session())

    async def _activate(self, client: Client) -> Status | Reaction:
        if (how := await self._create(client)) is not Reaction.NORMAL:
            return how
        return await client.ended(client.activate_session())
