"""OPC 10000-4 1.05.04, 7.27: NumericRange, reading."""

import pytest

from testbed.cases import verifies
from testbed.opcua import status

NO_RANGE = (status.BadIndexRangeNoData, status.BadIndexRangeInvalid)


@verifies("UA-RANGE-ELEMENTS")
async def test_elements(ua, scratch):
    """The range 1:3 of an array returns its second to its fourth element."""
    values = tuple(range(10, 10 + len(scratch.value)))
    await ua.store(scratch.node, list(values), "Int32")
    reply = await ua.read(scratch.node, index_range="1:3")

    assert reply.value == values[1:4]


@verifies("UA-RANGE-SINGLE")
async def test_single(ua, declared):
    """The index 0 of an array returns an array of one element."""
    reply = await ua.read(declared.array("Int32"), index_range="0")

    assert reply.length == 1


@verifies("UA-RANGE-EMPTY")
async def test_empty(ua, scratch):
    """An empty range of an array returns the whole array."""
    reply = await ua.read(scratch.node, index_range="")

    assert reply.value == scratch.value


@verifies("UA-RANGE-PARTIAL")
async def test_partial(ua, scratch):
    """A range that begins at the last element of an array and ends nine behind it returns the last one."""
    last = len(scratch.value) - 1
    reply = await ua.read(scratch.node, index_range=f"{last}:{last + 9}")

    assert reply.value == scratch.value[last:]


@verifies("UA-RANGE-OUTSIDE")
@pytest.mark.parametrize("index_range", ["2000000000", "2000000000:2000000001"])
async def test_outside(ua, declared, index_range):
    """An index, and a range, far behind the last element gets Bad_IndexRangeNoData."""
    reply = await ua.read(declared.array("Int32"), index_range=index_range)

    assert reply.operation == status.BadIndexRangeNoData


@verifies("UA-RANGE-SYNTAX")
@pytest.mark.parametrize("index_range", ["a", "-1:3", "1:", "0 ", "0;1"])
async def test_syntax(ua, declared, index_range):
    """Text that is no range gets Bad_IndexRangeInvalid."""
    reply = await ua.read(declared.array("Int32"), index_range=index_range)

    assert reply.operation == status.BadIndexRangeInvalid


@verifies("UA-RANGE-BACKWARDS")
@pytest.mark.parametrize("index_range", ["1:0", "1:1"])
async def test_backwards(ua, declared, index_range):
    """The ranges 1:0 and 1:1, whose ends are not above their beginnings, are refused."""
    reply = await ua.read(declared.array("Int32"), index_range=index_range)

    assert reply.operation in NO_RANGE


@verifies("UA-RANGE-SCALAR")
async def test_scalar(ua, declared):
    """The range 0:1 of a Double is refused."""
    reply = await ua.read(declared.variable("Double"), index_range="0:1")

    assert reply.operation in NO_RANGE


@verifies("UA-RANGE-DIMENSIONS")
async def test_dimensions(ua, declared):
    """The range 0,0 of an array with one dimension is refused."""
    reply = await ua.read(declared.array("Int32"), index_range="0,0")

    assert reply.operation in NO_RANGE


@verifies("UA-RANGE-MATRIX")
async def test_matrix(ua, scratch):
    """The range 0,0:1 of a matrix returns the first two elements of its first row, as a matrix."""
    reply = await ua.read(scratch.node, index_range="0,0:1")

    assert reply.value == (scratch.value[0][:2],)


@verifies("UA-RANGE-MATRIX-OUTSIDE")
@pytest.mark.parametrize("index_range", ["0,2000000000", "2000000000,0"])
async def test_matrix_outside(ua, declared, index_range):
    """An index far outside the columns, and one far outside the rows, gets Bad_IndexRangeNoData."""
    reply = await ua.read(declared.matrix("Double"), index_range=index_range)

    assert reply.operation == status.BadIndexRangeNoData


@verifies("UA-RANGE-STRING")
async def test_string(ua, scratch):
    """The range 1:2 of the String "hello" is "el"."""
    await ua.store(scratch.node, "hello", "String")
    reply = await ua.read(scratch.node, index_range="1:2")

    assert reply.value == "el"


@verifies("UA-RANGE-STRING-OUTSIDE")
async def test_string_outside(ua, scratch):
    """The range 5:6 of the String "hello" gets Bad_IndexRangeNoData."""
    await ua.store(scratch.node, "hello", "String")
    reply = await ua.read(scratch.node, index_range="5:6")

    assert reply.operation == status.BadIndexRangeNoData


@verifies("UA-RANGE-BYTE-STRING")
async def test_byte_string(ua, scratch):
    """The range 1:2 of a ByteString returns its second and its third byte."""
    await ua.store(scratch.node, b"\x01\x02\x03\x04", "ByteString")
    reply = await ua.read(scratch.node, index_range="1:2")

    assert reply.value == b"\x02\x03"


@verifies("UA-RANGE-STRING-ARRAY")
async def test_string_array(ua, scratch):
    """The range 0:1,1:2 of an array of Strings returns two characters of each of its first two."""
    await ua.store(scratch.node, ["hello", "world", "again"], "String")
    reply = await ua.read(scratch.node, index_range="0:1,1:2")

    assert reply.value == ("el", "or")
