"""MODBUS Application Protocol V1.1b3, 6.1: Read Coils (01)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import CLOSED, ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE, NORMAL, SILENCE, ReadCoils, bits


@verifies("MB-FC01-READS")
@pytest.mark.parametrize("quantity", [1, 8])
async def test_reads(modbus, declared, quantity):
    """As many bytes are returned as the bits asked for fill."""
    reply = await modbus.read_coils(declared.coils.first, quantity)

    assert reply.byte_count == (quantity + 7) // 8


@verifies("MB-FC01-READS")
async def test_reads_many(modbus, declared):
    """All declared coils but one, 1999 at most, are returned in as many bytes as they fill."""
    quantity = min(declared.coils.count, 2000) - 1
    reply = await modbus.read_coils(declared.coils.first, quantity)

    assert reply.byte_count == (quantity + 7) // 8


@verifies("MB-FC01-PADDING")
@pytest.mark.parametrize("quantity", [1, 7])
async def test_padding(modbus, declared, quantity):
    """The bits of the last byte that were not asked for are zero."""
    reply = await modbus.read_coils(declared.coils.first, quantity)

    assert reply.padding == 0


@verifies("MB-FC01-QUANTITY-MAX")
async def test_quantity_max(modbus, declared):
    """2000 coils are returned in 250 bytes."""
    reply = await modbus.read_coils(declared.coils.first, quantity=2000)

    assert reply.byte_count == 250


@verifies("MB-FC01-VALUES")
async def test_values(modbus, coils):
    """Coils that were written one by one are returned in the order of their addresses, lowest bit first."""
    await coils.set(*[True] * 16)
    await coils.write(*bits("10110011 11010110"))
    reply = await modbus.read_coils(coils.first, quantity=16)

    assert reply.values == bits("10110011 11010110")


@verifies("MB-FC01-LAST-ADDRESS")
async def test_last_address(modbus, declared):
    """A read that ends at the last declared address is answered."""
    reply = await modbus.read_coils(declared.coils.last - 1, quantity=2)

    assert reply.exception == NORMAL


@verifies("MB-FC01-QUANTITY-ZERO")
async def test_quantity_zero(modbus, declared):
    """A request for no coils is refused with exception 03."""
    reply = await modbus.read_coils(declared.coils.first, quantity=0)

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC01-QUANTITY-OVER")
@pytest.mark.parametrize("quantity", [2001, 2048, 65535])
async def test_quantity_over(modbus, declared, quantity):
    """More than 2000 coils are refused with exception 03, or 02 where so many do not exist."""
    reply = await modbus.read_coils(declared.coils.first, quantity)

    assert reply.exception in declared.coils.refusals(quantity)


@verifies("MB-FC01-ADDRESS-OUTSIDE")
async def test_address_outside(modbus, declared):
    """A read of a coil that the device does not serve is refused with exception 02."""
    reply = await modbus.read_coils(declared.coils.outside, quantity=1)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC01-ADDRESS-OUTSIDE")
async def test_address_farthest(modbus, declared):
    """A read of the highest address at which the device serves no coil is refused with exception 02."""
    reply = await modbus.read_coils(declared.coils.farthest, quantity=1)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC01-RANGE-BEYOND")
async def test_range_beyond(modbus, declared):
    """A read of the last coil and the one past it is refused with exception 02."""
    reply = await modbus.read_coils(declared.coils.last, quantity=2)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC01-ADDRESS-WRAP")
async def test_address_wrap(modbus):
    """A read of two coils from address 65535 is refused with exception 02."""
    reply = await modbus.read_coils(65535, quantity=2)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC01-LENGTH-SHORT")
@pytest.mark.parametrize("size", [1, 3, 4])
async def test_length_short(modbus, declared, size):
    """A request that ends before its quantity does is refused with exception 03, or gets no answer."""
    request = ReadCoils(declared.coils.first, quantity=1).encode()[:size]
    outcome = await modbus.outcome(request)

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC01-BOTH-WRONG")
async def test_both_wrong(modbus, declared):
    """A request for no coil from the highest unserved address is refused with exception 03 or 02."""
    reply = await modbus.read_coils(declared.coils.farthest, quantity=0)

    assert reply.exception in (ILLEGAL_DATA_VALUE, ILLEGAL_DATA_ADDRESS)


@verifies("MB-FC01-LENGTH-LONG")
async def test_length_long(modbus, declared):
    """A request with two bytes behind its quantity is refused with 03, answered without them, or not."""
    request = ReadCoils(declared.coils.first, quantity=1).encode() + bytes(2)
    outcome = await modbus.outcome(request)

    assert outcome in (NORMAL, ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC01-BYTE-BORDERS")
@pytest.mark.parametrize("quantity", [7, 9, 15, 16, 17])
async def test_byte_borders(modbus, declared, quantity):
    """As many bytes are returned as the bits fill, just before, at and just behind the border of a byte."""
    reply = await modbus.read_coils(declared.coils.first, quantity)

    assert reply.byte_count == (quantity + 7) // 8
