"""TranslateBrowsePathsToNodeIds (OPC 10000-4 1.05.04, 5.9.4, 7.31)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from asyncua import ua

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.nodes import Key, key
from device_simulators.opcua.operations import Operations
from device_simulators.opcua.reading import code
from device_simulators.opcua.space import Space
from testbed.protocols.opcua.status import status

if TYPE_CHECKING:
    from collections.abc import Sequence


ALL_DONE = 0xFFFFFFFF
"""Index of the remaining path where none remains (5.9.4.2)."""

TARGETS_MAX = 10_000
"""Nodes that are followed at once; a path without names could reach all of them."""


class BrowsePaths(Operations):
    """The rules of TranslateBrowsePathsToNodeIds, each a method of its own."""

    MAX_NODES_PER_TRANSLATE: ClassVar[int] = 250

    space: Space

    def translate(
        self,
        session: Any,  # noqa: ARG002 - as all services
        request: ua.TranslateBrowsePathsToNodeIdsRequest,
    ) -> ua.TranslateBrowsePathsToNodeIdsResponse:
        """Answer a TranslateBrowsePathsToNodeIds request."""
        paths = request.Parameters.BrowsePaths
        self.check_operations("translate", paths, self.MAX_NODES_PER_TRANSLATE)
        response = ua.TranslateBrowsePathsToNodeIdsResponse()
        response.Results = [self.translate_one(path) for path in paths]
        return response

    def translate_one(self, path: ua.BrowsePath) -> ua.BrowsePathResult:
        """Follow one path."""
        try:
            elements = path.RelativePath.Elements or ()
            self.check_start(path.StartingNode)
            self.check_elements(elements)
            reached = [key(path.StartingNode)]
            for element in elements:
                reached = self.follow(reached, element)
            return ua.BrowsePathResult(code(status.Good), [self.target(node) for node in reached])
        except Failed as failed:
            return ua.BrowsePathResult(code(failed.status))

    def check_start(self, start: ua.NodeId) -> None:
        """The starting node has to exist (5.9.4.4)."""
        if key(start) not in self.space:
            raise Failed(status.BadNodeIdUnknown)

    def check_elements(self, elements: Sequence[ua.RelativePathElement]) -> None:
        """A path has an element, and every one of them a name (5.9.4.2, 5.9.4.4, 7.31)."""
        if not elements:
            raise Failed(status.BadNothingToDo)
        if any(not self.is_named(element) for element in elements):
            raise Failed(status.BadBrowseNameInvalid)

    def is_named(self, element: ua.RelativePathElement) -> bool:
        """Whether an element has a target name (7.31)."""
        return bool(element.TargetName.Name)

    def follow(self, reached: Sequence[Key], element: ua.RelativePathElement) -> list[Key]:
        """Go one step from each node that was reached; more than one may match (5.9.4.2)."""
        kinds = self.element_types(element)
        found = {
            one.target: None
            for node in reached
            for one in self.space[node].references
            if (kinds is None or one.type in kinds)
            and self.runs_along(element, forward=one.is_forward)
            and self.is_called(one.target, element.TargetName)
        }
        if not found:
            raise Failed(status.BadNoMatch)
        return list(found)[:TARGETS_MAX]

    def element_types(self, element: ua.RelativePathElement) -> frozenset[Key] | None:
        """Return the types of reference to follow; None for all of them (7.31)."""
        kind = key(element.ReferenceTypeId)
        if element.ReferenceTypeId.is_null():
            return None
        node = self.space.find(kind)
        if node is None or node.node_class != ua.NodeClass.ReferenceType:
            raise Failed(status.BadReferenceTypeIdInvalid)
        return self.space.subtypes(kind) if element.IncludeSubtypes else frozenset({kind})

    def runs_along(self, element: ua.RelativePathElement, *, forward: bool) -> bool:
        """An element goes forward, or against the references where it says so (7.31)."""
        return forward is not bool(element.IsInverse)

    def is_called(self, node: Key, name: ua.QualifiedName) -> bool:
        """A name agrees in its namespace too (7.31)."""
        return bool(self.space[node].name == name)

    def target(self, node: Key) -> ua.BrowsePathTarget:
        """Describe a node at the end of a path, of which nothing remains (5.9.4.2)."""
        found = self.space[node].node_id
        return ua.BrowsePathTarget(ua.ExpandedNodeId(found.Identifier, found.NamespaceIndex), ALL_DONE)
