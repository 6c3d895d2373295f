"""Many clients at once: as many connections as the device declares sessions."""

from __future__ import annotations

from collections.abc import Callable

from testbed.testers.modbus.reply import Outcome, Reaction
from testbed.testers.modbus.tester import Modbus
from testbed.wire.dial import UnreachableError


class Crowd:
    """All the clients that a device declares to serve; their connections are judged, so none is set-up."""

    def __init__(self, first: Modbus, another: Callable[[], Modbus], count: int) -> None:
        self._members = [first, *(another() for _ in range(count - 1))]

    async def outcomes(self) -> set[Outcome]:
        """Connect everybody, then let one after the other send a harmless read; return how these ended.

        In turn, because a device may limit the requests that wait for an answer over all its connections.
        """
        connected = [await self._join(member) for member in self._members]
        refused: set[Outcome] = {Reaction.CLOSED} if None in connected else set()
        asked = [member for member in connected if member is not None]
        return refused | {await member.outcome(member.harmless) for member in asked}

    @staticmethod
    async def _join(member: Modbus) -> Modbus | None:
        if not member.is_open:
            try:
                await member.connect()
            except UnreachableError:
                return None
        return member
