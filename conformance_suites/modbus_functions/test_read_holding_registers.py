"""MODBUS Application Protocol V1.1b3, 6.3: Read Holding Registers (03)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import (
    CLOSED,
    ILLEGAL_DATA_ADDRESS,
    ILLEGAL_DATA_VALUE,
    NORMAL,
    SILENCE,
    ReadHoldingRegisters,
)


@verifies("MB-FC03-READS")
@pytest.mark.parametrize("quantity", [1, 2])
async def test_reads(modbus, declared, quantity):
    """As many registers are returned as were asked for, two bytes each."""
    reply = await modbus.read_holding_registers(declared.holding_registers.first, quantity)

    assert reply.byte_count == 2 * quantity


@verifies("MB-FC03-QUANTITY-MAX")
async def test_quantity_max(modbus, declared):
    """A request for 125 registers is answered with 250 bytes."""
    reply = await modbus.read_holding_registers(declared.holding_registers.first, quantity=125)

    assert reply.byte_count == 250


@verifies("MB-FC03-VALUES")
async def test_values(modbus, registers):
    """Registers are returned in the order of their addresses, high byte first."""
    await registers.set(0x5A5A, 0x5A5A, 0x5A5A, 0x5A5A)
    await registers.write(0x0102, 0x0304, 0x0506, 0x0708)
    reply = await modbus.read_holding_registers(registers.first, quantity=4)

    assert reply.values == (0x0102, 0x0304, 0x0506, 0x0708)


@verifies("MB-FC03-LAST-ADDRESS")
async def test_last_address(modbus, declared):
    """A request for two registers that ends at the last declared address is served."""
    reply = await modbus.read_holding_registers(declared.holding_registers.last - 1, quantity=2)

    assert reply.exception == NORMAL


@verifies("MB-FC03-QUANTITY-ZERO")
async def test_quantity_zero(modbus, declared):
    """A request for no registers is refused with exception 03."""
    reply = await modbus.read_holding_registers(declared.holding_registers.first, quantity=0)

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC03-QUANTITY-OVER")
@pytest.mark.parametrize("quantity", [126, 127, 128, 129, 255, 256, 257, 0x7FFF, 0x8000, 0x8001, 0xFFFF])
async def test_quantity_over(modbus, declared, quantity):
    """A request for over 125 registers is refused with exception 03, or 02 where that many do not exist."""
    reply = await modbus.read_holding_registers(declared.holding_registers.first, quantity)

    assert reply.exception in declared.holding_registers.refusals(quantity)


@verifies("MB-FC03-ADDRESS-OUTSIDE")
async def test_address_outside(modbus, declared):
    """A request for a register past the declared range is refused with exception 02."""
    reply = await modbus.read_holding_registers(declared.holding_registers.outside, quantity=1)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC03-ADDRESS-OUTSIDE")
async def test_address_farthest(modbus, declared):
    """A read of the highest address at which the device serves no register is refused with exception 02."""
    reply = await modbus.read_holding_registers(declared.holding_registers.farthest, quantity=1)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC03-RANGE-BEYOND")
async def test_range_beyond(modbus, declared):
    """A request for two registers from the last declared address on is refused with exception 02."""
    reply = await modbus.read_holding_registers(declared.holding_registers.last, quantity=2)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC03-ADDRESS-WRAP")
async def test_address_wrap(modbus):
    """A request for two registers from address 65535 on is refused with exception 02."""
    reply = await modbus.read_holding_registers(65535, quantity=2)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC03-LENGTH-SHORT")
@pytest.mark.parametrize("size", [1, 3, 4])
async def test_length_short(modbus, declared, size):
    """A request whose PDU ends before its quantity does is refused with exception 03, or gets no answer."""
    request = ReadHoldingRegisters(declared.holding_registers.first, 1)
    outcome = await modbus.outcome(request.encode()[:size])

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC03-BOTH-WRONG")
async def test_both_wrong(modbus, declared):
    """A request for no register from the highest unserved address is refused with exception 03 or 02."""
    reply = await modbus.read_holding_registers(declared.holding_registers.farthest, quantity=0)

    assert reply.exception in (ILLEGAL_DATA_VALUE, ILLEGAL_DATA_ADDRESS)


@verifies("MB-FC03-LENGTH-LONG")
async def test_length_long(modbus, declared):
    """A request with two bytes behind its quantity is refused with 03, answered without them, or not."""
    request = ReadHoldingRegisters(declared.holding_registers.first, quantity=1).encode() + bytes(2)
    outcome = await modbus.outcome(request)

    assert outcome in (NORMAL, ILLEGAL_DATA_VALUE, SILENCE, CLOSED)
