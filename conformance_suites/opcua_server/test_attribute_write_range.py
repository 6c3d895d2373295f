"""OPC 10000-4 1.05.04, 7.27: NumericRange, writing."""

from testbed.cases import verifies
from testbed.opcua import Attribute, status

FULL_ARRAY_ONLY = 1 << 10
"""A bit of AccessLevelEx (10000-3, 8.58)."""


@verifies("UA-WRITE-RANGE-ELEMENTS")
async def test_elements(ua, scratch):
    """The elements 0 and 1 of an array hold what was written to the range 0:1."""
    await ua.write(scratch.node, [71, 72], "Int32", index_range="0:1")
    held = await ua.held(scratch.node)

    assert held.elements[:2] == (71, 72)


@verifies("UA-WRITE-RANGE-NEIGHBOURS")
async def test_neighbours(ua, scratch):
    """The elements of an array before and behind the range 1:2, to which something was written, stay."""
    await ua.write(scratch.node, [71, 72], "Int32", index_range="1:2")
    held = await ua.held(scratch.node)

    assert held.elements[:1] + held.elements[3:] == scratch.value[:1] + scratch.value[3:]


@verifies("UA-WRITE-RANGE-MATRIX")
async def test_matrix(ua, scratch):
    """The element 0,0 of a matrix alone holds what was written to it."""
    (_, *rest), *others = scratch.value
    await ua.write(scratch.node, [[7.25]], "Double", index_range="0,0")
    reply = await ua.read(scratch.node)

    assert reply.value == ([7.25, *rest], *others)


@verifies("UA-WRITE-RANGE-SIZE")
async def test_size(ua, scratch):
    """Two elements for a range of three are refused."""
    reply = await ua.write(scratch.node, [71, 72], "Int32", index_range="0:2")

    assert reply.operation in (status.BadIndexRangeDataMismatch, status.BadIndexRangeInvalid)


@verifies("UA-WRITE-RANGE-SIZE-UNCHANGED")
async def test_size_unchanged(ua, scratch):
    """An array keeps its elements when two were written to a range of three."""
    await ua.write(scratch.node, [71, 72], "Int32", index_range="0:2")
    reply = await ua.read(scratch.node)

    assert reply.value == scratch.value


@verifies("UA-WRITE-RANGE-OUTSIDE")
async def test_outside(ua, scratch):
    """Two elements for a range far behind the last element are refused."""
    reply = await ua.write(scratch.node, [71, 72], "Int32", index_range="2000000000:2000000001")

    assert reply.operation in (status.BadIndexRangeNoData, status.BadWriteNotSupported)


@verifies("UA-WRITE-RANGE-OUTSIDE-UNCHANGED")
async def test_outside_unchanged(ua, scratch):
    """An array keeps its elements, and their number, when one was written right behind the last."""
    behind = len(scratch.value)
    await ua.write(scratch.node, [71, 72], "Int32", index_range=f"{behind}:{behind + 1}")
    reply = await ua.read(scratch.node)

    assert reply.value == scratch.value


@verifies("UA-WRITE-RANGE-SYNTAX")
async def test_syntax(ua, scratch):
    """A write with the range "0-1" gets Bad_IndexRangeInvalid."""
    reply = await ua.write(scratch.node, [71, 72], "Int32", index_range="0-1")

    assert reply.operation == status.BadIndexRangeInvalid


@verifies("UA-WRITE-RANGE-TYPE")
async def test_type(ua, scratch):
    """Two Doubles for the range 0:1 of an array of Int32 get Bad_TypeMismatch."""
    reply = await ua.write(scratch.node, [7.0, 8.0], "Double", index_range="0:1")

    assert reply.operation == status.BadTypeMismatch


@verifies("UA-WRITE-RANGE-STRING")
async def test_string(ua, scratch):
    """The String "hello" is "hippo" when "ipp" was written to its range 1:3, or that is not supported."""
    await ua.store(scratch.node, "hello", "String")
    reply = await ua.write(scratch.node, "ipp", "String", index_range="1:3")
    held = await ua.held(scratch.node)

    assert (reply.operation, held.value) in ((status.Good, "hippo"), (status.BadWriteNotSupported, "hello"))


@verifies("UA-WRITE-RANGE-STRING-SIZE")
async def test_string_size(ua, scratch):
    """The String "hello" stays when two characters are written to its range 1:3."""
    await ua.store(scratch.node, "hello", "String")
    reply = await ua.write(scratch.node, "ip", "String", index_range="1:3")
    held = await ua.held(scratch.node)

    assert (reply.operation != status.Good, held.value) == (True, "hello")


@verifies("UA-WRITE-FULL-ARRAY-ONLY")
async def test_full_array_only(ua, scratch):
    """A range of an array can be written if its AccessLevelEx lacks WriteFullArrayOnly, and only then."""
    level = await ua.held(scratch.node, Attribute.AccessLevelEx, absent=0)
    reply = await ua.write(scratch.node, [71], "Int32", index_range="0")

    assert (reply.operation == status.BadWriteNotSupported) == (level.value & FULL_ARRAY_ONLY != 0)
