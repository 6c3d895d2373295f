"""Many clients at once: as many connections as the device declares sessions."""

from __future__ import annotations

from collections.abc import Callable

from testbed.model.base import Text
from testbed.model.declaration import Declaration
from testbed.testers.modbus.reply import Outcome, Reaction
from testbed.testers.modbus.tester import Modbus
from testbed.testers.trouble import Undecided
from testbed.wire.dial import UnreachableError


class Crowd:
    """All the clients that a device declares to serve; their connections are judged, so none is set-up."""

    def __init__(self, first: Modbus, another: Callable[[], Modbus], declaration: Declaration) -> None:
        self._first, self._another = first, another
        self._sessions, self._most = declaration.sessions, declaration.connections.most or 0

    async def outcomes(self) -> set[Outcome]:
        """Connect everybody, then let one after the other send a harmless read; return how these ended.

        In turn, because a device may limit the requests that wait for an answer over all its connections.
        """
        connected = [await self._join(member) for member in self._gathered(self._sessions)]
        refused: set[Outcome] = {Reaction.CLOSED} if None in connected else set()
        asked = [member for member in connected if member is not None]
        return refused | {await member.outcome(member.harmless) for member in asked}

    async def beyond(self) -> tuple[Outcome, set[Outcome], Outcome]:
        """Open as many connections as the declared limit has, and one more.

        Returns how a harmless read ended on the one unused for longest, on the others, and on the new one.

        Raises:
            Undecided: not as many as the limit were served.
        """
        members = self._gathered(self._most)
        for member in members:
            joined = await self._join(member)
            if joined is None or await joined.outcome(joined.harmless) is not Reaction.NORMAL:
                said = f"set-up: fewer than the {self._most} connections of the declared limit are served"
                ko = f"준비 단계: 선언된 한도 {self._most}개보다 적은 연결만 제공됨"
                raise Undecided(Text(en=said, ko=ko))
        newest = self._another()
        is_in = await self._join(newest) is not None
        new = await newest.outcome(newest.harmless) if is_in else Reaction.CLOSED
        others = {await member.outcome(member.harmless) for member in members[1:]}
        return await members[0].outcome(members[0].harmless), others, new

    def _gathered(self, count: int) -> list[Modbus]:
        return [self._first, *(self._another() for _ in range(count - 1))]

    @staticmethod
    async def _join(member: Modbus) -> Modbus | None:
        if not member.is_open:
            try:
                await member.connect()
            except UnreachableError:
                return None
        return member
