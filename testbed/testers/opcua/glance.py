"""A glance at some nodes of a server, again and again: reads alone, unsecured, as an anonymous user."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from asyncua import ua

from testbed.model.base import Text
from testbed.model.connect import endpoint
from testbed.model.opcua.node_id import node_name
from testbed.protocols.opcua import Status, status
from testbed.testers.manners import FellSilent, Manners
from testbed.testers.opcua.declared import identifier_of
from testbed.testers.opcua.requests import ids
from testbed.testers.opcua.scouting import Asker, NothingAnswers
from testbed.testers.product import readable
from testbed.testers.trouble import Trouble
from testbed.wire.dial import UnreachableError, over_tcp

_MANNERS = Manners(per_second=200.0, reads=1_000_000, patience=2.0)
"""Assumed: an act takes minutes at most, and its product waits for no answer longer than that."""
_NO_NODE = (status.BadNodeIdUnknown, status.BadNodeIdInvalid)
_AGAIN = 1.0
"""Seconds until a server that did not answer is asked again (assumed)."""


@dataclass(frozen=True)
class Seen:
    """What one glance shows."""

    values: tuple[object, ...] = ()
    """Those of an array one by one."""
    is_bad: bool = False
    """Whether the server itself says that a value is bad."""
    fault: Text | None = None
    """Why nothing can be seen."""


class Glance:
    """Looks at nodes of one server.

    Args:
        url: where it is, `opc.tcp://…`.
        nodes: their ids, as a declaration writes them.
    """

    def __init__(self, url: str, nodes: Sequence[str]) -> None:
        self._place, self._names = endpoint(url), tuple(nodes)
        self._asker: Asker | None = None
        self._nodes: list[tuple[str, ua.NodeId]] = []
        self._not_before = 0.0
        self._fault = self._said("not asked yet", "아직 요청하지 않음")

    async def look(self) -> Seen:
        """Return the values, or why they cannot be had now; a server that did not answer is left in peace."""
        now = asyncio.get_running_loop().time()
        if self._asker is None and now < self._not_before:
            return Seen(fault=self._fault)
        try:
            asker = self._asker or await self._enter()
            seen = await self._read(asker)
        except (UnreachableError, NothingAnswers, FellSilent, Trouble) as error:
            ko = error.said.ko if isinstance(error, Trouble) else str(error)
            seen = Seen(fault=self._said(str(error), ko))
        if seen.fault is not None:
            await self.leave()
            self._not_before, self._fault = now + _AGAIN, seen.fault
        return seen

    async def leave(self) -> None:
        """Close what was opened."""
        asker, self._asker = self._asker, None
        if asker is not None:
            await asker.leave()

    async def _enter(self) -> Asker:
        """Open a session, and learn the indexes of the namespaces."""
        self._asker = asker = Asker(over_tcp(self._place), self._place, _MANNERS, lambda _: None)
        await asker.enter()
        known = await asker.value(ids.Server_NamespaceArray)
        table = [str(one) for one in known] if isinstance(known, list | tuple) else []
        self._nodes = []
        for text in self._names:
            name = node_name(text)
            if isinstance(name.namespace, str) and name.namespace not in table:
                raise NothingAnswers(f"it has no namespace `{readable(name.namespace)}`")
            index = name.namespace if isinstance(name.namespace, int) else table.index(name.namespace)
            self._nodes.append((text, ua.NodeId(identifier_of(name.kind, name.identifier), index)))
        return asker

    async def _read(self, asker: Asker) -> Seen:
        found: list[object] = []
        for name, node in self._nodes:
            reply = await asker.ask(partial(asker.session.read, node))
            operation = reply.operation
            if operation in _NO_NODE:
                return Seen(fault=self._said(f"it has no node {name}", f"노드 없음: {name}"))
            if not (isinstance(operation, Status) and operation.is_good):
                return Seen(is_bad=True)
            value = reply.value
            found.extend(value if isinstance(value, list | tuple) else [value])
        return Seen(tuple(found))

    def _said(self, en: str, ko: str) -> Text:
        return Text(en=f"{self._place}: {readable(en)}", ko=f"{self._place}: {readable(ko)}")
