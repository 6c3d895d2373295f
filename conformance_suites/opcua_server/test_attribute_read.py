"""OPC 10000-4 1.05.04, 5.11.2: Read."""

import pytest

from testbed.cases import verifies
from testbed.opcua import NULL_NODE, Attribute, Item, Timestamps, ids, status

STATE = ids.Server_ServerStatus_State
LIMIT = ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead


@verifies("UA-READ-ORDER")
async def test_order(ua):
    """Three attributes of the Server object are returned in the order in which they were asked for."""
    attributes = (Attribute.EventNotifier, Attribute.NodeClass, Attribute.NodeId)
    reply = await ua.read(*[Item(ids.Server, one) for one in attributes])

    assert reply.types == ("Byte", "Int32", "NodeId")


@verifies("UA-READ-REPEATED")
async def test_repeated(ua):
    """A node that is named three times in one request is read three times."""
    reply = await ua.read(STATE, STATE, STATE)

    assert reply.types == ("Int32", "Int32", "Int32")


@verifies("UA-READ-NODE-UNKNOWN")
async def test_node_unknown(ua, declared):
    """The result for a node that does not exist is Bad_NodeIdUnknown."""
    reply = await ua.read(declared.unknown)

    assert reply.operation == status.BadNodeIdUnknown


@verifies("UA-READ-NODE-NULL")
async def test_node_null(ua):
    """The result for the null node id is Bad_NodeIdInvalid or Bad_NodeIdUnknown."""
    reply = await ua.read(NULL_NODE)

    assert reply.operation in (status.BadNodeIdInvalid, status.BadNodeIdUnknown)


@verifies("UA-READ-OTHERS-SERVED")
async def test_others_served(ua, declared):
    """A node in front of one that does not exist, and one behind it, are read."""
    reply = await ua.read(STATE, declared.unknown, STATE)

    assert reply.served == (True, False, True)


@verifies("UA-READ-NOTHING")
async def test_nothing(ua):
    """A Read of no nodes is refused with Bad_NothingToDo."""
    reply = await ua.read()

    assert reply.status == status.BadNothingToDo


@verifies("UA-READ-ATTRIBUTE-INVALID")
@pytest.mark.parametrize("attribute", [0, 28, 0xFFFFFFFF])
async def test_attribute_invalid(ua, attribute):
    """The result for an attribute id that no node has is Bad_AttributeIdInvalid."""
    reply = await ua.read(STATE, attribute=attribute)

    assert reply.operation == status.BadAttributeIdInvalid


@verifies("UA-READ-ATTRIBUTE-FOREIGN")
@pytest.mark.parametrize(
    ("node", "attribute"),
    [
        ("Server", "Value"),
        ("Server_ServerStatus_State", "EventNotifier"),
        ("BaseObjectType", "DataType"),
        ("BaseDataVariableType", "AccessLevel"),
        ("HierarchicalReferences", "ValueRank"),
        ("BaseDataType", "Value"),
    ],
)
async def test_attribute_foreign(ua, node, attribute):
    """The result for an attribute that the node class does not have is Bad_AttributeIdInvalid."""
    reply = await ua.read(getattr(ids, node), attribute=Attribute[attribute])

    assert reply.operation == status.BadAttributeIdInvalid


@verifies("UA-READ-MAX-AGE-NEGATIVE")
async def test_max_age_negative(ua):
    """A MaxAge of -1 is refused with Bad_MaxAgeInvalid."""
    reply = await ua.read(STATE, max_age=-1.0)

    assert reply.status == status.BadMaxAgeInvalid


@verifies("UA-READ-MAX-AGE-ANY")
@pytest.mark.parametrize("age", [1000.0, 1.7976931348623157e308])
async def test_max_age_any(ua, age):
    """A MaxAge of a second, and the largest one, is served."""
    reply = await ua.read(STATE, max_age=age)

    assert reply.operation == status.Good


@verifies("UA-READ-MAX-AGE-FRESH")
async def test_max_age_fresh(ua):
    """The server timestamp of a value read with a MaxAge of 0 is within a second of the response's own."""
    reply = await ua.read(STATE, timestamps=Timestamps.Server, max_age=0.0)

    assert reply.age <= 1.0


@verifies("UA-READ-TIMESTAMPS-SOURCE")
async def test_timestamps_source(ua):
    """A value whose source timestamp alone was asked for has no server timestamp."""
    reply = await ua.read(STATE, timestamps=Timestamps.Source)

    assert (reply.operation, reply.server_timestamp) == (status.Good, None)


@verifies("UA-READ-TIMESTAMPS-SERVER")
async def test_timestamps_server(ua):
    """A value whose server timestamp alone was asked for has that, and no source timestamp."""
    reply = await ua.read(STATE, timestamps=Timestamps.Server)

    assert (reply.server_timestamp is None, reply.source_timestamp) == (False, None)


@verifies("UA-READ-TIMESTAMPS-BOTH")
async def test_timestamps_both(ua):
    """A value whose timestamps were both asked for has a server timestamp."""
    reply = await ua.read(STATE, timestamps=Timestamps.Both)

    assert reply.server_timestamp is not None


@verifies("UA-READ-TIMESTAMPS-NEITHER")
async def test_timestamps_neither(ua):
    """A value whose timestamps were not asked for has none."""
    reply = await ua.read(STATE, timestamps=Timestamps.Neither)

    assert (reply.operation, reply.source_timestamp, reply.server_timestamp) == (status.Good, None, None)


@verifies("UA-READ-TIMESTAMPS-INVALID")
@pytest.mark.parametrize("timestamps", [4, 5])
async def test_timestamps_invalid(ua, timestamps):
    """TimestampsToReturn 4, which means invalid, and 5, which means nothing, are refused."""
    reply = await ua.read(STATE, timestamps=timestamps)

    assert reply.status == status.BadTimestampsToReturnInvalid


@verifies("UA-READ-LIMIT-SERVED")
async def test_limit_served(ua):
    """A Read of as many nodes as MaxNodesPerRead says is served."""
    most = await ua.limit(LIMIT)
    reply = await ua.read(*[STATE] * most, timestamps=Timestamps.Neither)

    assert reply.status == status.Good


@verifies("UA-READ-LIMIT-EXCEEDED")
async def test_limit_exceeded(ua):
    """A Read of one node more than MaxNodesPerRead says is refused with Bad_TooManyOperations."""
    most = await ua.limit(LIMIT)
    reply = await ua.read(*[STATE] * (most + 1), timestamps=Timestamps.Neither)

    assert reply.status == status.BadTooManyOperations
