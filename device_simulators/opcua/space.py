"""An address space made of layers (OPC 10000-3 1.05.04, 4).

A layer at the bottom is shared by all devices and never changes. A device lays its own over it: what it
changes is copied first, what it removes is remembered as gone. So a further device costs what it differs in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncua import ua

from device_simulators.opcua.nodes import Key, Node, Reference, key, standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

HAS_SUBTYPE = standard("HasSubtype")
AGGREGATES = standard("Aggregates")


class Space:
    """Nodes by their key, laid over those of a shared layer.

    Args:
        below: the shared layer; it must not change any more.
    """

    def __init__(self, below: Mapping[Key, Node] | None = None) -> None:
        self._below = below or {}
        self._own: dict[Key, Node | None] = {}
        self._closures: dict[Key, frozenset[Key]] = {}

    def find(self, node: Key) -> Node | None:
        """Return a node to look at, None if there is none; to change it ask :meth:`own`."""
        try:
            return self._own[node]
        except KeyError:
            return self._below.get(node)

    def __getitem__(self, node: Key) -> Node:
        found = self.find(node)
        if found is None:
            raise KeyError(node)
        return found

    def __contains__(self, node: Key) -> bool:
        return self.find(node) is not None

    def __iter__(self) -> Iterator[Key]:
        yield from (node for node in self._below if node not in self._own)
        yield from (node for node, found in self._own.items() if found is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def owned(self) -> int:
        """How many nodes this layer adds, changes or removes."""
        return len(self._own)

    def frozen(self) -> Mapping[Key, Node]:
        """Return all layers as one, to lay other ones over it."""
        return {node: self[node] for node in self}

    # Changes

    def add(self, node: Node) -> Node:
        """Add a node, or replace one.

        Returns:
            the node, which may be changed.
        """
        self._own[key(node.node_id)] = node
        return node

    def own(self, node: Key) -> Node:
        """Return a node that may be changed: a copy in this layer, where it was in the shared one.

        Raises:
            KeyError: there is no such node.
        """
        found = self._own.get(node) or self[node].writable()
        self._own[node] = found
        return found

    def refer(self, source: Key, kind: Key, target: Key) -> None:
        """Add a reference, and its inverse at the target; one that is there already stays alone."""
        self._attach(source, Reference(kind, is_forward=True, target=target))
        self._attach(target, Reference(kind, is_forward=False, target=source))
        if kind == HAS_SUBTYPE:
            self._closures.clear()

    def _attach(self, node: Key, reference: Reference) -> None:
        if reference not in self[node].references:
            self.own(node).references[reference] = None

    def refer_all(self, references: Iterable[tuple[Key, Key, Key]]) -> None:
        """Add many references (source, type, target) at once, as :meth:`refer` does one."""
        for source, kind, target in references:
            self.own(source).references[Reference(kind, is_forward=True, target=target)] = None
            self.own(target).references[Reference(kind, is_forward=False, target=source)] = None
        self._closures.clear()

    def remove(self, nodes: Iterable[Key]) -> None:
        """Remove nodes, and every reference to and from them."""
        gone = {node for node in nodes if node in self}
        touched = {reference.target for node in gone for reference in self[node].references} - gone
        for node in touched:
            if node in self:
                mine = self.own(node)
                mine.references = {one: None for one in mine.references if one.target not in gone}
        self._own.update(dict.fromkeys(gone))
        self._closures.clear()

    # Types

    def subtypes(self, kind: Key) -> frozenset[Key]:
        """Return a type and all types below it, along HasSubtype (10000-3, 7.10)."""
        found = self._closures.get(kind)
        if found is None:
            reached, waiting = {kind}, [kind]
            while waiting:
                node = self.find(waiting.pop())
                for reference in node.references if node else ():
                    if (
                        reference.type == HAS_SUBTYPE
                        and reference.is_forward
                        and reference.target not in reached
                    ):
                        reached.add(reference.target)
                        waiting.append(reference.target)
            found = self._closures[kind] = frozenset(reached)
        return found

    def supertype(self, kind: Key) -> Key | None:
        """Return the type above one, None at the root."""
        node = self.find(kind)
        for reference in node.references if node else ():
            if reference.type == HAS_SUBTYPE and not reference.is_forward:
                return reference.target
        return None

    def targets(self, source: Key, kind: Key, *, forward: bool = True) -> list[Key]:
        """Return what references of a type, or of one of its subtypes, lead to."""
        kinds = self.subtypes(kind)
        return [
            one.target for one in self[source].references if one.type in kinds and one.is_forward == forward
        ]

    def child(self, parent: Key, name: str, namespace: int = 0) -> Key | None:
        """Return the component or property with a BrowseName, None if there is none."""
        wanted = ua.QualifiedName(name, namespace)
        return next((one for one in self.targets(parent, AGGREGATES) if self[one].name == wanted), None)
