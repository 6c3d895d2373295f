"""Nodes and references (OPC 10000-3 1.05.04, 4 and 5)."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncua import ua

if TYPE_CHECKING:
    from datetime import datetime

    from device_simulators.opcua.bindings import Binding

Key = tuple[int, Any]
"""What tells nodes apart: index of the namespace, and identifier; its encoded form does not matter."""

GOOD = ua.StatusCode(0)


def key(node_id: ua.NodeId) -> Key:
    """Return what a node is found by."""
    return node_id.NamespaceIndex, node_id.Identifier


class Reference(NamedTuple):
    """A reference as seen from one of its ends."""

    type: Key
    is_forward: bool
    target: Key


class Node:
    """A node: its attributes, the references that start or end here, and what a Variable holds.

    Args:
        node_id: of the node.
        attributes: by attribute id, as Python values; one that is not here does not exist (10000-3, 5).
            The Value of a Variable is kept apart.
    """

    __slots__ = ("attributes", "binding", "node_id", "picoseconds", "references", "status", "time", "value")

    def __init__(self, node_id: ua.NodeId, attributes: dict[int, Any]) -> None:
        self.node_id = node_id
        self.attributes = attributes
        self.references: dict[Reference, None] = {}
        """In the order of their making; a dictionary, since a node may have thousands and each only once."""
        self.value: ua.Variant | None = None
        """None for a node that has no Value attribute."""
        self.status: ua.StatusCode = GOOD
        self.time: datetime | None = None
        """Source timestamp; None for a value that is as old as the device."""
        self.picoseconds: int | None = None
        self.binding: Binding | None = None
        """Where the value comes from instead, at each read."""

    @property
    def node_class(self) -> int:
        """Object 1, Variable 2, Method 4 … (10000-3, 8.30)."""
        return int(self.attributes[ua.AttributeIds.NodeClass])

    @property
    def name(self) -> ua.QualifiedName:
        """The BrowseName."""
        name: ua.QualifiedName = self.attributes[ua.AttributeIds.BrowseName]
        return name

    def writable(self) -> Node:
        """Return a copy that can be changed without a change of this one."""
        twin = copy(self)
        twin.attributes = self.attributes.copy()
        twin.references = self.references.copy()
        return twin


def standard(name: str) -> Key:
    """Return the key of a node of the standard by its symbolic name (asyncua's table)."""
    return 0, int(getattr(ua.ObjectIds, name))
