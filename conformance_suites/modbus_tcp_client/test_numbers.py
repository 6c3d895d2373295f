"""MODBUS Application Protocol V1.1b3, 4.2: registers of 16 bits, and the longer numbers put in them."""

import pytest

from testbed.cases import verifies
from testbed.modbus_client import ERROR, NOTHING, RIGHT


@verifies("MBC-NUMBER-UINT16")
@pytest.mark.parametrize("value", [0x8000, 0xFFFF])
async def test_uint16(client, value):
    """An unsigned register is believed as it is."""
    meeting = await client.reads(kind="uint16", values=[value])

    assert meeting.belief is RIGHT


@verifies("MBC-NUMBER-INT16")
@pytest.mark.parametrize("value", [-0x8000, -1])
async def test_int16(client, value):
    """A signed register is believed as it is."""
    meeting = await client.reads(kind="int16", values=[value])

    assert meeting.belief is RIGHT


@verifies("MBC-NUMBER-UINT32")
@pytest.mark.parametrize("value", [0x00010002, 0x80000001, 0xFFFFFFFE])
async def test_uint32(client, value):
    """An unsigned number of two registers is believed as it is."""
    meeting = await client.reads(kind="uint32", values=[value])

    assert meeting.belief is RIGHT


@verifies("MBC-NUMBER-INT32")
@pytest.mark.parametrize("value", [-0x7FFFFFFF, -2, 0x7FFFFFFE])
async def test_int32(client, value):
    """A signed number of two registers is believed as it is."""
    meeting = await client.reads(kind="int32", values=[value])

    assert meeting.belief is RIGHT


@verifies("MBC-NUMBER-FLOAT32")
@pytest.mark.parametrize("value", [1.5, -1024.25, 1e30])
async def test_float32(client, value):
    """A floating-point number of two registers is believed as it is."""
    meeting = await client.reads(kind="float32", values=[value])

    assert meeting.belief is RIGHT


@verifies("MBC-NUMBER-UINT64")
@pytest.mark.parametrize("value", [0x0001000200030004, 0x8000000000000001])
async def test_uint64(client, value):
    """An unsigned number of four registers is believed as it is, to the last digit."""
    meeting = await client.reads(kind="uint64", values=[value])

    assert meeting.belief is RIGHT


@verifies("MBC-NUMBER-INT64")
@pytest.mark.parametrize("value", [-2, -0x20000000000001])
async def test_int64(client, value):
    """A signed number of four registers is believed as it is, to the last digit."""
    meeting = await client.reads(kind="int64", values=[value])

    assert meeting.belief is RIGHT


@verifies("MBC-NUMBER-FLOAT64")
@pytest.mark.parametrize("value", [1.5, -1e200])
async def test_float64(client, value):
    """A floating-point number of four registers is believed as it is."""
    meeting = await client.reads(kind="float64", values=[value])

    assert meeting.belief is RIGHT


@verifies("MBC-NUMBER-NAN")
async def test_nan(client):
    """NaN is shown as NaN, as an error, or not at all."""
    meeting = await client.reads(kind="float", values=[float("nan")])

    assert meeting.belief in (RIGHT, ERROR, NOTHING)


@verifies("MBC-BITS")
async def test_bits(client):
    """Bits are believed in the order of their addresses."""
    meeting = await client.reads(function="bits", values=[1, 0, 0, 1, 1])

    assert meeting.belief is RIGHT
