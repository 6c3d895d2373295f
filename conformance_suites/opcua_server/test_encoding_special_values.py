"""OPC 10000-6 1.05.04, 5.2.2: Built-in types, values that are easily lost."""

import pytest

from testbed.cases import verifies
from testbed.opcua import Item, Raw, ids, status, structures

FORMS = (structures.NodeIdType.TwoByte, structures.NodeIdType.FourByte, structures.NodeIdType.Numeric)
LEAST = bytes(8)
GREATEST = b"\xff\xff\xff\xff\xff\xff\xff\x7f"
OBJECTS = structures.QualifiedName("Objects", 0)


@verifies("UA-ENCODING-BOOLEAN-NONZERO")
async def test_boolean_of_another_byte(ua, scratch):
    """A Boolean that was written as the byte 02 is read as the byte 01."""
    await ua.store(scratch.node, Raw(b"\x01\x02"))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == b"\x01\x01"


@verifies("UA-ENCODING-NAN")
async def test_float_nan(ua, scratch):
    """A Float that is no number is read as a quiet one."""
    await ua.store(scratch["Float"], Raw(b"\x0a\x00\x00\xc0\xff"))
    reply = await ua.read(scratch["Float"])

    assert reply.raw_value in (b"\x0a\x00\x00\xc0\xff", b"\x0a\x00\x00\xc0\x7f")


@verifies("UA-ENCODING-NAN")
async def test_double_nan(ua, scratch):
    """A Double that is no number is read as a quiet one."""
    await ua.store(scratch["Double"], Raw(b"\x0b\x00\x00\x00\x00\x00\x00\xf8\xff"))
    reply = await ua.read(scratch["Double"])

    assert reply.raw_value in (
        b"\x0b\x00\x00\x00\x00\x00\x00\xf8\xff",
        b"\x0b\x00\x00\x00\x00\x00\x00\xf8\x7f",
    )


@verifies("UA-ENCODING-STRING-EMPTY")
@pytest.mark.parametrize("length", [b"\x00\x00\x00\x00", b"\xff\xff\xff\xff"])
async def test_string_of_nothing(ua, scratch, length):
    """An empty and a null String are read as one of them, or as a null value."""
    await ua.store(scratch.node, Raw(b"\x0c" + length))
    reply = await ua.read(scratch.node)

    assert reply.raw_value in (b"\x0c\x00\x00\x00\x00", b"\x0c\xff\xff\xff\xff", b"\x00", b"")


@verifies("UA-ENCODING-BYTE-STRING-EMPTY")
@pytest.mark.parametrize("length", [b"\x00\x00\x00\x00", b"\xff\xff\xff\xff"])
async def test_byte_string_of_nothing(ua, scratch, length):
    """An empty and a null ByteString are read as one of them, or as a null value."""
    await ua.store(scratch.node, Raw(b"\x0f" + length))
    reply = await ua.read(scratch.node)

    assert reply.raw_value in (b"\x0f\x00\x00\x00\x00", b"\x0f\xff\xff\xff\xff", b"\x00", b"")


@verifies("UA-ENCODING-DATE-TIME-LEAST")
async def test_least_date_time(ua, scratch):
    """The DateTime 0 is read as 0."""
    await ua.store(scratch.node, Raw(b"\x0d" + LEAST))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == b"\x0d" + LEAST


@verifies("UA-ENCODING-DATE-TIME-GREATEST")
async def test_greatest_date_time(ua, scratch):
    """The DateTime of the largest Int64 is read as that."""
    await ua.store(scratch.node, Raw(b"\x0d" + GREATEST))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == b"\x0d" + GREATEST


@verifies("UA-ENCODING-NODE-ID-FORMS")
async def test_forms_of_a_node_id(ua):
    """The browse name of the Objects folder is read with each form of its NodeId."""
    browse_name = structures.AttributeIds.BrowseName
    items = [Item(structures.NodeId(ids.ObjectsFolder.Identifier, 0, form), browse_name) for form in FORMS]
    reply = await ua.read(*items)

    assert reply.values == (OBJECTS, OBJECTS, OBJECTS)


@verifies("UA-ENCODING-UTF8")
async def test_no_utf8(ua, scratch):
    """A Read after a String with the bytes FF and FE was written is answered."""
    await ua.write(scratch.node, Raw(b"\x0c\x02\x00\x00\x00\xff\xfe"))
    reply = await ua.read(scratch.node)

    assert reply.status == status.Good
