"""OPC 10000-4 1.05.04, 5.11.4: Write, values of each type."""

from testbed.cases import verifies
from testbed.opcua import guid, status, structures, utc


@verifies("UA-WRITE-BOOLEAN")
async def test_boolean(ua, scratch):
    """The Boolean true is read back as it was written."""
    await ua.write(scratch.node, structures.Variant(Value=True))
    reply = await ua.read(scratch.node)

    assert reply.value is True


@verifies("UA-WRITE-SBYTE")
async def test_sbyte(ua, scratch):
    """The SByte -128 is read back as it was written."""
    await ua.write(scratch.node, -128, "SByte")
    reply = await ua.read(scratch.node)

    assert reply.value == -128


@verifies("UA-WRITE-BYTE")
async def test_byte(ua, scratch):
    """The Byte 255 is read back as it was written."""
    await ua.write(scratch.node, 255, "Byte")
    reply = await ua.read(scratch.node)

    assert reply.value == 255


@verifies("UA-WRITE-INT16")
async def test_int16(ua, scratch):
    """The Int16 -32768 is read back as it was written."""
    await ua.write(scratch.node, -32768, "Int16")
    reply = await ua.read(scratch.node)

    assert reply.value == -32768


@verifies("UA-WRITE-UINT16")
async def test_uint16(ua, scratch):
    """The UInt16 65535 is read back as it was written."""
    await ua.write(scratch.node, 65535, "UInt16")
    reply = await ua.read(scratch.node)

    assert reply.value == 65535


@verifies("UA-WRITE-INT32")
async def test_int32(ua, scratch):
    """The Int32 -2147483648 is read back as it was written."""
    await ua.write(scratch.node, -2147483648, "Int32")
    reply = await ua.read(scratch.node)

    assert reply.value == -2147483648


@verifies("UA-WRITE-UINT32")
async def test_uint32(ua, scratch):
    """The UInt32 4294967295 is read back as it was written."""
    await ua.write(scratch.node, 4294967295, "UInt32")
    reply = await ua.read(scratch.node)

    assert reply.value == 4294967295


@verifies("UA-WRITE-INT64")
async def test_int64(ua, scratch):
    """The Int64 -9007199254740993, which no Double can hold, is read back as it was written."""
    await ua.write(scratch.node, -9007199254740993, "Int64")
    reply = await ua.read(scratch.node)

    assert reply.value == -9007199254740993


@verifies("UA-WRITE-UINT64")
async def test_uint64(ua, scratch):
    """The UInt64 18446744073709551615 is read back as it was written."""
    await ua.write(scratch.node, 18446744073709551615, "UInt64")
    reply = await ua.read(scratch.node)

    assert reply.value == 18446744073709551615


@verifies("UA-WRITE-FLOAT")
async def test_float(ua, scratch):
    """The Float -1.5 is read back as it was written."""
    await ua.write(scratch.node, -1.5, "Float")
    reply = await ua.read(scratch.node)

    assert reply.value == -1.5


@verifies("UA-WRITE-DOUBLE")
async def test_double(ua, scratch):
    """The Double 0.1 is read back as it was written."""
    await ua.write(scratch.node, 0.1, "Double")
    reply = await ua.read(scratch.node)

    assert reply.value == 0.1


@verifies("UA-WRITE-STRING")
async def test_string(ua, scratch):
    """A String with letters of three scripts is read back as it was written."""
    await ua.write(scratch.node, "가나다 äöü", "String")
    reply = await ua.read(scratch.node)

    assert reply.value == "가나다 äöü"


@verifies("UA-WRITE-DATE-TIME")
async def test_date_time(ua, scratch):
    """A DateTime of 2001 is read back as it was written."""
    await ua.write(scratch.node, utc(2001, 2, 3, 4, 5, 6), "DateTime")
    reply = await ua.read(scratch.node)

    assert reply.value == utc(2001, 2, 3, 4, 5, 6)


@verifies("UA-WRITE-GUID")
async def test_guid(ua, scratch):
    """A Guid of random bytes is read back as it was written."""
    await ua.write(scratch.node, guid("72962b91-fa75-4ae6-8d28-b404dc7daf63"), "Guid")
    reply = await ua.read(scratch.node)

    assert reply.value == guid("72962b91-fa75-4ae6-8d28-b404dc7daf63")


@verifies("UA-WRITE-BYTE-STRING")
async def test_byte_string(ua, scratch):
    """A ByteString with the bytes 00, FF and 80 is read back as it was written."""
    await ua.write(scratch.node, b"\x00\xff\x80", "ByteString")
    reply = await ua.read(scratch.node)

    assert reply.value == b"\x00\xff\x80"


@verifies("UA-WRITE-NODE-ID")
async def test_node_id(ua, scratch):
    """A NodeId with a String as identifier is read back as it was written."""
    await ua.write(scratch.node, structures.NodeId("Pump 1", 1), "NodeId")
    reply = await ua.read(scratch.node)

    assert reply.value == structures.NodeId("Pump 1", 1)


@verifies("UA-WRITE-QUALIFIED-NAME")
async def test_qualified_name(ua, scratch):
    """A QualifiedName of namespace 1 is read back as it was written."""
    await ua.write(scratch.node, structures.QualifiedName("Pump 1", 1), "QualifiedName")
    reply = await ua.read(scratch.node)

    assert reply.value == structures.QualifiedName("Pump 1", 1)


@verifies("UA-WRITE-LOCALIZED-TEXT")
async def test_localized_text(ua, scratch):
    """A LocalizedText with its locale is read back as it was written."""
    await ua.write(scratch.node, structures.LocalizedText("펌프", "ko"), "LocalizedText")
    reply = await ua.read(scratch.node)

    assert reply.value == structures.LocalizedText("펌프", "ko")


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
