"""OPC 10000-4 1.05.04, 7.38: Common StatusCodes of services that a server need not have."""

import pytest

from testbed.cases import verifies
from testbed.opcua import add_node, delete_node, empty, history_read, ids, status, structures

PARENT = structures.NodeId("testbed: no such parent", 1)


@verifies("UA-QUERY")
@pytest.mark.parametrize("service", ["QueryFirst", "QueryNext"])
async def test_query(ua, service):
    """A query for no type, and the next part of no query, are refused."""
    reply = await ua.ask(empty(service))

    assert reply.status != status.Good


@verifies("UA-HISTORY-READ-NOTHING")
async def test_history_of_nothing(ua):
    """A HistoryRead of no nodes is refused."""
    reply = await ua.ask(history_read())

    assert reply.status != status.Good


@verifies("UA-HISTORY-READ-NONE")
async def test_history_of_a_node_without(ua, declared):
    """A HistoryRead of a node that does not exist has no good result."""
    reply = await ua.ask(history_read(declared.unknown))

    assert reply.operation != status.Good


@verifies("UA-HISTORY-UPDATE-NOTHING")
async def test_history_update_of_nothing(ua):
    """A HistoryUpdate without details is refused."""
    reply = await ua.ask(empty("HistoryUpdate"))

    assert reply.status != status.Good


@verifies("UA-NODE-MANAGEMENT-NOTHING")
@pytest.mark.parametrize("service", ["AddNodes", "AddReferences", "DeleteNodes", "DeleteReferences"])
async def test_node_management_of_nothing(ua, service):
    """Nothing to add, and nothing to delete, is refused."""
    reply = await ua.ask(empty(service))

    assert reply.status != status.Good


@verifies("UA-ADD-NODES-PARENT")
async def test_node_without_parent(ua):
    """A node below a parent that does not exist is not added."""
    reply = await ua.ask(add_node(PARENT, "testbed"))

    assert reply.operation != status.Good


@verifies("UA-DELETE-NODES-SERVER")
async def test_server_object_is_not_deleted(ua):
    """A mandatory node below the Server object is not deleted for an anonymous client."""
    reply = await ua.ask(delete_node(ids.Server_ServerRedundancy_RedundancySupport))

    assert reply.operation != status.Good


@verifies("UA-TRANSFER-NOTHING")
async def test_transfer_of_nothing(ua):
    """A transfer of no subscriptions is refused."""
    reply = await ua.ask(empty("TransferSubscriptions"))

    assert reply.status != status.Good
