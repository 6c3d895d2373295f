"""What every independent client has in common: one connection for one request, and what it says."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from testbed.model.base import Text
from testbed.protocols.modbus import (
    ReadCoils,
    ReadDiscreteInputs,
    ReadHoldingRegisters,
    ReadInputRegisters,
    Request,
)
from testbed.testers.trouble import NotTestable, Unanswered, Undecided

MOST_SAID = 200
"""Characters kept of what a client says; some of it may be the device's own words."""
LEAVE_WITHIN = 5.0
"""Seconds that a client may take beyond its own time-out (assumed)."""

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


class Client(ABC):
    """One independent client."""

    name: ClassVar[str]

    def __init__(self, product_version: str) -> None:
        self.version = product_version

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

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

    def says(self, what: str) -> Unanswered:
        """Return what the client says against the device."""
        said = f"{self}: {readable(what)}"
        return Unanswered(Text(en=said, ko=said))

    def broke(self, error: Exception) -> Undecided:
        """Return that the client broke down by itself."""
        said = f"{self} broke down: {readable(f'{type(error).__name__}: {error}')}"
        return Undecided(Text(en=said, ko=f"클라이언트 자체 오류, {said}"))


def readable(what: str) -> str:
    """Return one short line without control characters."""
    return " ".join("".join(one if one.isprintable() else " " for one in what).split())[:MOST_SAID]


def not_installed(name: str) -> NotTestable:
    """Return that a client is not here."""
    return NotTestable(Text(en=f"{name} is not installed", ko=f"설치되지 않음: {name}"))
