"""OPC 10000-4 1.05.04, 5.9.4: TranslateBrowsePathsToNodeIds."""

import pytest

from testbed.cases import verifies
from testbed.opcua import NULL_NODE, PathElement, ids, status

ALL_DONE = 0xFFFFFFFF
LIMIT = ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerTranslateBrowsePathsToNodeIds
PATH = ("Server", "ServerStatus", "State")


@verifies("UA-TRANSLATE-PATH")
async def test_path(ua):
    """Server, ServerStatus, State below Objects is the State of the server."""
    reply = await ua.translate(ids.ObjectsFolder, *PATH)

    assert reply.path_targets == (ids.Server_ServerStatus_State,)


@verifies("UA-TRANSLATE-REMAINING")
async def test_nothing_remains(ua):
    """Of a path that was followed to its end, nothing remains."""
    reply = await ua.translate(ids.ObjectsFolder, *PATH)

    assert reply.remaining == (ALL_DONE,)


@verifies("UA-TRANSLATE-NO-MATCH")
async def test_no_such_name(ua):
    """A name that no node has matches none."""
    reply = await ua.translate(ids.ObjectsFolder, "Server", "testbed no such name")

    assert reply.operation == status.BadNoMatch


@verifies("UA-TRANSLATE-NAMESPACE")
async def test_other_namespace(ua):
    """The name of the Server object in another namespace matches none."""
    reply = await ua.translate(ids.ObjectsFolder, PathElement("Server", namespace=1))

    assert reply.operation == status.BadNoMatch


@verifies("UA-TRANSLATE-EMPTY-PATH")
async def test_path_without_elements(ua):
    """A path without an element is refused."""
    reply = await ua.translate(ids.ObjectsFolder)

    assert reply.refusal == status.BadNothingToDo


@verifies("UA-TRANSLATE-NO-NAME")
async def test_last_element_without_a_name(ua):
    """A path whose last element has no name is refused."""
    reply = await ua.translate(ids.ObjectsFolder, "Server", PathElement(None))

    assert reply.operation == status.BadBrowseNameInvalid


@verifies("UA-TRANSLATE-START-UNKNOWN")
async def test_unknown_start(ua, declared):
    """A path from a node that does not exist is refused."""
    reply = await ua.translate(declared.unknown, "Server")

    assert reply.operation == status.BadNodeIdUnknown


@verifies("UA-TRANSLATE-NOTHING-TO-DO")
async def test_no_path(ua):
    """A translation of no path is refused."""
    reply = await ua.translate_many()

    assert reply.status == status.BadNothingToDo


@verifies("UA-TRANSLATE-INVERSE")
async def test_against_references(ua):
    """Against its references the Server object leads to Objects."""
    reply = await ua.translate(ids.Server, PathElement("Objects", inverse=True))

    assert reply.path_targets == (ids.ObjectsFolder,)


@verifies("UA-TRANSLATE-INVERSE")
async def test_against_references_only(ua):
    """An element against the references does not go forward."""
    reply = await ua.translate(ids.Server, PathElement("ServerStatus", inverse=True))

    assert reply.operation == status.BadNoMatch


@verifies("UA-TRANSLATE-EXACT-TYPE")
async def test_abstract_type_without_subtypes(ua):
    """Along HierarchicalReferences without subtypes nothing is reached."""
    reply = await ua.translate(ids.ObjectsFolder, PathElement("Server", subtypes=False))

    assert reply.operation == status.BadNoMatch


@verifies("UA-TRANSLATE-EXACT-TYPE")
async def test_type_without_subtypes(ua):
    """Along Organizes without subtypes the Server object is reached."""
    path = PathElement("Server", reference=ids.Organizes, subtypes=False)
    reply = await ua.translate(ids.ObjectsFolder, path)

    assert reply.path_targets == (ids.Server,)


@verifies("UA-TRANSLATE-ALL-TYPES")
async def test_without_a_type(ua):
    """Without a reference type the type of the Server object is reached."""
    reply = await ua.translate(ids.Server, PathElement("ServerType", reference=NULL_NODE))

    assert reply.path_targets == (ids.ServerType,)


@pytest.mark.parametrize("kind", [ids.Server, ids.BaseObjectType])
@verifies("UA-TRANSLATE-TYPE-INVALID")
async def test_no_reference_type(ua, kind):
    """A node that is no reference type is refused as one, or matches nothing."""
    reply = await ua.translate(ids.ObjectsFolder, PathElement("Server", reference=kind))

    assert reply.operation in (status.BadReferenceTypeIdInvalid, status.BadNoMatch)


@verifies("UA-TRANSLATE-RESULTS-ORDER")
async def test_results_in_order(ua, declared):
    """Of three paths of which the first has no start, the first result is bad and the others are good."""
    good = (ids.ObjectsFolder, PATH)
    reply = await ua.translate_many((declared.unknown, PATH), good, good)

    assert reply.statuses == (status.BadNodeIdUnknown, status.Good, status.Good)


@verifies("UA-TRANSLATE-OPERATION-LIMIT")
async def test_as_many_paths_as_stated(ua):
    """As many paths as the server states are translated in one request."""
    most = await ua.limit(LIMIT)
    reply = await ua.translate_many(*[(ids.RootFolder, ("Objects",))] * most)

    assert reply.status == status.Good


@verifies("UA-TRANSLATE-TOO-MANY")
async def test_one_path_too_many(ua):
    """One path more than the server states is refused."""
    most = await ua.limit(LIMIT)
    reply = await ua.translate_many(*[(ids.RootFolder, ("Objects",))] * (most + 1))

    assert reply.status == status.BadTooManyOperations
