"""Values of a product's own OPC UA server, read by the bed's own client: OPC 10000-4 1.05.04, 5.11.2.

Without security and without a user, as most products offer their values inside a plant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from testbed.model.connect import endpoint
from testbed.protocols.opcua import Status
from testbed.testers.answer import Array
from testbed.testers.manners import FellSilent, Manners, Spent
from testbed.testers.modbus_client.numbers import Values, number_of
from testbed.testers.modbus_client.pages import UnreadableError
from testbed.testers.modbus_client.pointers import MOST_VALUES
from testbed.testers.modbus_client.sources import Marked, Shown
from testbed.testers.opcua.scouting import Asker, NothingAnswers
from testbed.testers.trouble import Trouble
from testbed.wire.dial import UnreachableError, over_tcp

WITHIN = 5.0
"""Seconds for one look, with the way to a session (assumed; six exchanges)."""
_MANNERS = Manners(per_second=100.0, reads=100_000, patience=2.0)


class NodeSource:
    """Variables of one server.

    Args:
        url: of its endpoint.
        nodes: the variables, in the order of the values.
    """

    def __init__(self, url: str, nodes: Sequence[str]) -> None:
        self._place, self._nodes = endpoint(url), nodes
        self._asker: Asker | None = None

    async def look(self) -> Shown:
        """Return the values; Marked.BAD where the server marks one as bad, None where one is no number.

        Raises:
            UnreadableError: the server cannot be asked.
        """
        try:
            async with asyncio.timeout(WITHIN):
                return await self._read(await self._entered())
        except TimeoutError as error:
            await self.leave()
            en = f"{self._place} does not answer within {WITHIN:g} s"
            raise UnreadableError(en, f"{self._place}: {WITHIN:g}초 이내 응답 없음") from error
        except (UnreachableError, NothingAnswers, FellSilent, Spent, Trouble) as error:
            await self.leave()
            said = f"{self._place}: {error}"
            ko = error.said.ko if isinstance(error, Trouble) else str(error)
            raise UnreadableError(said, f"{self._place}: {ko}") from error

    async def leave(self) -> None:
        """Close the session."""
        asker, self._asker = self._asker, None
        if asker is not None:
            await asker.leave()

    async def _entered(self) -> Asker:
        if self._asker is None:
            self._asker = Asker(over_tcp(self._place), self._place, _MANNERS, lambda _: None)
            await self._asker.enter()
            await self._asker.bench.learn(self._asker.session)
        return self._asker

    async def _read(self, asker: Asker) -> Shown:
        nodes = [asker.bench.declared.node(one) for one in self._nodes]
        reply = await asker.ask(lambda: asker.session.read(*nodes))
        if reply.status.is_bad or not isinstance(reply.results, tuple):
            said = reply.status.title
            raise UnreadableError(f"{self._place}: {said}", f"{self._place}: {said}")
        statuses, found = reply.statuses, list[float]()
        if not isinstance(statuses, tuple) or len(statuses) != len(nodes):
            raise UnreadableError(
                f"{self._place}: other results than asked for", f"{self._place}: 결과 수 불일치"
            )
        if not all(isinstance(one, Status) and one.is_good for one in statuses):
            return Marked.BAD
        for one in reply.results:
            numbers = _numbers(one.Value)
            if numbers is None:
                return None
            found += numbers
        return tuple(found)


def _numbers(variant: object) -> Values | None:
    """Return the numbers of a Variant; None where it holds anything else."""
    held = getattr(variant, "Value", None)
    each = held[:MOST_VALUES] if isinstance(held, list | tuple | Array) else [held]
    numbers = [number_of(one) for one in each]
    return None if not numbers or None in numbers else tuple(one for one in numbers if one is not None)
