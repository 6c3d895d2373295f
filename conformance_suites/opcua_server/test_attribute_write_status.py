"""OPC 10000-4 1.05.04, 5.11.4: Write, status and timestamps."""

from testbed.cases import verifies
from testbed.opcua import Timestamps, status, utc

THEN = utc(2001, 2, 3, 4, 5, 6)
NOT_SUPPORTED = status.BadWriteNotSupported


@verifies("UA-WRITE-COMBINATION")
async def test_combination(ua, scratch):
    """A value with an uncertain status and a source timestamp is accepted, or gets Bad_WriteNotSupported."""
    reply = await ua.write(scratch.node, 7.25, "Double", status=status.Uncertain, source=THEN)

    assert reply.operation in (status.Good, NOT_SUPPORTED)


@verifies("UA-WRITE-COMBINATION-UNCHANGED")
async def test_combination_unchanged(ua, scratch):
    """A value written with status and both timestamps is held, or it was refused and is not."""
    how = await ua.write(scratch.node, 7.25, "Double", status=status.Uncertain, source=THEN, server=THEN)
    reply = await ua.read(scratch.node)

    assert (how.operation == status.Good) == (reply.value != scratch.value)


@verifies("UA-WRITE-STATUS")
async def test_status(ua, scratch):
    """The status Uncertain is read back with the value with which it was written."""
    await ua.write(scratch.node, 7.25, "Double", status=status.Uncertain)
    reply = await ua.read(scratch.node)

    assert (reply.operation, reply.value) == (status.Uncertain, 7.25)


@verifies("UA-WRITE-SOURCE-TIMESTAMP")
async def test_source_timestamp(ua, scratch):
    """A source timestamp of 2001 is read back with the value with which it was written."""
    await ua.write(scratch.node, 7.25, "Double", source=THEN)
    reply = await ua.read(scratch.node, timestamps=Timestamps.Source)

    assert reply.source_timestamp == THEN


@verifies("UA-WRITE-SERVER-TIMESTAMP")
async def test_server_timestamp(ua, scratch):
    """A server timestamp of 2001 that a client wrote is not returned as the server's."""
    await ua.write(scratch.node, 7.25, "Double", server=THEN)
    reply = await ua.read(scratch.node, timestamps=Timestamps.Server)

    assert reply.server_timestamp not in (THEN, None)
