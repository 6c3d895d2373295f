"""Many clients at once: as many connections as the device declares sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from testbed.testers.modbus.reply import Outcome, Reaction
from testbed.testers.modbus.tester import Modbus
from testbed.wire.dial import UnreachableError


class Crowd:
    """All the clients that a device declares to serve; their connections are judged, so none is set-up."""

    def __init__(self, first: Modbus, another: Callable[[], Modbus], count: int) -> None:
        self._members = [first, *(another() for _ in range(count - 1))]

    async def outcomes(self) -> set[Outcome]:
        """Connect everybody, then let all send a harmless read at once; return all the ways these ended."""
        connected = [await self._join(member) for member in self._members]
        asked = [member.outcome(member.harmless) for member in connected if member is not None]
        refused: set[Outcome] = {Reaction.CLOSED} if None in connected else set()
        return refused | set(await asyncio.gather(*asked))

    @staticmethod
    async def _join(member: Modbus) -> Modbus | None:
        if not member.is_open:
            try:
                await member.connect()
            except UnreachableError:
                return None
        return member
