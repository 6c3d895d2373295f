"""OPC 10000-4 1.05.04, 7.11: DataValue."""

from testbed.cases import verifies
from testbed.opcua import Attribute, Timestamps, ids, status


@verifies("UA-VALUE-BAD-IS-NULL")
async def test_bad_is_null(ua, declared):
    """The result for a node that does not exist has no value."""
    reply = await ua.read(declared.unknown)

    assert (reply.status, reply.types) == (status.Good, ("Null",))


@verifies("UA-VALUE-SOURCE-TIMESTAMP")
async def test_source_timestamp(ua, declared):
    """The value of a declared variable comes with a source timestamp."""
    reply = await ua.read(declared.many[0], timestamps=Timestamps.Source)

    assert reply.source_timestamp is not None


@verifies("UA-VALUE-SOURCE-TIMESTAMP-UTC")
async def test_source_timestamp_utc(ua):
    """The source timestamp of the server's time is no more than a minute ahead of its server timestamp."""
    reply = await ua.read(ids.Server_ServerStatus_CurrentTime)

    assert reply.ahead <= 60.0


@verifies("UA-VALUE-SOURCE-TIMESTAMP-STABLE")
async def test_source_timestamp_stable(ua, scratch):
    """Two reads of a value that nobody changes return the same source timestamp."""
    first = await ua.held(scratch.node)
    reply = await ua.read(scratch.node, timestamps=Timestamps.Source)

    assert reply.source_timestamp == first.source_timestamp


@verifies("UA-VALUE-SOURCE-TIMESTAMP-OTHER")
async def test_source_timestamp_other(ua, declared):
    """The DisplayName of a variable comes without a source timestamp."""
    reply = await ua.read(declared.many[0], attribute=Attribute.DisplayName)

    assert (reply.operation, reply.source_timestamp) == (status.Good, None)
