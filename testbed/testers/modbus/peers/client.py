"""What every independent client has in common: one connection for one request, and what it says."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass

from testbed.protocols.modbus import (
    ReadCoils,
    ReadDiscreteInputs,
    ReadHoldingRegisters,
    ReadInputRegisters,
    Request,
)
from testbed.testers.product import LEAVE_WITHIN, Product

Values = tuple[int, ...] | tuple[bool, ...]
Read = ReadCoils | ReadDiscreteInputs | ReadHoldingRegisters | ReadInputRegisters


@dataclass(frozen=True)
class Place:
    """Where a client finds the device, and how long it waits for an answer."""

    host: str
    port: int
    unit: int
    within: float
    """Seconds."""


class Client(Product, ABC):
    """One independent client."""

    @classmethod
    @abstractmethod
    async def find(cls, within: float) -> Client:
        """Return the client as installed here.

        Args:
            within: seconds that it will have to wait for an answer.

        Raises:
            NotTestable: it is not installed, or cannot be run so.
        """

    async def perform(self, request: Request, place: Place) -> Values:
        """Carry one request out; return the values read, or none for a write.

        Raises:
            Unanswered: the client could not, and says why.
            Undecided: the client itself broke down.
        """
        try:
            async with asyncio.timeout(place.within + LEAVE_WITHIN):
                values = await self._perform(request, place)
        except TimeoutError as error:
            raise self.says("did not come to an end") from error
        wanted = request.quantity if isinstance(request, Read) else 0
        if len(values) != wanted:
            raise self.says(f"got {len(values)} of {wanted} values")
        return values

    @abstractmethod
    async def _perform(self, request: Request, place: Place) -> Values: ...
