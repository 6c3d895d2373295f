"""OPC 10000-4 1.05.04, 5.9.2: Browse."""

import pytest

from testbed.cases import verifies
from testbed.opcua import BOTH, INVERSE, ids, status, structures, whole

OBJECT = 1
TYPES_ONLY = 8
SERVER_NAME = structures.QualifiedName("Server", 0)


@verifies("UA-BROWSE-FORWARD")
async def test_forward(ua):
    """The Objects folder has a hierarchical reference to the Server object."""
    reply = await ua.browse(ids.ObjectsFolder)

    assert reply.reference_to(ids.Server).node == ids.Server


@verifies("UA-BROWSE-INVERSE")
async def test_inverse(ua):
    """Against its references the Server object is found to be organized by the Objects folder."""
    reply = await ua.browse(ids.Server, direction=INVERSE)

    assert (ids.Organizes, False, ids.ObjectsFolder) in reply.links


@verifies("UA-BROWSE-BOTH")
async def test_both_directions(ua):
    """The references of the Server object in both directions are those forward and those against them."""
    forward = whole(await ua.browse(ids.Server, reference=None))
    inverse = whole(await ua.browse(ids.Server, reference=None, direction=INVERSE))
    both = whole(await ua.browse(ids.Server, reference=None, direction=BOTH))

    assert set(both.links) == {*forward.links, *inverse.links}


@verifies("UA-BROWSE-RESULT-FIELDS")
async def test_all_fields(ua):
    """The reference to the Server object is described with all its fields."""
    reply = await ua.browse(ids.ObjectsFolder)
    server = reply.reference_to(ids.Server)

    assert (server.type, server.is_forward, server.name, server.node_class, server.type_definition) == (
        ids.Organizes, True, SERVER_NAME, OBJECT, ids.ServerType
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mask", "fields"),
    [
        (0, set()),
        (1, {"type"}),
        (2, {"is_forward"}),
        (4, {"node_class"}),
        (8, {"name"}),
        (16, {"display_name"}),
        (32, {"type_definition"}),
    ],
)
@verifies("UA-BROWSE-RESULT-MASK")
async def test_asked_fields(ua, mask, fields):
    """The reference to the Server object is described with the fields of the result mask only."""
    reply = await ua.browse(ids.ObjectsFolder, mask=mask)

    assert reply.reference_to(ids.Server).given == fields


@pytest.mark.parametrize("mask", [1, 2, 4, 8, 16, 32, 64, 128, 255])
@verifies("UA-BROWSE-CLASS-MASK")
async def test_class_mask(ua, mask):
    """The references of the Server object to nodes of some classes are those that a browse of all shows."""
    everything = whole(await ua.browse(ids.Server, reference=None))
    reply = await ua.browse(ids.Server, reference=None, classes=mask)
    expected = {one.node for one in everything.described if (one.node_class or 0) & mask}

    assert set(reply.targets) == expected


@verifies("UA-BROWSE-EXACT-TYPE")
async def test_abstract_type_without_subtypes(ua):
    """Of the abstract type HierarchicalReferences itself there is no reference."""
    reply = await ua.browse(ids.ObjectsFolder, subtypes=False)

    assert (reply.operation, len(reply.links)) == (status.Good, 0)


@verifies("UA-BROWSE-EXACT-TYPE")
async def test_type_without_subtypes(ua):
    """A browse of Organizes references without their subtypes finds the Server object."""
    reply = await ua.browse(ids.ObjectsFolder, reference=ids.Organizes, subtypes=False)

    assert (ids.Organizes, True, ids.Server) in reply.links


@verifies("UA-BROWSE-ALL-TYPES")
async def test_all_types(ua):
    """A browse without a reference type finds the type definition of the Server object."""
    reply = await ua.browse(ids.Server, reference=None)

    assert (ids.HasTypeDefinition, True, ids.ServerType) in reply.links


@verifies("UA-BROWSE-RESULTS-ORDER")
async def test_results_in_order(ua, declared):
    """Of three nodes of which the first does not exist, the first result is bad and the others are good."""
    reply = await ua.browse_many(declared.unknown, ids.ObjectsFolder, ids.Server)

    assert reply.statuses == (status.BadNodeIdUnknown, status.Good, status.Good)


@verifies("UA-BROWSE-NODE-UNKNOWN")
async def test_unknown_node(ua, declared):
    """A node that does not exist is unknown."""
    reply = await ua.browse(declared.unknown)

    assert reply.operation == status.BadNodeIdUnknown


@pytest.mark.parametrize("kind", [ids.Server, ids.BaseObjectType])
@verifies("UA-BROWSE-REFERENCE-TYPE-INVALID")
async def test_no_reference_type(ua, kind):
    """A node that is no reference type is refused as one."""
    reply = await ua.browse(ids.Server, reference=kind)

    assert reply.operation == status.BadReferenceTypeIdInvalid


@verifies("UA-BROWSE-REFERENCE-TYPE-INVALID")
async def test_unknown_reference_type(ua, declared):
    """A node that does not exist is refused as a reference type."""
    reply = await ua.browse(ids.Server, reference=declared.unknown)

    assert reply.operation == status.BadReferenceTypeIdInvalid


@verifies("UA-BROWSE-DIRECTION-INVALID")
async def test_undefined_direction(ua):
    """Direction 7 is refused."""
    reply = await ua.browse(ids.Server, direction=7)

    assert reply.refusal == status.BadBrowseDirectionInvalid


@verifies("UA-BROWSE-NOTHING-TO-DO")
async def test_no_node(ua):
    """A Browse of no node is refused."""
    reply = await ua.browse_many()

    assert reply.status == status.BadNothingToDo


@verifies("UA-BROWSE-VIEW-UNKNOWN")
async def test_unknown_view(ua, declared):
    """A view that does not exist is unknown."""
    reply = await ua.browse(ids.Server, view=declared.unknown)

    assert reply.status == status.BadViewIdUnknown


@verifies("UA-BROWSE-OPERATION-LIMIT")
async def test_as_many_nodes_as_stated(ua):
    """As many nodes as the server states are browsed in one request."""
    most = await ua.limit(ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse)
    reply = await ua.browse_many(*[ids.RootFolder] * most, classes=TYPES_ONLY)

    assert reply.status == status.Good


@verifies("UA-BROWSE-TOO-MANY")
async def test_one_node_too_many(ua):
    """One node more than the server states is refused."""
    most = await ua.limit(ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse)
    reply = await ua.browse_many(*[ids.RootFolder] * (most + 1), classes=TYPES_ONLY)

    assert reply.status == status.BadTooManyOperations
