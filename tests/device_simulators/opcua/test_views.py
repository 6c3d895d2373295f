"""Browse, BrowseNext, TranslateBrowsePathsToNodeIds, RegisterNodes (10000-4, 5.9), rule by rule."""

import pytest
from asyncua import ua

from device_simulators.opcua.errors import Refused
from tests.device_simulators.opcua.asking import Asking, Session, name_of, node_id

OBJECTS, ROOT, SERVER = 85, 84, 2253
HIERARCHICAL = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
INVERSE, BOTH = ua.BrowseDirection.Inverse, ua.BrowseDirection.Both


@pytest.fixture
def plc():
    """A fresh controller."""
    return Asking()


def names(result):
    return [one.BrowseName.Name for one in result.References]


class TestBrowse:
    def test_references_are_described(self, plc):
        found = next(
            one
            for one in plc.browse(OBJECTS, kind=HIERARCHICAL).References
            if one.NodeId.Identifier == SERVER
        )

        assert found.ReferenceTypeId == ua.NodeId(ua.ObjectIds.Organizes)
        assert found.IsForward is True
        assert found.BrowseName == ua.QualifiedName("Server", 0)
        assert found.DisplayName.Text == "Server"
        assert found.NodeClass == ua.NodeClass.Object
        assert found.TypeDefinition == ua.NodeId(ua.ObjectIds.ServerType)

    def test_the_other_direction(self, plc):
        (found,) = plc.browse(SERVER, kind=HIERARCHICAL, direction=INVERSE).References

        assert (found.NodeId.Identifier, found.IsForward) == (OBJECTS, False)

    def test_both_directions_are_the_union(self, plc):
        one, other, both = (plc.browse(SERVER, direction=way).References for way in (0, INVERSE, BOTH))

        assert len(both) == len(one) + len(other)

    def test_only_the_fields_that_are_asked_for(self, plc):
        found = plc.browse(OBJECTS, mask=0).References[0]

        assert not found.NodeId.is_null()
        assert found.ReferenceTypeId.is_null()
        assert (found.IsForward, found.BrowseName.Name, found.DisplayName.Text) == (False, None, None)
        assert (int(found.NodeClass), found.TypeDefinition.is_null()) == (0, True)

    @pytest.mark.parametrize("node_class", [1, 2, 4, 8, 16, 32, 64, 128, 3])
    def test_only_the_classes_that_are_asked_for(self, plc, node_class):
        found = plc.browse("Methods", classes=node_class, direction=BOTH).References
        everything = plc.browse("Methods", direction=BOTH).References

        assert [one.NodeId for one in found] == [
            one.NodeId for one in everything if one.NodeClass & node_class
        ]

    def test_only_the_types_that_are_asked_for(self, plc):
        assert plc.browse(OBJECTS, kind=HIERARCHICAL, subtypes=False).References == []
        assert len(plc.browse(OBJECTS).References) > len(plc.browse(OBJECTS, kind=HIERARCHICAL).References)

    @pytest.mark.parametrize(
        ("node", "how", "wanted"),
        [
            ("Nowhere", {}, "BadNodeIdUnknown"),
            (OBJECTS, {"kind": ua.NodeId(SERVER)}, "BadReferenceTypeIdInvalid"),
            (OBJECTS, {"kind": ua.NodeId(99_999_999)}, "BadReferenceTypeIdInvalid"),
            (OBJECTS, {"direction": 3}, "BadBrowseDirectionInvalid"),
            (OBJECTS, {"direction": 7}, "BadBrowseDirectionInvalid"),
        ],
    )
    def test_what_cannot_be_browsed(self, plc, node, how, wanted):
        assert name_of(plc.browse(node, **how).StatusCode) == wanted

    def test_there_is_no_view(self, plc):
        request = ua.BrowseRequest()
        request.Parameters.View.ViewId = ua.NodeId(OBJECTS)
        request.Parameters.NodesToBrowse = [ua.BrowseDescription()]

        with pytest.raises(Refused, match="ViewIdUnknown"):
            plc.ask("browse", request)


class TestContinuation:
    def test_parts_are_the_whole(self, plc):
        part = plc.browse("Folder.Many", most=7)
        found = names(part)
        while part.ContinuationPoint:
            part = plc.browse_next(part.ContinuationPoint)
            found += names(part)
            assert len(part.References) <= 7

        assert found == names(plc.browse("Folder.Many"))

    def test_a_point_serves_once(self, plc):
        point = plc.browse("Folder.Many", most=1).ContinuationPoint

        assert [name_of(plc.browse_next(point).StatusCode) for _ in range(2)] == [
            "Good",
            "BadContinuationPointInvalid",
        ]

    def test_a_released_point_is_gone(self, plc):
        point = plc.browse("Folder.Many", most=1).ContinuationPoint

        assert plc.browse_next(point, release=True) is None
        assert name_of(plc.browse_next(point).StatusCode) == "BadContinuationPointInvalid"

    def test_points_belong_to_a_session_and_are_unlike(self, plc):
        points = {plc.browse("Folder.Many", most=1).ContinuationPoint for _ in range(5)}
        plc.session = Session()

        assert len(points) == 5
        assert name_of(plc.browse_next(points.pop()).StatusCode) == "BadContinuationPointInvalid"

    def test_the_oldest_point_makes_room(self, plc):
        most = plc.device.MAX_CONTINUATION_POINTS
        points = [plc.browse("Folder.Many", most=1).ContinuationPoint for _ in range(most + 1)]

        statuses = [name_of(plc.browse_next(point).StatusCode) for point in points]
        assert statuses == ["BadContinuationPointInvalid", *["Good"] * most]

    def test_points_of_one_request_make_no_room_for_each_other(self, plc):
        request = ua.BrowseRequest()
        request.Parameters.RequestedMaxReferencesPerNode = 1
        one = ua.BrowseDescription(NodeId=node_id("Folder.Many"), ResultMask=63)
        request.Parameters.NodesToBrowse = [one] * (plc.device.MAX_CONTINUATION_POINTS + 1)

        *others, last = plc.ask("browse", request).Results
        assert {name_of(one.StatusCode) for one in others} == {"Good"}
        assert (name_of(last.StatusCode), last.References) == ("BadNoContinuationPoints", [])


class TestPaths:
    def test_a_path_leads_to_its_end(self, plc):
        (target,) = plc.translate(OBJECTS, "Server", "ServerStatus", "State").Targets

        assert (target.TargetId.Identifier, target.RemainingPathIndex) == (2259, 0xFFFFFFFF)

    @pytest.mark.parametrize(
        ("start", "path", "element", "wanted"),
        [
            (OBJECTS, ["Nothing"], {}, "BadNoMatch"),
            (OBJECTS, [], {}, "BadNothingToDo"),
            (OBJECTS, ["Server", None], {}, "BadBrowseNameInvalid"),
            (OBJECTS, [""], {}, "BadBrowseNameInvalid"),
            ("Nowhere", ["Server"], {}, "BadNodeIdUnknown"),
            (OBJECTS, ["Server"], {"namespace": 1}, "BadNoMatch"),
            (OBJECTS, ["Server"], {"subtypes": False}, "BadNoMatch"),
            (OBJECTS, ["Server"], {"inverse": True}, "BadNoMatch"),
            (SERVER, ["Objects"], {"inverse": True}, "Good"),
            (SERVER, ["ServerType"], {"kind": ua.NodeId()}, "Good"),
            (OBJECTS, ["Server"], {"kind": ua.NodeId(SERVER)}, "BadReferenceTypeIdInvalid"),
        ],
    )
    def test_paths(self, plc, start, path, element, wanted):
        assert name_of(plc.translate(start, *path, **element).StatusCode) == wanted

    def test_several_targets_are_all_returned(self, plc):
        several = ua.QualifiedName("Deep", 2)
        plc.device.space.own((2, "Large")).attributes[int(ua.AttributeIds.BrowseName)] = several

        found = plc.translate(OBJECTS, "Deep", namespace=2).Targets

        assert [one.TargetId.Identifier for one in found] == ["Large", "Deep"]


def test_registered_nodes_can_be_used(plc):
    request = ua.RegisterNodesRequest()
    request.Parameters.NodesToRegister = [node_id("Static.Double"), node_id("Nowhere")]
    known, unknown = plc.ask("register_nodes", request).Parameters.RegisteredNodeIds
    release = ua.UnregisterNodesRequest()
    release.Parameters.NodesToUnregister = [known, unknown]

    assert plc.value(known) == plc.value("Static.Double")
    plc.ask("unregister_nodes", release)


@pytest.mark.parametrize(
    ("service", "request_type", "operations"),
    [
        ("browse", ua.BrowseRequest, "NodesToBrowse"),
        ("browse_next", ua.BrowseNextRequest, "ContinuationPoints"),
        ("translate", ua.TranslateBrowsePathsToNodeIdsRequest, "BrowsePaths"),
        ("register_nodes", ua.RegisterNodesRequest, "NodesToRegister"),
        ("unregister_nodes", ua.UnregisterNodesRequest, "NodesToUnregister"),
        ("write", ua.WriteRequest, "NodesToWrite"),
        ("call", ua.CallRequest, "MethodsToCall"),
    ],
)
def test_too_few_and_too_many_operations(plc, service, request_type, operations):
    request = request_type()
    with pytest.raises(Refused, match="NothingToDo"):
        plc.ask(service, request)
    setattr(request.Parameters, operations, [None] * 1001)
    with pytest.raises(Refused, match="TooManyOperations"):
        plc.ask(service, request)
