"""The View service set as methods of a client.

OPC 10000-4 1.05.04, 5.9.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asyncua import ua

from testbed.testers.answer import Array
from testbed.testers.opcua import requests
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import EVERYTHING, FORWARD, PathElement, ids
from testbed.testers.opcua.speaking import Speaking


class ViewServices(Speaking):
    """A client that browses."""

    async def browse(self, node: ua.NodeId, **how: Any) -> Reply:
        """Browse one node; see `browse_many`."""
        return await self.browse_many(node, **how)

    async def browse_many(  # noqa: PLR0913 - the fields of the request
        self,
        *nodes: ua.NodeId,
        direction: int = FORWARD,
        reference: ua.NodeId | None = ids.HierarchicalReferences,
        subtypes: bool = True,
        classes: int = 0,
        mask: int = EVERYTHING,
        most: int = 0,
        view: ua.NodeId | None = None,
    ) -> Reply:
        """Browse nodes (5.9.2).

        Args:
            nodes: where references begin.
            direction: 0 forward, 1 inverse, 2 both.
            reference: type of the references; None for all types.
            subtypes: whether subtypes of that type are meant, too.
            classes: node classes of the targets, as a mask; 0 for all.
            mask: which fields of a reference are wanted.
            most: references of one node at once; 0 for no limit.
            view: the view; None for all of the address space.
        """
        request = requests.browse(
            nodes,
            direction=direction,
            reference=reference,
            subtypes=subtypes,
            classes=classes,
            mask=mask,
            most=most,
            view=view,
        )
        return await self.ask(request)

    async def browse_next(self, *points: bytes, release: bool = False) -> Reply:
        """Go on with a browse, or release continuation points (5.9.3)."""
        return await self.ask(requests.browse_next(points, release=release))

    async def browse_to_end(self, reply: Reply, rounds: int = 1000) -> tuple[Array, ...]:
        """Go on behind all continuation points of a browse at once, until there are none.

        Args:
            reply: of the Browse.
            rounds: BrowseNext requests at most; a server could go on for ever.

        Returns:
            the links of every node that was browsed.
        """
        found, waiting = [list(one) for one in reply.links_of_each], dict(enumerate(reply.points))
        for _ in range(rounds):
            waiting = {at: point for at, point in waiting.items() if point}
            if not waiting:
                break
            reply = await self.browse_next(*waiting.values())
            for at, more in zip(waiting, reply.links_of_each, strict=False):
                found[at] += more
            waiting = dict(zip(waiting, reply.points, strict=False))
        return tuple(map(Array, found))

    async def translate(self, start: ua.NodeId, *names: str | PathElement) -> Reply:
        """Find what a path of browse names leads to (5.9.4); a plain name is of namespace 0."""
        return await self.ask(requests.translate([(start, names)]))

    async def translate_many(self, *paths: tuple[ua.NodeId, Sequence[str | PathElement]]) -> Reply:
        """Find what each of several paths leads to (5.9.4)."""
        return await self.ask(requests.translate(paths))

    async def register(self, *nodes: ua.NodeId) -> Reply:
        """Register nodes (5.9.5)."""
        return await self.ask(requests.register(nodes))

    async def unregister(self, *nodes: ua.NodeId) -> Reply:
        """Unregister nodes (5.9.6)."""
        return await self.ask(requests.unregister(nodes))
