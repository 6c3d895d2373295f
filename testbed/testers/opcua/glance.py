"""A glance at some nodes of a server, again and again: reads alone, unsecured, as an anonymous user."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from asyncua import ua

from testbed.model.connect import endpoint
from testbed.model.opcua.node_id import node_name
from testbed.testers.manners import FellSilent, Manners
from testbed.testers.opcua.declared import identifier_of
from testbed.testers.opcua.requests import ids
from testbed.testers.opcua.scouting import Asker, NothingAnswers
from testbed.testers.trouble import Trouble
from testbed.wire.dial import UnreachableError, over_tcp

_MANNERS = Manners(per_second=200.0, reads=1_000_000, patience=2.0)
"""Assumed: an act takes minutes at most, and its product waits for no answer longer than that."""
_AGAIN = 1.0
"""Seconds until a server that did not answer is asked again (assumed)."""


class Glance:
    """Looks at nodes of one server.

    Args:
        url: where it is, `opc.tcp://…`.
        nodes: their ids, as a declaration writes them.
    """

    def __init__(self, url: str, nodes: Sequence[str]) -> None:
        self._place, self._names = endpoint(url), tuple(nodes)
        self._asker: Asker | None = None
        self._nodes: list[ua.NodeId] = []
        self._not_before = 0.0

    async def look(self) -> tuple[object, ...] | None:
        """Return the values, those of an array one by one; None where they cannot be had now."""
        now = asyncio.get_running_loop().time()
        if self._asker is None and now < self._not_before:
            return None
        try:
            asker = self._asker or await self._enter()
            found: list[object] = []
            for node in self._nodes:
                value = await asker.value(node)
                found.extend(value if isinstance(value, list | tuple) else [value])
        except (UnreachableError, NothingAnswers, FellSilent, Trouble):
            await self.leave()
            self._not_before = now + _AGAIN
            return None
        return tuple(found)

    async def leave(self) -> None:
        """Close what was opened."""
        asker, self._asker = self._asker, None
        if asker is not None:
            await asker.leave()

    async def _enter(self) -> Asker:
        """Open a session, and find the indexes of the namespaces; a node of an unknown one has no value."""
        self._asker = asker = Asker(over_tcp(self._place), self._place, _MANNERS, lambda _: None)
        await asker.enter()
        known = await asker.value(ids.Server_NamespaceArray)
        table = [str(one) for one in known] if isinstance(known, list | tuple) else []
        self._nodes = []
        for text in self._names:
            name = node_name(text)
            if isinstance(name.namespace, str) and name.namespace not in table:
                continue
            index = name.namespace if isinstance(name.namespace, int) else table.index(name.namespace)
            self._nodes.append(ua.NodeId(identifier_of(name.kind, name.identifier), index))
        return asker
