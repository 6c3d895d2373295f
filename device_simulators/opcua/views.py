"""Browse and BrowseNext, with continuation points (OPC 10000-4 1.05.04, 5.9.2, 5.9.3, 7.9)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, ClassVar

from asyncua import ua

from device_simulators.opcua.errors import Failed, Refused
from device_simulators.opcua.nodes import Key, Node, Reference, key, standard
from device_simulators.opcua.operations import Operations
from device_simulators.opcua.paths import BrowsePaths
from device_simulators.opcua.reading import code
from device_simulators.opcua.registering import Registering
from device_simulators.opcua.space import Space
from testbed.protocols.opcua.status import status

if TYPE_CHECKING:
    from collections.abc import Sequence

HAS_TYPE_DEFINITION = standard("HasTypeDefinition")

_TYPED = frozenset({int(ua.NodeClass.Object), int(ua.NodeClass.Variable)})

_POINT_BYTES = 16


class Browsing(Operations):
    """The rules of Browse and BrowseNext, each a method of its own."""

    MAX_NODES_PER_BROWSE: ClassVar[int] = 1000
    MAX_REFERENCES: ClassVar[int] = 1000
    """References in one result; more wait behind a continuation point (assumed)."""
    MAX_CONTINUATION_POINTS: ClassVar[int] = 10
    """Continuation points that a session may hold."""

    space: Space

    def browse(self, session: Any, request: ua.BrowseRequest) -> ua.BrowseResponse:
        """Answer a Browse request."""
        asked = request.Parameters
        self.check_operations("browse", asked.NodesToBrowse, self.MAX_NODES_PER_BROWSE)
        self.check_view(asked.View)
        most = self.references_at_once(asked.RequestedMaxReferencesPerNode)
        earlier = list(session.continuation_points)
        response = ua.BrowseResponse()
        response.Results = [self.browse_one(session, item, most, earlier) for item in asked.NodesToBrowse]
        return response

    def browse_next(self, session: Any, request: ua.BrowseNextRequest) -> ua.BrowseNextResponse:
        """Answer a BrowseNext request; where it only releases points, it has no results (5.9.3.2)."""
        asked = request.Parameters
        self.check_operations("browse_next", asked.ContinuationPoints, self.MAX_NODES_PER_BROWSE)
        points = [point or b"" for point in asked.ContinuationPoints]
        response = ua.BrowseNextResponse()
        if asked.ReleaseContinuationPoints:
            response.Parameters.Results = self.release(session, points)
        else:
            response.Parameters.Results = [self.browse_on(session, point) for point in points]
        return response

    # Rules of the request

    def check_view(self, view: ua.ViewDescription) -> None:
        """This server has no views but the whole address space (5.9.2.3, 7.45)."""
        if not view.ViewId.is_null():
            raise Refused(status.BadViewIdUnknown)

    def references_at_once(self, requested: int) -> int:
        """Return the references of one result; 0 leaves it to the server (5.9.2.2)."""
        return min(requested or self.MAX_REFERENCES, self.MAX_REFERENCES)

    # Rules of an operation

    def browse_one(
        self, session: Any, item: ua.BrowseDescription, most: int, earlier: list[bytes]
    ) -> ua.BrowseResult:
        """Browse one node; points of earlier requests may be freed for it, the oldest first."""
        try:
            node = self.node_to_browse(item.NodeId)
            kinds = self.reference_types(item.ReferenceTypeId, subtypes=item.IncludeSubtypes)
            self.check_direction(int(item.BrowseDirection))
            found = [one for one in node.references if self.matches(one, item, kinds)]
            if len(found) > most:
                self.make_room_for_point(session, earlier)
            return self.part(session, found, int(item.ResultMask), most)
        except Failed as failed:
            return ua.BrowseResult(code(failed.status))

    def node_to_browse(self, node_id: ua.NodeId) -> Node:
        """The node has to exist (5.9.2.4)."""
        node = self.space.find(key(node_id))
        if node is None:
            raise Failed(status.BadNodeIdUnknown)
        return node

    def reference_types(self, kind: ua.NodeId, *, subtypes: bool) -> frozenset[Key] | None:
        """Return the types of reference that are asked for; None for all of them (5.9.2.2)."""
        if kind.is_null():
            return None
        node = self.space.find(key(kind))
        if node is None or node.node_class != ua.NodeClass.ReferenceType:
            raise Failed(status.BadReferenceTypeIdInvalid)
        return self.space.subtypes(key(kind)) if subtypes else frozenset({key(kind)})

    def check_direction(self, direction: int) -> None:
        """Forward, inverse or both (7.5)."""
        if not ua.BrowseDirection.Forward <= direction <= ua.BrowseDirection.Both:
            raise Failed(status.BadBrowseDirectionInvalid)

    def matches(self, one: Reference, item: ua.BrowseDescription, kinds: frozenset[Key] | None) -> bool:
        """Whether a reference has the type, the direction and a target of the class that are asked for."""
        return (
            (kinds is None or one.type in kinds)
            and self.runs(one, int(item.BrowseDirection))
            and self.leads_to_class(one, int(item.NodeClassMask))
        )

    def runs(self, one: Reference, direction: int) -> bool:
        """Whether a reference has the direction that is asked for (7.5)."""
        if direction == ua.BrowseDirection.Both:
            return True
        return one.is_forward is (direction == int(ua.BrowseDirection.Forward))

    def leads_to_class(self, one: Reference, mask: int) -> bool:
        """Whether the target's NodeClass is in a mask, of which 0 means all (5.9.2.2)."""
        return not mask or bool(self.space[one.target].node_class & mask)

    def described(self, one: Reference, mask: int) -> ua.ReferenceDescription:
        """Describe a reference with the fields that are asked for (7.30); the others are null or 0."""
        target = self.space[one.target]
        wanted = ua.BrowseResultMask
        kind = self.space[one.type].node_id if mask & wanted.ReferenceTypeId else ua.NodeId()
        description = ua.ReferenceDescription(
            ReferenceTypeId=kind,
            IsForward=bool(mask & wanted.IsForward) and one.is_forward,
            NodeId=expanded(target.node_id),
            BrowseName=target.name if mask & wanted.BrowseName else ua.QualifiedName(None, 0),
            NodeClass=ua.NodeClass(target.node_class if mask & wanted.NodeClass else 0),
        )
        if mask & wanted.DisplayName:
            description.DisplayName = target.attributes[int(ua.AttributeIds.DisplayName)]
        if mask & wanted.TypeDefinition:
            description.TypeDefinition = self.type_definition(target)
        return description

    def type_definition(self, node: Node) -> ua.ExpandedNodeId:
        """Return the type of an Object or Variable, null for every other node (7.30)."""
        if node.node_class in _TYPED:
            for one in node.references:
                if one.type == HAS_TYPE_DEFINITION and one.is_forward:
                    return expanded(self.space[one.target].node_id)
        return ua.ExpandedNodeId()

    # Continuation points

    def make_room_for_point(self, session: Any, earlier: list[bytes]) -> None:
        """Free a point of an earlier request where a session holds as many as it may (7.9).

        Raises:
            Failed: all points are of this request.
        """
        while len(session.continuation_points) >= self.MAX_CONTINUATION_POINTS:
            if not earlier:
                raise Failed(status.BadNoContinuationPoints)
            session.continuation_points.pop(earlier.pop(0), None)

    def part(self, session: Any, found: Sequence[Reference], mask: int, most: int) -> ua.BrowseResult:
        """Return the first of some references; a point that nobody can guess stands for the rest."""
        point = None
        if len(found) > most:
            point = secrets.token_bytes(_POINT_BYTES)
            session.continuation_points[point] = (found[most:], mask, most)
        return ua.BrowseResult(code(status.Good), point, [self.described(one, mask) for one in found[:most]])

    def browse_on(self, session: Any, point: bytes) -> ua.BrowseResult:
        """Go on behind a continuation point of this session."""
        waiting = self.taken(session, point)
        if waiting is None:
            return ua.BrowseResult(code(status.BadContinuationPointInvalid))
        found, mask, most = waiting
        return self.part(session, [one for one in found if one.target in self.space], mask, most)

    def release(self, session: Any, points: Sequence[bytes]) -> list[ua.BrowseResult]:
        """Free continuation points of this session (5.9.3.2)."""
        for point in points:
            self.taken(session, point)
        return []

    def taken(self, session: Any, point: bytes) -> tuple[Sequence[Reference], int, int] | None:
        """A continuation point can be used once, by the session that it was given to (5.9.3, 7.9)."""
        taken: tuple[Sequence[Reference], int, int] | None = session.continuation_points.pop(point, None)
        return taken


class Views(Browsing, BrowsePaths, Registering):
    """The services of the View service set (5.9)."""


def expanded(node_id: ua.NodeId) -> ua.ExpandedNodeId:
    """Return the id of a node of this server as an ExpandedNodeId."""
    return ua.ExpandedNodeId(node_id.Identifier, node_id.NamespaceIndex)
