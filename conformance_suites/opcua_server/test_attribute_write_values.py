"""OPC 10000-4 1.05.04, 5.11.4: Write, values."""

from testbed.cases import verifies
from testbed.opcua import status


@verifies("UA-WRITE-VALUE")
async def test_value(ua, scratch):
    """The Double 0.1 is read back as it was written."""
    await ua.write(scratch.node, 0.1, "Double")
    reply = await ua.read(scratch.node)

    assert reply.value == 0.1


@verifies("UA-WRITE-ARRAY")
async def test_array(ua, scratch):
    """An array of as many elements as there were before is read back as it was written."""
    values = tuple(range(-3, len(scratch.value) - 3))
    await ua.write(scratch.node, list(values), "Int32")
    reply = await ua.read(scratch.node)

    assert reply.value == values


@verifies("UA-WRITE-MATRIX")
async def test_matrix(ua, scratch):
    """A matrix of the same dimensions as before is read back as it was written."""
    rows = [[10.0 * down + across for across in range(len(row))] for down, row in enumerate(scratch.value)]
    await ua.write(scratch.node, rows, "Double")
    reply = await ua.read(scratch.node)

    assert reply.value == tuple(rows)


@verifies("UA-WRITE-SUBTYPE")
async def test_subtype(ua, scratch):
    """A Double is accepted by a variable whose data type has it as a subtype."""
    reply = await ua.write(scratch.node, 7.25, "Double")

    assert reply.operation == status.Good


@verifies("UA-WRITE-BYTES")
async def test_bytes(ua, scratch):
    """A ByteString written to an array of Byte is accepted."""
    reply = await ua.write(scratch.node, b"\x01\x02\x03", "ByteString")

    assert reply.operation == status.Good


@verifies("UA-WRITE-BYTES")
async def test_bytes_held(ua, scratch):
    """An array of Byte has the bytes of a ByteString that was written to it."""
    await ua.write(scratch.node, b"\x01\x02\x03", "ByteString")
    reply = await ua.read(scratch.node)

    assert reply.value in ((1, 2, 3), b"\x01\x02\x03")
