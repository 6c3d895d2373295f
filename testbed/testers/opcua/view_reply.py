"""What a reply of the View service set holds, so that a case can compare it whatever came.

OPC 10000-4 1.05.04: ReferenceDescription 7.30, BrowseResult 7.6, BrowsePathResult 5.9.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from asyncua import ua

from testbed.protocols.opcua import Status, status
from testbed.testers.answer import Answer, Array, Instead


class Link(NamedTuple):
    """A reference as seen from one of its ends."""

    type: ua.NodeId
    is_forward: bool
    node: ua.NodeId


class Described(NamedTuple):
    """A reference as a browse describes it; None stands for every field that is null."""

    type: ua.NodeId | None = None
    is_forward: bool | None = None
    node: ua.NodeId | None = None
    name: ua.QualifiedName | None = None
    display_name: str | None = None
    node_class: int | None = None
    type_definition: ua.NodeId | None = None

    @property
    def given(self) -> frozenset[str]:
        """Names of the fields that are not null, but for the target's NodeId."""
        return frozenset(name for name in self._fields if name != "node" and getattr(self, name) is not None)


class ViewReply(Answer):
    """Browses, translations and registrations of a reply; a fault has none of them."""

    message: Any
    results: Any

    @property
    def _browsed(self) -> Iterator[ua.BrowseResult]:
        found = () if isinstance(self.results, Instead) else self.results
        return (one for one in found if isinstance(one, ua.BrowseResult))

    @cached_property
    def described(self) -> Array:
        """The references of the first node that was browsed, described."""
        first = next(self._browsed, None)
        return Array(map(described, first.References or ())) if first is not None else Array()

    def reference_to(self, node: ua.NodeId) -> Described:
        """Return how the first node's reference to another one is described; no field where there is none."""
        return next((one for one in self.described if one.node == node), Described())

    @property
    def links(self) -> Array:
        """The references of the first node: type, direction and target."""
        return Array(map(link, self.described))

    @property
    def links_of_each(self) -> tuple[Array, ...]:
        """The references of every node that was browsed."""
        return tuple(
            Array(link(described(reference)) for reference in one.References or ()) for one in self._browsed
        )

    @property
    def points(self) -> tuple[bytes, ...]:
        """The continuation point of every node; empty where there is none."""
        return tuple(one.ContinuationPoint or b"" for one in self._browsed)

    @property
    def point(self) -> bytes:
        """The continuation point of the first node; empty where there is none."""
        return next(iter(self.points), b"")

    @property
    def endings(self) -> tuple[Status | bool, ...]:
        """How the result of each node ends: more waits (True), all is there (False), or why it is bad."""
        return tuple(_ending(one) for one in self._browsed)

    @property
    def path_targets(self) -> Array:
        """The nodes that the first browse path leads to."""
        return Array(one.TargetId for one in self._targets)

    @property
    def first_targets(self) -> Array:
        """The first node that each browse path leads to; none for a path that leads nowhere."""
        found = () if isinstance(self.results, Instead) else self.results
        paths = (one.Targets for one in found if isinstance(one, ua.BrowsePathResult))
        return Array(targets[0].TargetId for targets in paths if targets)

    @property
    def remaining(self) -> Array:
        """For each of these, the index of the first element of the path that was not followed."""
        return Array(one.RemainingPathIndex for one in self._targets)

    @property
    def _targets(self) -> list[ua.BrowsePathTarget]:
        first = None if isinstance(self.results, Instead) else next(iter(self.results), None)
        return list(first.Targets or ()) if isinstance(first, ua.BrowsePathResult) else []

    @property
    def node_ids(self) -> Array:
        """The ids that RegisterNodes returned."""
        is_registered = isinstance(self.message, ua.RegisterNodesResponse)
        return self.results if is_registered and isinstance(self.results, Array) else Array()


def described(one: ua.ReferenceDescription) -> Described:
    """Return a description of a reference with None for every field that is null."""
    return Described(
        None if one.ReferenceTypeId.is_null() else one.ReferenceTypeId,
        one.IsForward or None,
        one.NodeId,
        one.BrowseName if one.BrowseName.Name is not None else None,
        one.DisplayName.Text,
        int(one.NodeClass) or None,
        None if one.TypeDefinition.is_null() else one.TypeDefinition,
    )


def link(one: Described) -> Link:
    """Return what tells references apart."""
    return Link(one.type or ua.NodeId(), bool(one.is_forward), one.node or ua.NodeId())


def _ending(one: ua.BrowseResult) -> Status | bool:
    how = Status(one.StatusCode.value)
    return bool(one.ContinuationPoint) if how == status.Good else how
