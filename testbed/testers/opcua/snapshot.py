"""What a crawl found of a server's address space, for rules to look at (OPC 10000-3 1.05.04, 4 and 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from testbed.protocols.opcua import Status
from testbed.testers.opcua.requests import Attribute, ids
from testbed.testers.opcua.view_reply import Described, Link

OBJECT, VARIABLE, METHOD, OBJECT_TYPE, VARIABLE_TYPE, REFERENCE_TYPE, DATA_TYPE, VIEW = (
    1 << bit for bit in range(8)
)
"""Node classes (10000-3, 8.30)."""
INSTANCES = OBJECT | VARIABLE | METHOD | VIEW
HIERARCHICAL = frozenset(
    getattr(ids, name)
    for name in (
        "Organizes",
        "HasComponent",
        "HasOrderedComponent",
        "HasProperty",
        "HasSubtype",
        "HasEventSource",
        "HasNotifier",
    )
)
"""The hierarchical reference types of 10000-3, 7; those that other documents add are not judged."""


@dataclass(frozen=True)
class Held:
    """What one attribute was read as; of an array only its shape is kept, unless it is short."""

    status: Status
    type: str = "Null"
    """Name of the built-in type."""
    value: Any = None
    """The value; of an array its first elements."""
    dimensions: tuple[int, ...] = ()
    """Lengths of an array; none of a scalar."""
    is_array: bool = False


@dataclass(frozen=True)
class Known:
    """One node."""

    id: ua.NodeId
    node_class: int
    name: ua.QualifiedName | None
    """Class and BrowseName, as the reference that led here describes them."""
    browsed: Status
    """What a browse of the node resulted in."""
    references: tuple[Described, ...] = ()
    attributes: Mapping[int, Held] = field(default_factory=dict)

    def links(self, kind: ua.NodeId, *, forward: bool = True) -> Iterator[Described]:
        """Yield the references of a type in one direction."""
        return (one for one in self.references if one.type == kind and bool(one.is_forward) is forward)

    def value(self, attribute: int) -> Any:
        """Return an attribute that was read; None where it was not."""
        held = self.attributes.get(attribute)
        return held.value if held is not None else None

    @property
    def held(self) -> Held | None:
        """The Value of a Variable, if it could be read."""
        held = self.attributes.get(Attribute.Value)
        return held if held is not None and held.status.is_good else None

    @property
    def links_all(self) -> frozenset[Link]:
        """All references: type, direction, target."""
        nowhere = ua.NodeId()
        return frozenset(
            Link(one.type or nowhere, bool(one.is_forward), one.node or nowhere) for one in self.references
        )


@dataclass(frozen=True)
class Snapshot:
    """All nodes that were found below Objects and Views, and the types that these use."""

    nodes: Mapping[ua.NodeId, Known]
    namespaces: tuple[str, ...]
    stopped: str = ""
    """Why the crawl did not come to its end; empty where it did."""

    @property
    def own(self) -> Iterator[Known]:
        """The nodes of the server's own namespaces."""
        return (one for one in self.nodes.values() if one.id.NamespaceIndex)

    def of(self, classes: int, among: Iterable[Known] | None = None) -> Iterator[Known]:
        """Yield nodes of some classes, of the server's own namespaces where no others are named."""
        return (one for one in (self.own if among is None else among) if one.node_class & classes)

    @property
    def variables(self) -> Iterator[Known]:
        """Every Variable, those of the standard's instances too."""
        return self.of(VARIABLE, self.nodes.values())

    def child(self, node: Known, kind: ua.NodeId, name: str) -> Known | None:
        """Return the target of a reference by its BrowseName in namespace 0."""
        wanted = ua.QualifiedName(name, 0)
        found = (one.node for one in node.links(kind) if one.name == wanted)
        target = next(found, None)
        return self.nodes.get(target) if target is not None else None

    def supertypes(self, kind: ua.NodeId) -> Iterator[ua.NodeId]:
        """Yield a type and the types above it, as far as they are known and no loop begins."""
        seen: set[ua.NodeId] = set()
        waiting: ua.NodeId | None = kind
        while waiting is not None and waiting not in seen:
            seen.add(waiting)
            yield waiting
            node = self.nodes.get(waiting)
            above = node.links(ids.HasSubtype, forward=False) if node is not None else iter(())
            waiting = next((one.node for one in above), None)

    def with_nodes(self, nodes: Mapping[ua.NodeId, Known]) -> Snapshot:
        """Return a snapshot in which some nodes were looked at again."""
        return Snapshot({**self.nodes, **nodes}, self.namespaces, self.stopped)
