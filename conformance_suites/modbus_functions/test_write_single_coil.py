"""MODBUS Application Protocol V1.1b3, 6.5: Write Single Coil (05)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import (
    CLOSED,
    COIL_OFF,
    COIL_ON,
    ILLEGAL_DATA_ADDRESS,
    ILLEGAL_DATA_VALUE,
    SILENCE,
    WriteSingleCoil,
)


@verifies("MB-FC05-WRITES")
@pytest.mark.parametrize(("value", "after"), [(COIL_ON, True), (COIL_OFF, False)], ids=["FF00", "0000"])
async def test_writes(modbus, coils, value, after):
    """FF00 sets a coil that is off, and 0000 clears one that is on."""
    await coils.set(not after)
    await modbus.write_single_coil(coils.first, value)
    found = await coils.values()

    assert found == (after,)


@verifies("MB-FC05-ECHO")
@pytest.mark.parametrize("value", [COIL_ON, COIL_OFF], ids="{:04X}".format)
async def test_echo(modbus, coils, value):
    """A write is answered with the request itself."""
    request = WriteSingleCoil(coils.first, value)
    reply = await modbus.ask(request)

    assert reply.echo == request.encode()


@verifies("MB-FC05-VALUE-ILLEGAL")
@pytest.mark.parametrize("value", [0x0001, 0x00FF, 0x0100, 0x1234, 0xFF01, 0xFFFF], ids="{:04X}".format)
async def test_value_illegal(modbus, coils, value):
    """A value that is neither FF00 nor 0000 is refused with exception 03."""
    reply = await modbus.write_single_coil(coils.first, value)

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC05-REFUSED-UNCHANGED")
@pytest.mark.parametrize("before", [False, True], ids=["off", "on"])
@pytest.mark.parametrize("value", [0x0001, 0x00FF, 0xFF01, 0xFFFF], ids="{:04X}".format)
async def test_refused_unchanged(modbus, coils, value, before):
    """A coil keeps its state when an illegal value is written to it, whatever the answer."""
    await coils.set(before)
    await modbus.outcome(WriteSingleCoil(coils.first, value))
    found = await coils.values()

    assert found == (before,)


@verifies("MB-FC05-NEIGHBOURS")
@pytest.mark.parametrize(("value", "others"), [(COIL_ON, False), (COIL_OFF, True)], ids=["FF00", "0000"])
async def test_neighbours(modbus, coils, value, others):
    """A write leaves the eight coils before it and the eight behind it as they are."""
    await coils.set(*[others] * 17)
    await modbus.write_single_coil(coils.first + 8, value)
    found = await coils.values()

    assert found[:8] + found[9:] == (others,) * 16


@verifies("MB-FC05-ADDRESS-OUTSIDE")
async def test_address_outside(modbus, declared):
    """A write to a coil that the device does not serve is refused with exception 02."""
    reply = await modbus.write_single_coil(declared.coils.outside, COIL_ON)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC05-ADDRESS-OUTSIDE")
async def test_address_farthest(modbus, declared):
    """A write to the highest address at which the device serves no coil is refused with exception 02."""
    reply = await modbus.write_single_coil(declared.coils.farthest, COIL_ON)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC05-BOTH-WRONG")
async def test_both_wrong(modbus, declared):
    """An illegal value for a coil that the device does not serve is refused with exception 03 or 02."""
    reply = await modbus.write_single_coil(declared.coils.farthest, 0x1234)

    assert reply.exception in (ILLEGAL_DATA_VALUE, ILLEGAL_DATA_ADDRESS)


@verifies("MB-FC05-LENGTH-SHORT")
@pytest.mark.parametrize("size", [3, 4])
async def test_length_short(modbus, coils, size):
    """A request whose PDU ends before its value does is refused with exception 03, or gets no answer."""
    request = WriteSingleCoil(coils.first, COIL_ON)
    outcome = await modbus.outcome(request.encode()[:size])

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC05-LENGTH-SHORT")
@pytest.mark.parametrize("size", [3, 4])
async def test_length_short_unchanged(modbus, coils, size):
    """A coil that is on stays on after a request whose PDU ends before its value does."""
    await coils.set(True)
    await modbus.outcome(WriteSingleCoil(coils.first, COIL_OFF).encode()[:size])
    found = await coils.values()

    assert found == (True,)
