"""One variable of a server for each built-in type and rank, chosen by its attributes and its value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from testbed.model.opcua.nodes import BUILTINS
from testbed.protocols.opcua import Status
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import Attribute, Item, Timestamps
from testbed.testers.opcua.scout_nodes import Crawl, text_of
from testbed.testers.opcua.scouting import Asker

_AT_ONCE, _VALUES_AT_ONCE = 20, 5
"""Nodes, and values, that are asked for at once (assumed; small servers allow as many)."""
_CANDIDATES = 3
"""Variables of each type and rank whose values are read."""
_MOST_ELEMENTS = 10_000
"""Elements of an array that a draft offers (assumed)."""
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
        kind = builtin(data_type)
        found.append(((kind, ranked), Seen(node, can_be_written, kind)))
    return found


def _is_many(rank: object) -> bool:
    return isinstance(rank, int) and rank > 1


def builtin(data_type: object) -> str:
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
            replies = list(reply.data_values)
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
