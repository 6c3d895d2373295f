"""OPC 10000-5 1.05.04, 6.3.1: ServerType, and 8, standard nodes and their values."""

import pytest

from testbed.cases import lasting, verifies
from testbed.opcua import Attribute, Item, bearable, ids, status, structures

STANDARD = "http://opcfoundation.org/UA/"
RUNNING = 0
OBJECT_TYPE = 8
FARTHEST = 14 * 60

CORE = (
    ("Root", ids.RootFolder, 1),
    ("Objects", ids.ObjectsFolder, 1),
    ("Types", ids.TypesFolder, 1),
    ("Views", ids.ViewsFolder, 1),
    ("Server", ids.Server, 1),
    ("ServerArray", ids.Server_ServerArray, 2),
    ("NamespaceArray", ids.Server_NamespaceArray, 2),
    ("ServerStatus", ids.Server_ServerStatus, 2),
    ("ServiceLevel", ids.Server_ServiceLevel, 2),
    ("Auditing", ids.Server_Auditing, 2),
    ("ServerCapabilities", ids.Server_ServerCapabilities, 1),
    ("ServerDiagnostics", ids.Server_ServerDiagnostics, 1),
    ("VendorServerInfo", ids.Server_VendorServerInfo, 1),
    ("ServerRedundancy", ids.Server_ServerRedundancy, 1),
)
VARIABLES = (
    (ids.Server_ServerArray, ids.String, 1),
    (ids.Server_NamespaceArray, ids.String, 1),
    (ids.Server_ServerStatus, ids.ServerStatusDataType, -1),
    (ids.Server_ServerStatus_StartTime, ids.UtcTime, -1),
    (ids.Server_ServerStatus_CurrentTime, ids.UtcTime, -1),
    (ids.Server_ServerStatus_State, ids.ServerState, -1),
    (ids.Server_ServerStatus_BuildInfo, ids.BuildInfo, -1),
    (ids.Server_ServiceLevel, ids.Byte, -1),
    (ids.Server_Auditing, ids.Boolean, -1),
)


@verifies("UA-INFO-ROOT-FOLDERS")
async def test_root(ua):
    """Root organizes Objects, Types and Views."""
    reply = await ua.browse(ids.RootFolder, reference=ids.Organizes)
    found = {one.node for one in reply.described}

    assert found >= {ids.ObjectsFolder, ids.TypesFolder, ids.ViewsFolder}


@verifies("UA-INFO-STANDARD-CLASSES")
async def test_node_classes(ua):
    """Nodes of the core structure have the classes that the standard defines."""
    reply = bearable(await ua.read(*[node for _, node, _ in CORE], attribute=Attribute.NodeClass))
    expected = tuple(kind for _, _, kind in CORE)

    assert reply.values == expected


@verifies("UA-INFO-STANDARD-NAMES")
async def test_browse_names(ua):
    """Nodes of the core structure have the names that the standard defines."""
    reply = bearable(await ua.read(*[node for _, node, _ in CORE], attribute=Attribute.BrowseName))
    expected = tuple(structures.QualifiedName(name, 0) for name, _, _ in CORE)

    assert reply.values == expected


@verifies("UA-INFO-STANDARD-DATA-TYPES")
async def test_data_types(ua):
    """Variables of the core structure have the DataTypes that the standard defines."""
    reply = bearable(await ua.read(*[node for node, _, _ in VARIABLES], attribute=Attribute.DataType))
    expected = tuple(kind for _, kind, _ in VARIABLES)

    assert reply.values == expected


@verifies("UA-INFO-STANDARD-VALUE-RANKS")
async def test_value_ranks(ua):
    """Variables of the core structure have the ValueRanks that the standard defines."""
    reply = bearable(await ua.read(*[node for node, _, _ in VARIABLES], attribute=Attribute.ValueRank))
    expected = tuple(rank for _, _, rank in VARIABLES)

    assert reply.values == expected


@verifies("UA-INFO-SERVER-TYPE")
async def test_type_of_the_server(ua):
    """What defines the type of the Server object is an ObjectType."""
    types = await ua.browse(ids.Server, reference=ids.HasTypeDefinition)
    reply = await ua.read(*[one.node for one in types.described], attribute=Attribute.NodeClass)

    assert reply.values == (OBJECT_TYPE,)


@verifies("UA-INFO-SERVER-STATUS")
async def test_server_status(ua):
    """ServerStatus is a ServerStatusDataType."""
    reply = await ua.read(ids.Server_ServerStatus)

    assert reply.structure == "ServerStatusDataType"


@verifies("UA-INFO-SERVER-STATE")
async def test_state(ua):
    """The server is running."""
    reply = await ua.read(ids.Server_ServerStatus_State)

    assert reply.value == RUNNING


@verifies("UA-INFO-CURRENT-TIME")
@lasting
async def test_time_passes(ua):
    """After two and a half seconds, CurrentTime is later by a second at least."""
    first = await ua.read(ids.Server_ServerStatus_CurrentTime)
    await ua.wait(2.5)
    second = await ua.read(ids.Server_ServerStatus_CurrentTime)

    assert second.seconds_since(first) >= 1


@verifies("UA-INFO-START-TIME")
async def test_start_time(ua):
    """The server was started before now."""
    start = await ua.read(ids.Server_ServerStatus_StartTime)
    now = await ua.read(ids.Server_ServerStatus_CurrentTime)

    assert now.seconds_since(start) >= 0


@verifies("UA-INFO-TIME-AGREES")
async def test_one_clock(ua):
    """CurrentTime is the time of the response within two seconds."""
    reply = await ua.read(ids.Server_ServerStatus_CurrentTime)

    assert -2 <= reply.behind <= 2


@verifies("UA-INFO-TIME-ORDER")
async def test_time_never_goes_back(ua):
    """Of three reads of CurrentTime one after the other, none gives an earlier time than the one before."""
    first = await ua.read(ids.Server_ServerStatus_CurrentTime)
    second = await ua.read(ids.Server_ServerStatus_CurrentTime)
    third = await ua.read(ids.Server_ServerStatus_CurrentTime)
    steps = (second.seconds_since(first), third.seconds_since(second))

    assert steps[0] >= 0 and steps[1] >= 0  # noqa: PT018 - one observation


@pytest.mark.parametrize("name", ["ProductName", "ProductUri", "ManufacturerName", "SoftwareVersion"])
@verifies("UA-INFO-BUILD-INFO")
async def test_build_info(ua, name):
    """A text of BuildInfo is not empty."""
    reply = await ua.read(ids.Server_ServerStatus_BuildInfo)
    text = reply.field(name)

    assert text not in (None, "")


@verifies("UA-INFO-NAMESPACE-ZERO")
async def test_first_namespace(ua):
    """The first namespace is that of the standard."""
    reply = await ua.read(ids.Server_NamespaceArray)

    assert reply.elements[:1] == (STANDARD,)


@verifies("UA-INFO-NAMESPACE-OWN")
async def test_second_namespace(ua):
    """The second namespace is the server's ApplicationUri."""
    reply = await ua.read(ids.Server_NamespaceArray)

    assert set(reply.elements[1:2]) == ua.application_uris


@verifies("UA-INFO-SERVER-ARRAY")
async def test_first_server(ua):
    """The first server is the one that answers."""
    reply = await ua.read(ids.Server_ServerArray)

    assert set(reply.strings[:1]) == ua.application_uris


@pytest.mark.parametrize(
    ("node", "kind"),
    [
        (ids.Server_ServerArray, "String"),
        (ids.Server_ServiceLevel, "Byte"),
        (ids.Server_Auditing, "Boolean"),
    ],
)
@verifies("UA-INFO-SERVER-PROPERTIES")
async def test_mandatory_properties(ua, node, kind):
    """A mandatory property of the Server object holds a value of its type."""
    reply = await ua.read(node)

    assert reply.type == kind


@verifies("UA-INFO-LOCAL-TIME")
async def test_local_time(ua):
    """The offset of LocalTime is at most fourteen hours."""
    reply = await ua.read(ids.Server_LocalTime)
    offset = reply.field("Offset")

    assert offset in range(-FARTHEST, FARTHEST + 1)


@verifies("UA-INFO-NODE-ATTRIBUTES")
async def test_attributes_of_every_node(ua):
    """The mandatory attributes of the Server object are read, and its NodeId is that which was asked for."""
    reply = await ua.read(*[Item(ids.Server, attribute) for attribute in range(1, 5)])

    assert reply.statuses == (status.Good,) * 4 and reply.value == ids.Server  # noqa: PT018 - one node


@verifies("UA-INFO-VARIABLE-ATTRIBUTES")
async def test_attributes_of_a_variable(ua, declared):
    """The mandatory attributes of a declared variable are read."""
    reply = await ua.read(*[Item(declared.many[0], attribute) for attribute in (13, 14, 15, 17, 18, 20)])

    assert reply.statuses == (status.Good,) * 6
