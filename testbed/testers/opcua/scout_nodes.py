"""Variables and methods of a server, found by browsing, and node ids as a declaration writes them."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import ids
from testbed.testers.opcua.scouting import Asker

MOST_NODES = 5000
"""Nodes that are looked at (assumed; a controller has some hundreds)."""
MOST_METHODS = 20
"""Methods that are named."""
_DEEPEST = 16
"""Levels below Objects that are browsed (assumed)."""
_AT_ONCE = 20
"""Nodes that are asked for at once (assumed; small servers allow as many)."""
_REFERENCES = 200
"""References of one node that are asked for at once."""
_MOST_PAGES = 50
"""Continuations of one browse that are followed (assumed)."""
_LONGEST = 200
"""Characters of a node id that a draft offers (assumed)."""
_OBJECT, _VARIABLE, _METHOD = 1, 2, 4
_INPUTS = "InputArguments"
"""Browse name of the property with what a method wants (OPC 10000-3, 5.7)."""


@dataclass
class Crawl:
    """What browsing found."""

    variables: list[ua.NodeId] = field(default_factory=list)
    methods: list[tuple[ua.NodeId, ua.NodeId, str]] = field(default_factory=list)
    """Object, method, and browse name."""
    inputs: dict[ua.NodeId, tuple[Any, ...] | None] = field(default_factory=dict)
    """The input arguments of each method that was asked; None where they cannot be read."""
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

    async def ask_inputs(self, asker: Asker) -> None:
        """Read what each method wants (OPC 10000-3, 5.7): it has no such property where that is nothing."""
        asker.purpose = "arguments of methods"
        for _, method, _ in self.methods:
            reply = await asker.ask(lambda node=method: _browse(asker, [node]))  # type: ignore[misc]
            found = reply.result
            if not isinstance(found, ua.BrowseResult):
                self.inputs[method] = None
                continue
            properties = (one for one in found.References or () if one.BrowseName.Name == _INPUTS)
            nodes = [node for one in properties if (node := _local(one.NodeId)) is not None]
            value = await asker.value(nodes[0]) if nodes else ()
            listed = value if isinstance(value, list | tuple) else (None,)
            self.inputs[method] = tuple(listed) if all(hasattr(one, "ValueRank") for one in listed) else None

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
