"""MODBUS Application Protocol V1.1b3, 6.12: Write Multiple Registers (16)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import (
    CLOSED,
    ILLEGAL_DATA_ADDRESS,
    ILLEGAL_DATA_VALUE,
    NORMAL,
    SILENCE,
    WriteMultipleRegisters,
)

LONGEST = range(0, 123 * 0x0101, 0x0101)
"""123 values with two equal bytes each: the order of bytes is judged elsewhere."""


@verifies("MB-FC16-WRITES")
async def test_writes(modbus, registers):
    """Registers hold the values that were written, in the order of their addresses."""
    await modbus.write_multiple_registers(registers.first, (0x0102, 0xFFFE))
    held = await registers.values()

    assert held == (0x0102, 0xFFFE)


@verifies("MB-FC16-RESPONSE")
async def test_response(modbus, registers):
    """The response returns the starting address and the quantity of the request, and nothing else."""
    request = WriteMultipleRegisters(registers.first, (0x1111, 0x2222))
    reply = await modbus.ask(request)

    assert reply.echo == request.encode()[:5]


@verifies("MB-FC16-QUANTITY-MAX")
async def test_quantity_max(modbus, registers):
    """A write of 123 registers is carried out."""
    reply = await modbus.write_multiple_registers(registers.first, LONGEST)

    assert reply.exception == NORMAL


@verifies("MB-FC16-QUANTITY-MAX")
async def test_quantity_max_held(modbus, registers):
    """All 123 registers of the longest write hold the values that were written."""
    await modbus.write_multiple_registers(registers.first, LONGEST)
    held = await registers.values()

    assert held == tuple(LONGEST)


@verifies("MB-FC16-QUANTITY-ZERO")
async def test_quantity_zero(modbus, registers):
    """A write of no registers is refused with exception 03."""
    reply = await modbus.write_multiple_registers(registers.first, ())

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC16-QUANTITY-OVER")
async def test_quantity_over(modbus, registers):
    """A write of 124 registers is refused with exception 03, or gets no answer."""
    request = WriteMultipleRegisters(registers.first, tuple(range(124)))
    outcome = await modbus.outcome(request)

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC16-BYTE-COUNT")
@pytest.mark.parametrize("quantity", [1, 3])
async def test_byte_count(modbus, registers, quantity):
    """A byte count of 4, with as many bytes of data, is refused with exception 03 for 1 or 3 registers."""
    reply = await modbus.write_multiple_registers(registers.first, (0x1111, 0x2222), quantity=quantity)

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC16-BYTE-COUNT")
async def test_byte_count_odd(modbus, registers):
    """A byte count of 3, with as many bytes of data, is refused with exception 03 for 1 register."""
    request = WriteMultipleRegisters(registers.first, (0x1111,), byte_count=3)
    reply = await modbus.ask(request.encode() + b"\x22")

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC16-REFUSED-UNCHANGED")
async def test_refused_unchanged(modbus, registers):
    """A write that was refused for its byte count has changed no register."""
    await registers.set(0x1111, 0x2222)
    await modbus.refused(WriteMultipleRegisters(registers.first, (0x3333,), quantity=2))
    held = await registers.values()

    assert held == (0x1111, 0x2222)


@verifies("MB-FC16-RANGE-BEYOND")
async def test_range_beyond(modbus, declared):
    """A write of two registers from the last declared address on is refused with exception 02."""
    reply = await modbus.write_multiple_registers(declared.holding_registers.last, (0, 0))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC16-ADDRESS-WRAP")
async def test_address_wrap(modbus):
    """A write of two registers from address 65535 on is refused with exception 02."""
    reply = await modbus.write_multiple_registers(65535, (0, 0))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC16-BOTH-WRONG")
async def test_both_wrong(modbus, declared):
    """A write of no registers from the highest unserved address is refused with exception 03 or 02."""
    reply = await modbus.write_multiple_registers(declared.holding_registers.farthest, ())

    assert reply.exception in (ILLEGAL_DATA_VALUE, ILLEGAL_DATA_ADDRESS)


@verifies("MB-FC16-LENGTH-SHORT")
async def test_length_short(modbus, registers):
    """A write of two registers with data for one, though it announces both, is refused or gets no answer."""
    request = WriteMultipleRegisters(registers.first, (0x3333,), quantity=2, byte_count=4)
    outcome = await modbus.outcome(request)

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC16-LENGTH-SHORT")
async def test_length_short_unchanged(modbus, registers):
    """Two registers keep their values after a write with data for one, though it announces both."""
    await registers.set(0x1111, 0x2222)
    await modbus.outcome(WriteMultipleRegisters(registers.first, (0x3333,), quantity=2, byte_count=4))
    held = await registers.values()

    assert held == (0x1111, 0x2222)


@verifies("MB-FC16-RANGE-UNCHANGED")
async def test_range_unchanged(modbus, registers):
    """A write to the last register and the one past it, which was refused, leaves the last one as it was."""
    await registers.set(0x1111)
    await modbus.refused(WriteMultipleRegisters(registers.last, (0x3333, 0x4444)))
    held = await registers.values()

    assert held == (0x1111,)


@verifies("MB-FC16-NEIGHBOURS")
async def test_neighbours(modbus, registers):
    """A write of two registers leaves the two before them and the two behind them as they were."""
    await registers.set(0x1111, 0x2222, 0x3333, 0x4444, 0x5555, 0x6666)
    await modbus.write_multiple_registers(registers.first + 2, (0x7777, 0x8888))
    held = await registers.values()

    assert held[:2] + held[4:] == (0x1111, 0x2222, 0x5555, 0x6666)
