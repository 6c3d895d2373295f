"""A crawl of a server's address space by Browse and Read, within bounds of nodes, references and time.

What hangs below Objects and Views is looked at, with the types that it uses. The standard's own types are
looked at only as far as instances use them: what else they hold is the standard's, and no claim of a device.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from asyncua import ua

from testbed.protocols.opcua import Status
from testbed.testers.answer import Instead
from testbed.testers.opcua.requests import FORWARD, INVERSE, Attribute, Item, Timestamps, ids, is_typed
from testbed.testers.opcua.snapshot import (
    DATA_TYPE,
    INSTANCES,
    METHOD,
    OBJECT,
    OBJECT_TYPE,
    REFERENCE_TYPE,
    VARIABLE,
    VARIABLE_TYPE,
    VIEW,
    Held,
    Known,
    Snapshot,
)
from testbed.testers.opcua.view_reply import Described, described
from testbed.testers.trouble import NotTestable

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client

MOST_NODES = 20_000
MOST_REFERENCES = 20_000
"""References of one node (assumed)."""
MOST_IN_ALL = 200_000
"""References of all nodes, both ways (assumed; twenty thousand nodes have ten each)."""
MOST_SECONDS = 60.0
AT_ONCE = 250
"""Nodes of one Browse and attributes of one Read, where the server states no less (assumed)."""
VALUES_AT_ONCE = 50
"""Values of one Read that are no arrays (assumed)."""
ARRAYS_AT_ONCE = 4
"""Other values of one Read: four of node-opcua, with a hundred thousand elements in each, can be read."""
KEPT = 16
"""Elements of an array that are kept."""
LONGEST = 4096
"""Characters or bytes of a value that are kept (assumed; the names that are judged have 512 at most)."""

_BASE = (Attribute.NodeId, Attribute.NodeClass, Attribute.BrowseName, Attribute.DisplayName)
_SHAPE = (Attribute.DataType, Attribute.ValueRank, Attribute.ArrayDimensions)
OF_CLASS: dict[int, tuple[int, ...]] = {
    OBJECT: (Attribute.EventNotifier,),
    VARIABLE: (*_SHAPE, Attribute.AccessLevel, Attribute.UserAccessLevel, Attribute.Historizing),
    METHOD: (Attribute.Executable, Attribute.UserExecutable),
    OBJECT_TYPE: (Attribute.IsAbstract,),
    VARIABLE_TYPE: (*_SHAPE, Attribute.IsAbstract),
    REFERENCE_TYPE: (Attribute.IsAbstract, Attribute.Symmetric),
    DATA_TYPE: (Attribute.IsAbstract, Attribute.DataTypeDefinition),
    VIEW: (Attribute.ContainsNoLoops, Attribute.EventNotifier),
}
"""Attributes that are read of each node class (10000-3, 5.3 to 5.8)."""


@dataclass
class Crawl:
    """One crawl with one client."""

    client: Client
    nodes: dict[ua.NodeId, Known] = field(default_factory=dict)
    stopped: str = ""
    browses: int = AT_ONCE
    reads: int = AT_ONCE
    references: int = 0
    until: float = math.inf
    """Time of the loop at which it is stopped."""

    async def run(self, namespaces: tuple[str, ...]) -> Snapshot:
        """Crawl; whatever stops it is said in the snapshot.

        Raises:
            Unanswered: silence or a close.
        """
        await self._learn_limits()
        self.until = asyncio.get_running_loop().time() + MOST_SECONDS
        waiting: dict[ua.NodeId, Described] = {
            node: Described(node=node, node_class=OBJECT) for node in (ids.ObjectsFolder, ids.ViewsFolder)
        }
        while waiting and not self.stopped:
            batch = [waiting.pop(node) for node in list(waiting)[: self.browses]]
            waiting |= self._keep(await self.look(batch))
            if len(self.nodes) > MOST_NODES:
                self.stopped = f"more than {MOST_NODES} nodes"
            self._look_at_clock()
        return Snapshot(self.nodes, namespaces, self.stopped)

    def _keep(self, fresh: Mapping[ua.NodeId, Known]) -> dict[ua.NodeId, Described]:
        """Keep nodes, unless they were looked at in part; return where the crawl goes on from them."""
        if self.stopped:
            return {}
        self.nodes |= fresh
        return {node: how for one in fresh.values() for node, how in _onward(one) if node not in self.nodes}

    def _look_at_clock(self) -> None:
        """Stop what takes too long: between nodes, and among the references and values of one."""
        if not self.stopped and asyncio.get_running_loop().time() > self.until:
            self.stopped = f"not done within {MOST_SECONDS:g} s"

    async def look(self, batch: Sequence[Described]) -> dict[ua.NodeId, Known]:
        """Browse some nodes and read their attributes."""
        found = {one.id: one for one in await self._browsed(batch)}
        wanted = [Item(one.id, attribute) for one in found.values() for attribute in _attributes(one)]
        held: dict[ua.NodeId, dict[int, Held]] = {node: {} for node in found}
        for item, value in await self._read(wanted, self.reads):
            held[item.node][item.attribute] = value
        if self.stopped:
            return {}
        values = [Item(one.id) for one in found.values() if _has_value(one, held[one.id])]
        for is_long, at_once in ((False, VALUES_AT_ONCE), (True, ARRAYS_AT_ONCE)):
            some = [item for item in values if _may_be_long(held[item.node]) is is_long]
            for item, value in await self._read(some, min(self.reads, at_once)):
                held[item.node][item.attribute] = value
        return {node: replace(one, attributes=held[node]) for node, one in found.items()}

    async def _learn_limits(self) -> None:
        for name, node in (
            ("browses", ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse),
            ("reads", ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead),
        ):
            try:
                setattr(self, name, min(await self.client.limit(node), AT_ONCE))
            except NotTestable:
                continue  # it states none

    async def _browsed(self, batch: Sequence[Described]) -> list[Known]:
        """Browse nodes in both directions; of the standard's types, what they hold and what is above them.

        Against their references those would name every instance that there is.
        """
        types = [one for one in batch if _is_standard_type(one)]
        others = [one for one in batch if not _is_standard_type(one)]
        found = []
        for some, forward, inverse in (
            (others, ids.References, ids.References),
            (types, ids.Aggregates, ids.HasSubtype),
        ):
            below = await self._browsed_along(some, FORWARD, forward)
            above = await self._browsed_along(some, INVERSE, inverse)
            for one, more in zip(below, above, strict=False):
                found.append(replace(one, references=one.references + more.references))
        return found

    async def _browsed_along(
        self, batch: Sequence[Described], direction: int, reference: ua.NodeId
    ) -> list[Known]:
        nodes = [one.node for one in batch if one.node is not None]
        if not nodes or self.stopped:
            return []
        reply = await self.client.browse_many(*nodes, direction=direction, reference=reference)
        results = list(reply.results) if not isinstance(reply.results, Instead) else []
        if len(results) != len(nodes):
            self.stopped = f"a Browse of {len(nodes)} nodes: {reply.status.title}, {len(results)} results"
            return []
        return [await self._known(one, result) for one, result in zip(batch, results, strict=True)]

    async def _known(self, how: Described, result: ua.BrowseResult) -> Known:
        references = [described(one) for one in result.References or ()]
        point, rounds = result.ContinuationPoint, 0
        while point and not self.stopped:
            reply = await self.client.browse_next(point)
            more, rounds = reply.described, rounds + 1
            references += more
            point = reply.point
            self._look_at_clock()
            if len(references) > MOST_REFERENCES or rounds > MOST_REFERENCES // 10:
                self.stopped = (
                    f"references of {how.node.to_string() if how.node else how.name} without an end"
                )
        self.references += len(references)
        if self.references > MOST_IN_ALL and not self.stopped:
            self.stopped = f"more than {MOST_IN_ALL} references"
        node = how.node if how.node is not None else ua.NodeId()
        code = Status(result.StatusCode.value)
        return Known(node, how.node_class or 0, how.name, code, tuple(references))

    async def _read(self, items: Sequence[Item], at_once: int) -> list[tuple[Item, Held]]:
        found: list[tuple[Item, Held]] = []
        for at in range(0, len(items), at_once):
            self._look_at_clock()
            if not self.stopped:
                found += await self._read_part(items[at : at + at_once])
        return found

    async def _read_part(self, items: Sequence[Item]) -> list[tuple[Item, Held]]:
        """Read attributes; where the answer would be too long, halves of them."""
        reply = await self.client.read(*items, timestamps=Timestamps.Neither)
        values = reply.data_values
        if not isinstance(values, Instead) and len(values) == len(items):
            return [(item, _of_its_type(item, _held(one))) for item, one in zip(items, values, strict=True)]
        if len(items) == 1:
            return [(items[0], Held(reply.status))]
        half = len(items) // 2
        return [*await self._read_part(items[:half]), *await self._read_part(items[half:])]


def _held(one: ua.DataValue) -> Held:
    """Return what is kept of a value, so that long arrays do not fill the memory."""
    code = Status(one.StatusCode.value) if one.StatusCode is not None else Status(0)
    variant = one.Value
    if variant is None:
        return Held(code)
    value, kind = variant.Value, variant.VariantType.name
    if not (variant.is_array or isinstance(value, list)):
        return Held(code, kind, _cut(value))
    dimensions = tuple(variant.Dimensions or ()) or (len(value or ()),)
    return Held(code, kind, tuple(map(_cut, (value or ())[:KEPT])), dimensions, is_array=True)


def _of_its_type(item: Item, held: Held) -> Held:
    """Return what an attribute was read as; a value of another type than the attribute's is left out."""
    if item.attribute == Attribute.Value or is_typed(item.attribute, held.type, is_array=held.is_array):
        return held
    return replace(held, value=None)


def _cut(value: Any) -> Any:
    """Return a value, of a long text or many bytes their beginning."""
    if isinstance(value, ua.LocalizedText):
        return ua.LocalizedText(_cut(value.Text), _cut(value.Locale))
    return value[:LONGEST] if isinstance(value, str | bytes) else value


def _attributes(one: Known) -> Iterator[int]:
    """Yield what is read of a node: of the standard's own nodes only what the values are judged by."""
    if not one.browsed.is_good:
        return
    if one.id.NamespaceIndex:
        yield from _BASE
        yield from OF_CLASS.get(one.node_class, ())
    elif one.node_class == VARIABLE:
        yield from (*_SHAPE, Attribute.UserAccessLevel)
    elif one.node_class & (OBJECT_TYPE | VARIABLE_TYPE):
        yield Attribute.IsAbstract


def _has_value(one: Known, held: dict[int, Held]) -> bool:
    readable = held.get(Attribute.UserAccessLevel)
    return one.node_class == VARIABLE and readable is not None and bool((readable.value or 0) & 1)


def _may_be_long(held: dict[int, Held]) -> bool:
    """Whether a value need not be a scalar, by its ValueRank."""
    return bool(held[Attribute.ValueRank].value != -1)


def _is_standard_type(one: Described) -> bool:
    is_type = bool(one.node_class) and not (one.node_class or 0) & INSTANCES
    return is_type and one.node is not None and not one.node.NamespaceIndex


def _onward(one: Known) -> Iterator[tuple[ua.NodeId, Described]]:
    """Yield where a crawl goes on from a node: instances below it, its types, and what these are made of."""
    for how in one.references:
        if how.node is not None and _leads_on(one, how, own=bool(how.node.NamespaceIndex)):
            yield how.node, how
    data_type = one.value(Attribute.DataType)
    if isinstance(data_type, ua.NodeId) and data_type.NamespaceIndex:
        yield data_type, Described(node=data_type, node_class=DATA_TYPE)


def _leads_on(one: Known, how: Described, *, own: bool) -> bool:
    """Say whether a crawl follows a reference; `own` where its target is the server's own."""
    if how.type == ids.HasSubtype and not how.is_forward:
        return True
    if not how.is_forward or how.type == ids.HasModellingRule:
        return False
    if how.type == ids.HasTypeDefinition:
        return own or bool(one.id.NamespaceIndex)
    return own or bool((how.node_class or 0) & INSTANCES)
