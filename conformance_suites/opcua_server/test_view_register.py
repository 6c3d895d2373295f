"""OPC 10000-4 1.05.04, 5.9.5: RegisterNodes, and 5.9.6, UnregisterNodes."""

from testbed.cases import verifies
from testbed.opcua import Attribute, ids, status, structures

LIMIT = ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerRegisterNodes
STATE = structures.QualifiedName("State", 0)
NAMESPACES = structures.QualifiedName("NamespaceArray", 0)


@verifies("UA-REGISTER-USABLE")
async def test_registered_node(ua):
    """The State of the server is read under the id that it was registered with."""
    registered = await ua.register(ids.Server_ServerStatus_State)
    reply = await ua.read(*registered.node_ids)

    assert reply.statuses == (status.Good,)


@verifies("UA-REGISTER-RESULTS-ORDER")
async def test_results_in_order(ua):
    """Two nodes that are registered together have their ids in this order."""
    registered = await ua.register(ids.Server_ServerStatus_State, ids.Server_NamespaceArray)
    reply = await ua.read(*registered.node_ids, attribute=Attribute.BrowseName)

    assert reply.values == (STATE, NAMESPACES)


@verifies("UA-REGISTER-NOTHING-TO-DO")
async def test_no_node(ua):
    """A RegisterNodes of no node is refused."""
    reply = await ua.register()

    assert reply.status == status.BadNothingToDo


@verifies("UA-REGISTER-OPERATION-LIMIT")
async def test_as_many_nodes_as_stated(ua):
    """As many nodes as the server states are registered in one request."""
    most = await ua.limit(LIMIT)
    reply = await ua.register(*[ids.Server] * most)

    assert reply.status == status.Good


@verifies("UA-REGISTER-TOO-MANY")
async def test_one_node_too_many(ua):
    """One node more than the server states is refused."""
    most = await ua.limit(LIMIT)
    reply = await ua.register(*[ids.Server] * (most + 1))

    assert reply.status == status.BadTooManyOperations


@verifies("UA-UNREGISTER-REGISTERED")
async def test_unregistered_node(ua):
    """A node that was registered is unregistered, and is read under its own id."""
    registered = await ua.register(ids.Server_ServerStatus_State)
    unregistered = await ua.unregister(*registered.node_ids)
    reply = await ua.read(ids.Server_ServerStatus_State)

    assert (unregistered.status, reply.operation) == (status.Good, status.Good)


@verifies("UA-UNREGISTER-NOTHING-TO-DO")
async def test_no_node_to_unregister(ua):
    """An UnregisterNodes of no node is refused."""
    reply = await ua.unregister()

    assert reply.status == status.BadNothingToDo
