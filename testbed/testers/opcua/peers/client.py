"""What every independent client has in common: one session for one errand, and what it says.

An errand and its result are plain data, the same for every client: node ids as text, numbers, strings,
Booleans and lists of them.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Literal

from testbed.testers.product import LEAVE_WITHIN, Product

Verb = Literal["read", "write", "browse", "call"]


@dataclass(frozen=True)
class Place:
    """Where a client finds the server, and how long it waits for an answer."""

    url: str
    within: float
    """Seconds."""


@dataclass(frozen=True)
class Errand:
    """What a client is to do in one session."""

    verb: Verb
    node: str
    """The node id; of a call, the object's."""
    method: str = ""
    type: str = ""
    """Of what is written, or of a call's arguments, the name of a built-in type."""
    value: Any = None
    """What is written, or a call's arguments."""


class Client(Product, ABC):
    """One independent client."""

    @classmethod
    @abstractmethod
    async def find(cls) -> Client:
        """Return the client as installed here.

        Raises:
            NotTestable: it is not installed.
        """

    async def perform(self, errand: Errand, place: Place) -> Any:
        """Carry one errand out in a session of its own.

        Returns:
            what was read, the node ids of the children that were found, or what a call gave.

        Raises:
            Unanswered: the client could not, and says why.
            Undecided: the client itself broke down.
        """
        await self._prepare()
        try:
            async with asyncio.timeout(3 * place.within + LEAVE_WITHIN):  # channel, session, errand
                return await self._perform(errand, place)
        except TimeoutError as error:
            raise self.says("did not come to an end") from error

    async def _prepare(self) -> None:
        """Get ready before the clock runs; Undecided where the client breaks down over it."""

    @abstractmethod
    async def _perform(self, errand: Errand, place: Place) -> Any: ...
