"""Controllers that go wrong in TranslateBrowsePathsToNodeIds (OPC 10000-4 1.05.04, 5.9.4, 7.31)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncua import ua

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua.status import status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device_simulators.opcua.nodes import Key


@mutant("UA-TRANSLATE-PATH", "UA-TRANSLATE-NO-MATCH", "UA-TRANSLATE-NO-NAME")
class FollowsFirstNameOnly(Plc):
    """Follows the first element of a path, and returns what that leads to."""

    def translate_one(self, path: ua.BrowsePath) -> ua.BrowsePathResult:
        """Cut the path."""
        elements = ua.RelativePath(Elements=list(path.RelativePath.Elements or ())[:1])
        return super().translate_one(ua.BrowsePath(StartingNode=path.StartingNode, RelativePath=elements))


@mutant("UA-TRANSLATE-REMAINING")
class CountsFollowedElements(Plc):
    """Returns how many elements of a path remain instead of the index of the first one."""

    def target(self, node: Key) -> ua.BrowsePathTarget:
        """Return 0, as none remains."""
        return replace(super().target(node), RemainingPathIndex=0)


@mutant("UA-TRANSLATE-NO-MATCH", "UA-TRANSLATE-NAMESPACE", "UA-TRANSLATE-INVERSE", "UA-TRANSLATE-EXACT-TYPE")
class NoMatchIsGood(Plc):
    """Returns a good result without a target where a path matches nothing."""

    def translate_one(self, path: ua.BrowsePath) -> ua.BrowsePathResult:
        """Return no target instead of a refusal."""
        found = super().translate_one(path)
        return ua.BrowsePathResult() if found.StatusCode.value == status.BadNoMatch else found


@mutant("UA-TRANSLATE-NAMESPACE")
class ComparesNamesAlone(Plc):
    """Compares the names of a path without their namespaces."""

    def is_called(self, node: Key, name: ua.QualifiedName) -> bool:
        """Compare the text."""
        return bool(self.space[node].name.Name == name.Name)


@mutant("UA-TRANSLATE-EMPTY-PATH")
class EmptyPathIsTheStart(Plc):
    """Returns the starting node where a path has no element."""

    def check_elements(self, elements: Sequence[ua.RelativePathElement]) -> None:
        """Let a path without an element pass."""
        if elements:
            super().check_elements(elements)


@mutant("UA-TRANSLATE-NO-NAME")
class FollowsElementsWithoutName(Plc):
    """Looks for a node without a name, and finds none."""

    def is_named(self, element: ua.RelativePathElement) -> bool:  # noqa: ARG002 - that is it
        """Let every element pass."""
        return True


@mutant("UA-TRANSLATE-START-UNKNOWN", "UA-TRANSLATE-RESULTS-ORDER")
class UnknownStartMatchesNothing(Plc):
    """Says of a path from a node that does not exist that it matches nothing."""

    def check_start(self, start: ua.NodeId) -> None:
        """Refuse with the wrong code."""
        try:
            super().check_start(start)
        except Failed as failed:
            raise Failed(status.BadNoMatch) from failed


@mutant("UA-TRANSLATE-INVERSE")
class FollowsForwardOnly(Plc):
    """Follows every element of a path forward."""

    def runs_along(self, element: ua.RelativePathElement, *, forward: bool) -> bool:  # noqa: ARG002
        """Go forward."""
        return forward


@mutant("UA-TRANSLATE-EXACT-TYPE")
class FollowsSubtypes(Plc):
    """Follows subtypes of a reference type where a path excludes them."""

    def element_types(self, element: ua.RelativePathElement) -> frozenset[Key] | None:
        """Include subtypes always."""
        return super().element_types(replace(element, IncludeSubtypes=True))


@mutant("UA-TRANSLATE-EXACT-TYPE")
class FollowsNothingWithoutSubtypes(Plc):
    """Follows no reference where a path excludes subtypes."""

    def element_types(self, element: ua.RelativePathElement) -> frozenset[Key] | None:
        """Return no type at all."""
        found = super().element_types(element)
        return found if element.IncludeSubtypes else frozenset()


@mutant("UA-TRANSLATE-ALL-TYPES")
class NullElementIsHierarchical(Plc):
    """Follows hierarchical references where a path names no reference type."""

    def element_types(self, element: ua.RelativePathElement) -> frozenset[Key] | None:
        """Replace the null type."""
        if element.ReferenceTypeId.is_null():
            element = replace(element, ReferenceTypeId=ua.NodeId(ua.ObjectIds.HierarchicalReferences))
        return super().element_types(element)


@mutant("UA-TRANSLATE-TYPE-INVALID")
class AnyTypeLeadsOn(Plc):
    """Follows all references where what a path names is no reference type."""

    def element_types(self, element: ua.RelativePathElement) -> frozenset[Key] | None:
        """Return all types instead of a refusal."""
        try:
            return super().element_types(element)
        except Failed:
            return None


@mutant("UA-TRANSLATE-RESULTS-ORDER")
class SortsTranslations(Plc):
    """Returns bad results of a translation behind the good ones."""

    def translate(
        self, session: Any, request: ua.TranslateBrowsePathsToNodeIdsRequest
    ) -> ua.TranslateBrowsePathsToNodeIdsResponse:
        """Sort the results."""
        response = super().translate(session, request)
        response.Results.sort(key=lambda one: bool(one.StatusCode.value))
        return response
