"""What a client asks of the devices behind a gateway, each by its unit identifier (IG 4.4.1.2)."""

from __future__ import annotations

from collections.abc import Iterable

from testbed.protocols.modbus import Request
from testbed.testers.modbus.connected import Connected
from testbed.testers.modbus.reply import Outcome, Reply


class Behind(Connected):
    """A client of a gateway."""

    async def ask_unit(self, unit: int, request: Request | None = None) -> Reply:
        """Ask the device of a unit, with a harmless read unless told otherwise.

        Raises:
            Unanswered: silence or a close.
        """
        asked = request or self.harmless
        await self.send(self._guard.framing.adu(self.next_transaction(), unit, asked.encode()))
        return await self.answer(asked)

    async def outcome_of(self, unit: int) -> Outcome:
        """Ask the device of a unit for a harmless read, and return how that ended."""
        return await self.ended(self.ask_unit(unit))

    async def outcomes_of(self, units: Iterable[int]) -> set[Outcome]:
        """Ask the devices of some units one after the other; return all the ways in which that ended."""
        return {await self.outcome_of(unit) for unit in units}
