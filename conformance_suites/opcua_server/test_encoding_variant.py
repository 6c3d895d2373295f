"""OPC 10000-6 1.05.04, 5.2.2.16: Variant, its arrays, dimensions, levels and structures."""

import pytest

from testbed.cases import verifies
from testbed.opcua import NORMAL, SILENCE, Raw, WriteItem, status

MATRIX = b"\xc4\x06\x00\x00\x00" + bytes(range(12)) + b"\x02\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00"
"""An Int16 matrix of two rows and three columns."""
UNKNOWN = b"\x16\x01\x00\xe9\xfd\x01\x03\x00\x00\x00\x01\x02\x03"
"""A structure of type 65001 of namespace 0, which the standard has not, with a body of three bytes."""
NESTED = b"\x98\x01\x00\x00\x00"
"""An array of one Variant, which follows."""


@verifies("UA-ENCODING-ARRAY")
async def test_array(ua, scratch):
    """An array of a String and a null String is read in the bytes in which it was written."""
    raw = b"\x8c\x02\x00\x00\x00\x01\x00\x00\x00x\xff\xff\xff\xff"
    await ua.store(scratch.node, Raw(raw))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == raw


@verifies("UA-ENCODING-ARRAY-EMPTY")
async def test_empty_array(ua, scratch):
    """An empty array of Strings is read as an empty or a null one."""
    await ua.store(scratch.node, Raw(b"\x8c\x00\x00\x00\x00"))
    reply = await ua.read(scratch.node)

    assert reply.raw_value in (b"\x8c\x00\x00\x00\x00", b"\x8c\xff\xff\xff\xff")


@verifies("UA-ENCODING-MATRIX")
async def test_matrix(ua, scratch):
    """A matrix is read in the bytes in which it was written."""
    await ua.store(scratch.node, Raw(MATRIX))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == MATRIX


@verifies("UA-ENCODING-DIMENSIONS")
async def test_dimensions_of_more_elements(ua, scratch):
    """A matrix of two rows and three columns with five elements is refused."""
    raw = b"\xc6\x05\x00\x00\x00" + bytes(20) + b"\x02\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00"
    reply = await ua.write(scratch.node, Raw(raw))

    assert reply.operation != status.Good


@verifies("UA-ENCODING-EXTENSION-UNKNOWN")
async def test_unknown_structure(ua, scratch):
    """A write behind that of an unknown structure is carried out."""
    reply = await ua.write_many(
        WriteItem(scratch["ExtensionObject"], Raw(UNKNOWN)), WriteItem(scratch["Int32"], 7, "Int32")
    )

    assert reply.last_operation == status.Good


@verifies("UA-ENCODING-VARIANT-RESERVED")
@pytest.mark.parametrize("number", [26, 31])
async def test_reserved_type(ua, scratch, number):
    """A write behind that of a Variant of a reserved type is carried out."""
    reply = await ua.write_many(
        WriteItem(scratch["ByteString"], Raw(bytes([number]) + b"\x02\x00\x00\x00\x01\x02")),
        WriteItem(scratch["Int32"], 7, "Int32"),
    )

    assert reply.last_operation == status.Good


@verifies("UA-ENCODING-VARIANT-UNDEFINED")
@pytest.mark.parametrize("number", [32, 63])
async def test_undefined_type(ua, scratch, number):
    """A Variant of a type that no version of the standard has is refused."""
    reply = await ua.write(scratch.node, Raw(bytes([number]) + bytes(4)))

    assert reply.operation != status.Good


@verifies("UA-ENCODING-NESTED")
async def test_hundred_levels(ua, scratch):
    """A hundred Variants, each in the one before, are written without a fault."""
    reply = await ua.write(scratch.node, Raw(NESTED * 99 + b"\x01\x01"))

    assert reply.status == status.Good


@verifies("UA-ENCODING-NESTED-TOO-DEEP")
async def test_ten_thousand_levels(ua, scratch):
    """Ten thousand Variants, each in the one before, are refused, or the connection is closed."""
    reaction = await ua.ended(ua.write(scratch.node, Raw(NESTED * 9999 + b"\x01\x01")))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-ENCODING-DIAGNOSTICS-TOO-DEEP")
async def test_ten_thousand_diagnostics(ua, scratch):
    """Ten thousand diagnostics, each within the one before, are refused, or the connection is closed."""
    reaction = await ua.ended(ua.write(scratch.node, Raw(b"\x19" + b"\x40" * 9999 + b"\x00")))

    assert reaction not in (NORMAL, SILENCE)
