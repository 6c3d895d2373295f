"""Controllers that go wrong in Browse (OPC 10000-4 1.05.04, 5.9.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncua import ua

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua.status import status

if TYPE_CHECKING:
    from device_simulators.opcua.nodes import Key, Node, Reference

ALL_FIELDS = 63
HIERARCHICAL = ua.ObjectIds.HierarchicalReferences


@mutant("UA-BROWSE-FORWARD", "UA-BROWSE-RESULT-FIELDS", "UA-BROWSE-RESULT-MASK", "UA-BROWSE-EXACT-TYPE")
class ForgetsOrganizedNodes(Plc):
    """Shows what the Objects folder has for components, but not what it organizes."""

    def matches(self, one: Reference, item: ua.BrowseDescription, kinds: frozenset[Key] | None) -> bool:
        """Leave out the Server object below the Objects folder, where hierarchical references are browsed."""
        hides = item.NodeId == ua.NodeId(ua.ObjectIds.ObjectsFolder) and one.target == (
            0,
            ua.ObjectIds.Server,
        )
        return not hides and super().matches(one, item, kinds)


@mutant("UA-BROWSE-INVERSE", "UA-BROWSE-BOTH")
class BrowsesForwardOnly(Plc):
    """Finds nothing against the references of the standard's nodes."""

    def matches(self, one: Reference, item: ua.BrowseDescription, kinds: frozenset[Key] | None) -> bool:
        """Let inverse references match where both directions are asked for, only."""
        against = int(item.BrowseDirection) == ua.BrowseDirection.Inverse and not item.NodeId.NamespaceIndex
        return not against and super().matches(one, item, kinds)


@mutant("UA-BROWSE-BOTH")
class BrowsesBothAsForward(Plc):
    """Takes a browse in both directions for one forward."""

    def runs(self, one: Reference, direction: int) -> bool:
        """Leave inverse references out of a browse in both directions."""
        both = direction == ua.BrowseDirection.Both
        return super().runs(one, int(ua.BrowseDirection.Forward) if both else direction)


@mutant("UA-BROWSE-RESULT-FIELDS", "UA-BROWSE-RESULT-MASK")
class NamesNoTypeDefinition(Plc):
    """Describes references without the type definition of their targets."""

    def type_definition(self, node: Node) -> ua.ExpandedNodeId:  # noqa: ARG002 - as the rule
        """Return null for every node."""
        return ua.ExpandedNodeId()


@mutant("UA-BROWSE-RESULT-MASK")
class IgnoresResultMask(Plc):
    """Describes references with all fields, whatever was asked for."""

    def described(self, one: Reference, mask: int) -> ua.ReferenceDescription:  # noqa: ARG002 - that is it
        """Describe all fields."""
        return super().described(one, ALL_FIELDS)


@mutant("UA-BROWSE-CLASS-MASK")
class IgnoresNodeClassMask(Plc):
    """Returns references to nodes of every class, whatever was asked for."""

    def leads_to_class(self, one: Reference, mask: int) -> bool:  # noqa: ARG002 - that is it
        """Let every class pass."""
        return True


@mutant("UA-BROWSE-CLASS-MASK")
class ComparesNodeClassMask(Plc):
    """Takes the node class mask for one class."""

    def leads_to_class(self, one: Reference, mask: int) -> bool:
        """Let only that class pass."""
        return not mask or self.space[one.target].node_class == mask


@mutant("UA-BROWSE-EXACT-TYPE")
class AlwaysIncludesSubtypes(Plc):
    """Follows subtypes of a reference type where they are not asked for."""

    def reference_types(self, kind: ua.NodeId, *, subtypes: bool) -> frozenset[Key] | None:  # noqa: ARG002
        """Include subtypes always."""
        return super().reference_types(kind, subtypes=True)


@mutant("UA-BROWSE-EXACT-TYPE")
class NeedsSubtypes(Plc):
    """Finds nothing where subtypes are not asked for."""

    def reference_types(self, kind: ua.NodeId, *, subtypes: bool) -> frozenset[Key] | None:
        """Return no type at all."""
        found = super().reference_types(kind, subtypes=subtypes)
        return found if subtypes else frozenset()


@mutant("UA-BROWSE-ALL-TYPES")
class NullTypeIsHierarchical(Plc):
    """Takes a browse without a reference type for one along hierarchical references."""

    def reference_types(self, kind: ua.NodeId, *, subtypes: bool) -> frozenset[Key] | None:
        """Replace the null type."""
        return super().reference_types(ua.NodeId(HIERARCHICAL) if kind.is_null() else kind, subtypes=subtypes)


@mutant("UA-BROWSE-RESULTS-ORDER")
class SortsBrowseResults(Plc):
    """Returns bad results of a Browse behind the good ones."""

    def browse(self, session: Any, request: ua.BrowseRequest) -> ua.BrowseResponse:
        """Sort the results."""
        response = super().browse(session, request)
        response.Results.sort(key=lambda one: bool(one.StatusCode.value))
        return response


@mutant("UA-BROWSE-NODE-UNKNOWN", "UA-BROWSE-RESULTS-ORDER")
class BrowsesUnknownNodes(Plc):
    """Finds no references at a node that does not exist, and thinks that good."""

    def browse_one(
        self, session: Any, item: ua.BrowseDescription, most: int, earlier: list[bytes]
    ) -> ua.BrowseResult:
        """Return a good result without references."""
        found = super().browse_one(session, item, most, earlier)
        return ua.BrowseResult() if found.StatusCode.value == status.BadNodeIdUnknown else found


@mutant("UA-BROWSE-REFERENCE-TYPE-INVALID")
class AnyNodeIsReferenceType(Plc):
    """Takes every node for a reference type, of which there happen to be no references."""

    def reference_types(self, kind: ua.NodeId, *, subtypes: bool) -> frozenset[Key] | None:
        """Return no type instead of a refusal."""
        try:
            return super().reference_types(kind, subtypes=subtypes)
        except Failed:
            return frozenset()


@mutant("UA-BROWSE-DIRECTION-INVALID")
class AnyDirectionIsForward(Plc):
    """Takes a direction that is not defined for a good one."""

    def check_direction(self, direction: int) -> None:
        """Let every direction pass."""


@mutant("UA-BROWSE-VIEW-UNKNOWN")
class IgnoresViews(Plc):
    """Browses the whole address space where a view is asked for."""

    def check_view(self, view: ua.ViewDescription) -> None:
        """Let every view pass."""
