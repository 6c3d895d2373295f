"""MODBUS Application Protocol V1.1b3, 6.4: Read Input Registers (04)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import (
    CLOSED,
    ILLEGAL_DATA_ADDRESS,
    ILLEGAL_DATA_VALUE,
    NORMAL,
    SILENCE,
    ReadInputRegisters,
)


@verifies("MB-FC04-READS")
@pytest.mark.parametrize("quantity", [1, 2])
async def test_reads(modbus, declared, quantity):
    """As many registers are returned as were asked for, two bytes each."""
    reply = await modbus.read_input_registers(declared.input_registers.first, quantity)

    assert reply.byte_count == 2 * quantity


@verifies("MB-FC04-QUANTITY-MAX")
async def test_quantity_max(modbus, declared):
    """A request for 125 registers is answered with 250 bytes."""
    reply = await modbus.read_input_registers(declared.input_registers.first, quantity=125)

    assert reply.byte_count == 250


@verifies("MB-FC04-LAST-ADDRESS")
async def test_last_address(modbus, declared):
    """A request for two registers that ends at the last declared address is served."""
    reply = await modbus.read_input_registers(declared.input_registers.last - 1, quantity=2)

    assert reply.exception == NORMAL


@verifies("MB-FC04-QUANTITY-ZERO")
async def test_quantity_zero(modbus, declared):
    """A request for no registers is refused with exception 03."""
    reply = await modbus.read_input_registers(declared.input_registers.first, quantity=0)

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC04-QUANTITY-OVER")
@pytest.mark.parametrize("quantity", [126, 127, 128, 129, 255, 256, 257, 0x7FFF, 0x8000, 0x8001, 0xFFFF])
async def test_quantity_over(modbus, declared, quantity):
    """A request for over 125 registers is refused with exception 03, or 02 where that many do not exist."""
    reply = await modbus.read_input_registers(declared.input_registers.first, quantity)

    assert reply.exception in declared.input_registers.refusals(quantity)


@verifies("MB-FC04-ADDRESS-OUTSIDE")
async def test_address_outside(modbus, declared):
    """A request for a register past the declared range is refused with exception 02."""
    reply = await modbus.read_input_registers(declared.input_registers.outside, quantity=1)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC04-ADDRESS-OUTSIDE")
async def test_address_farthest(modbus, declared):
    """A read of the highest address at which the device serves no register is refused with exception 02."""
    reply = await modbus.read_input_registers(declared.input_registers.farthest, quantity=1)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC04-RANGE-BEYOND")
async def test_range_beyond(modbus, declared):
    """A request for two registers from the last declared address on is refused with exception 02."""
    reply = await modbus.read_input_registers(declared.input_registers.last, quantity=2)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC04-ADDRESS-WRAP")
async def test_address_wrap(modbus):
    """A request for two registers from address 65535 on is refused with exception 02."""
    reply = await modbus.read_input_registers(65535, quantity=2)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC04-LENGTH-SHORT")
@pytest.mark.parametrize("size", [1, 3, 4])
async def test_length_short(modbus, declared, size):
    """A request whose PDU ends before its quantity does is refused with exception 03, or gets no answer."""
    request = ReadInputRegisters(declared.input_registers.first, 1)
    outcome = await modbus.outcome(request.encode()[:size])

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC04-BOTH-WRONG")
async def test_both_wrong(modbus, declared):
    """A request for no register from the highest unserved address is refused with exception 03 or 02."""
    reply = await modbus.read_input_registers(declared.input_registers.farthest, quantity=0)

    assert reply.exception in (ILLEGAL_DATA_VALUE, ILLEGAL_DATA_ADDRESS)


@verifies("MB-FC04-LENGTH-LONG")
async def test_length_long(modbus, declared):
    """A request with two bytes behind its quantity is refused with 03, answered without them, or not."""
    request = ReadInputRegisters(declared.input_registers.first, quantity=1).encode() + bytes(2)
    outcome = await modbus.outcome(request)

    assert outcome in (NORMAL, ILLEGAL_DATA_VALUE, SILENCE, CLOSED)
