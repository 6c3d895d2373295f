"""Variables and methods of a server, found by browsing, and one node for each built-in type and rank."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from testbed.model.opcua.nodes import BUILTINS
from testbed.protocols.opcua import Status
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import Attribute, Item, Timestamps, ids
from testbed.testers.opcua.scouting import Asker

MOST_NODES = 5000
"""Nodes that are looked at (assumed; a controller has some hundreds)."""
MOST_METHODS = 20
"""Methods that are named."""
_DEEPEST = 16
"""Levels below Objects that are browsed (assumed)."""
_AT_ONCE, _VALUES_AT_ONCE = 20, 5
"""Nodes, and values, that are asked for at once (assumed; small servers allow as many)."""
_REFERENCES = 200
"""References of one node that are asked for at once."""
_MOST_PAGES = 50
"""Continuations of one browse that are followed (assumed)."""
_CANDIDATES = 3
"""Variables of each type and rank whose values are read."""
_MOST_ELEMENTS = 10_000
"""Elements of an array that a draft offers (assumed)."""
_LONGEST = 200
"""Characters of a node id that a draft offers (assumed)."""
_OBJECT, _VARIABLE, _METHOD = 1, 2, 4
_WRITE = 2
"""Bit of AccessLevel (OPC 10000-3, 8.57)."""

Kind = tuple[str, str]
"""Built-in type and rank, each `?` where the attributes do not tell."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A variable."""

    node: ua.NodeId
    can_be_written: bool = False
    type: str = "?"
    """Its built-in type by its attributes."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A variable whose value was read."""

    text: str
    """Its node id, as a declaration writes it."""
    type: str
    lengths: tuple[int, ...]
    seen: Seen
    value: object


@dataclass
class Crawl:
    """What browsing found."""

    variables: list[ua.NodeId] = field(default_factory=list)
    methods: list[tuple[ua.NodeId, ua.NodeId, str]] = field(default_factory=list)
    """Object, method, and browse name."""
    is_whole: bool = True
    _seen: set[ua.NodeId] = field(default_factory=set)
    _waiting: deque[tuple[ua.NodeId, int]] = field(default_factory=deque)

    async def go(self, asker: Asker) -> None:
        """Browse from the Objects folder down, the standard's own nodes left out."""
        asker.purpose = "nodes"
        self._waiting.append((ids.ObjectsFolder, 0))
        at_once = _AT_ONCE
        while self._waiting:
            if len(self._seen) >= MOST_NODES or asker.sent >= asker.manners.reads // 2:
                self.is_whole = False  # the other half is for types and values
                return
            some = [self._waiting.popleft() for _ in range(min(at_once, len(self._waiting)))]
            reply = await asker.ask(lambda nodes=[node for node, _ in some]: _browse(asker, nodes))  # type: ignore[misc]
            results = reply.results
            if not isinstance(results, tuple) or len(results) != len(some):
                if at_once > 1:  # it takes no more at once
                    at_once = 1
                    self._waiting.extendleft(reversed(some))
                continue
            for (node, depth), result in zip(some, results, strict=True):
                self._take(node, depth, result.References or ())
                await self._go_on(asker, node, depth, result.ContinuationPoint)

    async def _go_on(self, asker: Asker, node: ua.NodeId, depth: int, point: bytes | None) -> None:
        """Follow the continuation point of a browse, to a bound."""
        for _ in range(_MOST_PAGES):
            if not point or len(self._seen) >= MOST_NODES:
                break
            reply = await asker.ask(lambda point=point: asker.session.browse_next(point))  # type: ignore[misc]
            result = reply.result
            if not isinstance(result, ua.BrowseResult):
                return
            self._take(node, depth, result.References or ())
            point = result.ContinuationPoint
        if point:
            self.is_whole = False
            await asker.ask(lambda: asker.session.browse_next(point, release=True))

    def _take(self, parent: ua.NodeId, depth: int, references: Sequence[Any]) -> None:
        for one in references:
            node = _local(one.NodeId)
            if node is None or node in self._seen or node == ids.Server:
                continue
            if len(self._seen) >= MOST_NODES:
                self.is_whole = False
                return
            self._seen.add(node)
            kind = int(one.NodeClass)
            if kind == _OBJECT and depth < _DEEPEST:
                self._waiting.append((node, depth + 1))
            elif node.NamespaceIndex == 0:
                continue
            elif kind == _VARIABLE and not _is_property(one):
                self.variables.append(node)
            elif kind == _METHOD and len(self.methods) < MOST_METHODS:
                self.methods.append((parent, node, str(one.BrowseName.Name or "")))


@dataclass
class Choice:
    """A node for each built-in type and rank."""

    read: dict[Kind, Picked] = field(default_factory=dict)
    """One to read of each kind, whose value did not change meanwhile where there is such a one."""
    write: dict[Kind, Picked] = field(default_factory=dict)
    """One of each kind that this user may write."""


async def choose(asker: Asker, crawl: Crawl, namespaces: Sequence[str], choice: Choice) -> None:
    """Choose variables of every kind by their attributes, and read their values, twice."""
    asker.purpose = "types of variables"
    kinds: dict[tuple[Kind, bool], list[Seen]] = {}
    for at in range(0, len(crawl.variables), _AT_ONCE):
        for kind, seen in await _kinds(asker, crawl.variables[at : at + _AT_ONCE]):
            alike = kinds.setdefault((kind, seen.can_be_written), [])
            if len(alike) < (_CANDIDATES if "?" not in kind else 2 * _CANDIDATES):
                alike.append(seen)
    asker.purpose = "values"
    candidates = [seen for alike in kinds.values() for seen in alike]
    picked = [one async for one in _picked(asker, candidates, namespaces)]
    again = [one.seen for one in picked]
    now = {one.text: one.value async for one in _picked(asker, again, namespaces)}

    def worth(one: Picked) -> tuple[bool, bool, bool]:
        return now.get(one.text) != one.value, one.type != one.seen.type, one.seen.can_be_written

    for one in sorted(picked, key=worth):
        kind = (one.type, ("scalar", "array", "matrix")[min(len(one.lengths), 2)])
        choice.read.setdefault(kind, one)
        if one.seen.can_be_written:
            choice.write.setdefault(kind, one)


async def _kinds(asker: Asker, nodes: Sequence[ua.NodeId]) -> Iterable[tuple[Kind, Seen]]:
    wanted = (Attribute.DataType, Attribute.ValueRank, Attribute.AccessLevel, Attribute.UserAccessLevel)
    items = [Item(node, attribute) for node in nodes for attribute in wanted]
    reply = await asker.ask(lambda: asker.session.read(*items, timestamps=Timestamps.Neither))
    values = reply.values
    if not isinstance(values, tuple) or len(values) != len(items):
        if len(nodes) == 1:
            return []
        return [one for node in nodes for one in await _kinds(asker, [node])]
    found = []
    for at, node in enumerate(nodes):
        data_type, rank, *levels = values[4 * at : 4 * at + 4]
        bits = [level for level in levels if isinstance(level, int)]
        can_be_written = bool(bits) and all(level & _WRITE for level in bits)
        ranked = "scalar" if rank == -1 else "array" if rank == 1 else "matrix" if _is_many(rank) else "?"
        kind = _builtin(data_type)
        found.append(((kind, ranked), Seen(node, can_be_written, kind)))
    return found


def _is_many(rank: object) -> bool:
    return isinstance(rank, int) and rank > 1


def _builtin(data_type: object) -> str:
    """Return the name of a built-in type; `?` of any other, which only a value tells."""
    if not isinstance(data_type, ua.NodeId) or data_type.NamespaceIndex != 0:
        return "?"
    number = data_type.Identifier
    is_known = isinstance(number, int) and 0 < number <= len(BUILTINS)
    return BUILTINS[number - 1] if is_known else "?"


async def _picked(asker: Asker, candidates: Sequence[Seen], namespaces: Sequence[str]) -> Any:
    """Yield those whose values can be read, and stand in a declaration."""
    for at in range(0, len(candidates), _VALUES_AT_ONCE):
        some = candidates[at : at + _VALUES_AT_ONCE]
        reply = await asker.ask(lambda some=some: asker.session.read(*(one.node for one in some)))  # type: ignore[misc]
        if _is_whole(reply, len(some)):
            replies = list(reply.data_values)  # type: ignore[arg-type]  # it is no Instead
        else:
            replies = [await _alone(asker, one) for one in some]
        for seen, value in zip(some, replies, strict=True):
            held = value.Value if isinstance(value, ua.DataValue) and _is_good(value) else None
            text = text_of(seen.node, namespaces)
            if held is not None and text is not None and (told := _told(held)) is not None:
                kind, lengths = told
                yield Picked(text, "Variant" if seen.type == "Variant" else kind, lengths, seen, held.Value)


async def _alone(asker: Asker, seen: Seen) -> Any:
    return (await asker.ask(lambda: asker.session.read(seen.node))).data_value


def _is_whole(reply: Reply, count: int) -> bool:
    return isinstance(reply.data_values, tuple) and len(reply.data_values) == count


def _is_good(value: ua.DataValue) -> bool:
    return value.StatusCode is None or Status(value.StatusCode.value).is_good


def _told(held: ua.Variant) -> tuple[str, tuple[int, ...]] | None:
    """Return the built-in type and the lengths of a value; None where a declaration has no use for it."""
    if held.VariantType.name not in BUILTINS:
        return None
    lengths: tuple[int, ...] = ()
    if held.is_array:
        many = held.Dimensions and len(held.Dimensions) > 1
        lengths = tuple(held.Dimensions) if many else (len(held.Value or ()),)
    size = 1
    for length in lengths:
        size *= length
    return (held.VariantType.name, lengths) if 0 < size <= _MOST_ELEMENTS else None


def text_of(node: ua.NodeId, namespaces: Sequence[str]) -> str | None:
    """Return a node id as a declaration writes it; None where it cannot be written there."""
    identifier = node.Identifier
    if isinstance(identifier, int):
        kind, said = "i", str(identifier)
    elif isinstance(identifier, str):
        kind, said = "s", identifier
    elif isinstance(identifier, bytes):
        kind, said = "b", base64.b64encode(identifier).decode()
    else:
        kind, said = "g", str(identifier)
    if not said or not said.isprintable() or len(said) > _LONGEST:
        return None
    index = node.NamespaceIndex
    if index == 0:
        return f"{kind}={said}"
    if index >= len(namespaces) or not namespaces[index].isprintable():
        return f"ns={index};{kind}={said}"
    uri = namespaces[index].replace("%", "%25").replace(";", "%3B")
    return f"nsu={uri};{kind}={said}" if uri else f"ns={index};{kind}={said}"


def _local(node: Any) -> ua.NodeId | None:
    """Return a target on this server as a plain node id; None where it is another server's."""
    if getattr(node, "ServerIndex", 0) or getattr(node, "NamespaceUri", None):
        return None
    return ua.NodeId(node.Identifier, node.NamespaceIndex)


def _is_property(reference: Any) -> bool:
    return bool(_local(reference.TypeDefinition) == ids.PropertyType)


async def _browse(asker: Asker, nodes: Sequence[ua.NodeId]) -> Reply:
    return await asker.session.browse_many(*nodes, classes=_OBJECT | _VARIABLE | _METHOD, most=_REFERENCES)
