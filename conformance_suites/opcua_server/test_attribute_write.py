"""OPC 10000-4 1.05.04, 5.11.4: Write."""

from testbed.cases import verifies
from testbed.opcua import Attribute, Raw, WriteItem, ids, status, structures

DISPLAY_NAME_BIT = 1 << 6
NODE_CLASS_BIT = 1 << 13
"""Bits of the WriteMask (10000-3, 8.60)."""

LIMIT = ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerWrite
LONGEST = 1 << 20
"""Bytes or elements that a value may have at most to be sent."""
LONGEST_STRING = ids.Server_ServerCapabilities_MaxStringLength
LONGEST_BYTES = ids.Server_ServerCapabilities_MaxByteStringLength
LONGEST_ARRAY = ids.Server_ServerCapabilities_MaxArrayLength


@verifies("UA-WRITE-TYPE-OTHER")
async def test_type_other(ua, scratch):
    """A String written to a Double gets Bad_TypeMismatch."""
    reply = await ua.write(scratch.node, "7", "String")

    assert reply.operation == status.BadTypeMismatch


@verifies("UA-WRITE-TYPE-NUMBER")
async def test_type_number(ua, scratch):
    """An Int32 written to a Double gets Bad_TypeMismatch."""
    reply = await ua.write(scratch.node, 7, "Int32")

    assert reply.operation == status.BadTypeMismatch


@verifies("UA-WRITE-TYPE-ARRAY")
async def test_type_array(ua, scratch):
    """An array of one Double written to a Double gets Bad_TypeMismatch."""
    reply = await ua.write(scratch.node, [7.0], "Double")

    assert reply.operation == status.BadTypeMismatch


@verifies("UA-WRITE-TYPE-SCALAR")
async def test_type_scalar(ua, scratch):
    """An Int32 written to an array of Int32 gets Bad_TypeMismatch."""
    reply = await ua.write(scratch.node, 7, "Int32")

    assert reply.operation == status.BadTypeMismatch


@verifies("UA-WRITE-TYPE-NULL")
async def test_type_null(ua, scratch):
    """A null value written to a Double gets Bad_TypeMismatch."""
    reply = await ua.write(scratch.node, structures.Variant())

    assert reply.operation == status.BadTypeMismatch


@verifies("UA-WRITE-REFUSED-UNCHANGED")
async def test_refused_unchanged(ua, scratch):
    """A Double keeps its value when a String was written to it."""
    await ua.write(scratch.node, "7", "String")
    reply = await ua.read(scratch.node)

    assert reply.value == scratch.value


@verifies("UA-WRITE-NOTHING")
async def test_nothing(ua):
    """A Write of no nodes is refused with Bad_NothingToDo."""
    reply = await ua.write_many()

    assert reply.status == status.BadNothingToDo


@verifies("UA-WRITE-NODE-UNKNOWN")
async def test_node_unknown(ua, declared):
    """A write to a node that does not exist gets Bad_NodeIdUnknown."""
    reply = await ua.write(declared.unknown, 7, "Int32")

    assert reply.operation == status.BadNodeIdUnknown


@verifies("UA-WRITE-READ-ONLY")
async def test_read_only(ua, declared):
    """A read-only value to which its own value is written is refused."""
    held = await ua.held(declared.read_only)
    reply = await ua.write(declared.read_only, Raw(held.raw))

    assert reply.operation in (status.BadNotWritable, status.BadUserAccessDenied)


@verifies("UA-WRITE-READ-ONLY-UNCHANGED")
async def test_read_only_unchanged(ua, declared):
    """A read-only Double keeps its value when another one is written to it."""
    node = declared.read_only_of("Double")
    held = await ua.held(node)
    await ua.write(node, 7.25, "Double")
    reply = await ua.read(node)

    assert reply.value == held.value


@verifies("UA-WRITE-ATTRIBUTE-INVALID")
async def test_attribute_invalid(ua, scratch):
    """A write to attribute 28, which no node has, gets Bad_AttributeIdInvalid."""
    reply = await ua.write(scratch.node, 7, "Int32", attribute=28)

    assert reply.operation == status.BadAttributeIdInvalid


@verifies("UA-WRITE-ATTRIBUTE-FOREIGN")
async def test_attribute_foreign(ua):
    """A write to the Value of the Server object gets Bad_AttributeIdInvalid."""
    reply = await ua.write(ids.Server, 7, "Int32")

    assert reply.operation == status.BadAttributeIdInvalid


@verifies("UA-WRITE-NODE-CLASS")
async def test_node_class(ua, scratch):
    """The NodeClass of a variable is written with its own value if its WriteMask says so, and only then."""
    mask = await ua.held(scratch.node, Attribute.WriteMask, absent=0)
    reply = await ua.write(scratch.node, 2, "Int32", attribute=Attribute.NodeClass)

    assert (reply.operation == status.Good) == (mask.value & NODE_CLASS_BIT != 0)


@verifies("UA-WRITE-DISPLAY-NAME")
async def test_display_name(ua, scratch):
    """The DisplayName of a variable is written with its own value if its WriteMask says so, and only then."""
    mask = await ua.held(scratch.node, Attribute.WriteMask, absent=0)
    name = await ua.held(scratch.node, Attribute.DisplayName)
    reply = await ua.write(scratch.node, Raw(name.raw), attribute=Attribute.DisplayName)

    assert (reply.operation == status.Good) == (mask.value & DISPLAY_NAME_BIT != 0)


@verifies("UA-WRITE-ORDER")
async def test_order(ua, scratch):
    """Of a good write and one with a wrong type the second is refused."""
    reply = await ua.write_many(
        WriteItem(scratch["Double"], 7.25, "Double"), WriteItem(scratch["Int32"], "7", "String")
    )

    assert reply.statuses == (status.Good, status.BadTypeMismatch)


@verifies("UA-WRITE-OTHERS-WRITTEN")
async def test_others_written(ua, scratch):
    """A good write behind one with a wrong type is carried out."""
    wrong, right = WriteItem(scratch["Int32"], "7", "String"), WriteItem(scratch["Double"], 7.25, "Double")
    await ua.write_many(wrong, right)
    reply = await ua.read(scratch["Double"])

    assert reply.value == 7.25


@verifies("UA-WRITE-LIMIT-SERVED")
async def test_limit_served(ua, declared):
    """As many writes as MaxNodesPerWrite says, all to a node that does not exist, are served."""
    most = await ua.limit(LIMIT)
    reply = await ua.write_many(*[WriteItem(declared.unknown, 7, "Int32")] * most)

    assert reply.status == status.Good


@verifies("UA-WRITE-LIMIT-EXCEEDED")
async def test_limit_exceeded(ua, declared):
    """A Write of one operation more than MaxNodesPerWrite says is refused with Bad_TooManyOperations."""
    most = await ua.limit(LIMIT)
    reply = await ua.write_many(*[WriteItem(declared.unknown, 7, "Int32")] * (most + 1))

    assert reply.status == status.BadTooManyOperations


@verifies("UA-WRITE-STRING-LENGTH")
async def test_string_length(ua, scratch):
    """A String of one byte more than MaxStringLength says is not accepted."""
    most = await ua.limit(LONGEST_STRING, most=LONGEST)
    reply = await ua.write(scratch.node, "x" * (most + 1), "String")

    assert reply.operation != status.Good


@verifies("UA-WRITE-BYTE-STRING-LENGTH")
async def test_byte_string_length(ua, scratch):
    """A ByteString of one byte more than MaxByteStringLength says is not accepted."""
    most = await ua.limit(LONGEST_BYTES, most=LONGEST)
    reply = await ua.write(scratch.node, bytes(most + 1), "ByteString")

    assert reply.operation != status.Good


@verifies("UA-WRITE-ARRAY-LENGTH")
async def test_array_length(ua, scratch):
    """An array of one element more than MaxArrayLength says is not accepted."""
    most = await ua.limit(LONGEST_ARRAY, most=LONGEST)
    reply = await ua.write(scratch.node, [0] * (most + 1), "Byte")

    assert reply.operation != status.Good
