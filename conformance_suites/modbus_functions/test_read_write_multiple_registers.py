"""MODBUS Application Protocol V1.1b3, 6.17: Read/Write Multiple Registers (23)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import (
    CLOSED,
    ILLEGAL_DATA_ADDRESS,
    ILLEGAL_DATA_VALUE,
    SILENCE,
    ReadWriteMultipleRegisters,
)

LONGEST = range(0, 121 * 0x0101, 0x0101)
"""121 values with two equal bytes each: the order of bytes is judged elsewhere."""


@verifies("MB-FC23-READS")
async def test_reads(modbus, registers):
    """The response carries the registers to be read, not those to be written."""
    await registers.set(0x0102, 0x0304, 0x0506, 0x0708)
    reply = await modbus.read_write_multiple_registers(registers.first, 2, registers.first + 2, (1, 2))

    assert reply.values == (0x0102, 0x0304)


@verifies("MB-FC23-WRITES")
async def test_writes(modbus, registers):
    """The registers to be written hold the values of the request, in the order of their addresses."""
    await modbus.read_write_multiple_registers(registers.first + 2, 2, registers.first, (0x0102, 0xFFFE))
    held = await registers.values(2)

    assert held == (0x0102, 0xFFFE)


@verifies("MB-FC23-WRITE-FIRST")
async def test_write_first(modbus, registers):
    """Registers that are both written and read are returned with their new values."""
    await registers.set(0x1111, 0x2222)
    reply = await modbus.read_write_multiple_registers(registers.first, 2, registers.first, (0x3333, 0x4444))

    assert reply.values == (0x3333, 0x4444)


@verifies("MB-FC23-QUANTITY-MAX")
async def test_quantity_max(modbus, declared, registers):
    """A request that reads 125 registers and writes 121 is answered with 250 bytes."""
    first = declared.holding_registers.first
    reply = await modbus.read_write_multiple_registers(first, 125, registers.first, LONGEST)

    assert reply.byte_count == 250


@verifies("MB-FC23-QUANTITY-MAX")
async def test_quantity_max_held(modbus, declared, registers):
    """All 121 registers of the longest write hold the values that were written."""
    first = declared.holding_registers.first
    await modbus.read_write_multiple_registers(first, 125, registers.first, LONGEST)
    held = await registers.values(121)

    assert held == tuple(LONGEST)


@verifies("MB-FC23-READ-QUANTITY")
@pytest.mark.parametrize("quantity", [0, 126])
async def test_read_quantity(modbus, declared, registers, quantity):
    """A request that reads no registers, or 126, is refused with exception 03."""
    first = declared.holding_registers.first
    reply = await modbus.read_write_multiple_registers(first, quantity, registers.first, (0,))

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC23-WRITE-QUANTITY")
async def test_write_quantity_zero(modbus, registers):
    """A request that writes no registers is refused with exception 03."""
    reply = await modbus.read_write_multiple_registers(registers.first, 1, registers.first, ())

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC23-WRITE-QUANTITY")
async def test_write_quantity_over(modbus, registers):
    """A request that writes 122 registers is refused with exception 03, or gets no answer."""
    request = ReadWriteMultipleRegisters(registers.first, 1, registers.first, tuple(range(122)))
    outcome = await modbus.outcome(request)

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC23-BYTE-COUNT")
@pytest.mark.parametrize("quantity", [1, 3])
async def test_byte_count(modbus, registers, quantity):
    """A byte count of 4, with as many bytes of data, is refused with exception 03 for 1 or 3 registers."""
    reply = await modbus.read_write_multiple_registers(
        registers.first, 1, registers.first, (0x1111, 0x2222), write_quantity=quantity
    )

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC23-BYTE-COUNT")
async def test_byte_count_odd(modbus, registers):
    """A byte count of 3, with as many bytes of data, is refused with exception 03 for 1 register."""
    request = ReadWriteMultipleRegisters(registers.first, 1, registers.first, (0x1111,), byte_count=3)
    reply = await modbus.ask(request.encode() + b"\x22")

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC23-READ-OUTSIDE")
async def test_read_outside(modbus, declared, registers):
    """A request that reads a register past the declared range is refused with exception 02."""
    outside = declared.holding_registers.outside
    reply = await modbus.read_write_multiple_registers(outside, 1, registers.first, (0,))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC23-READ-OUTSIDE")
async def test_read_beyond(modbus, declared, registers):
    """A request that reads two registers from the last declared address on is refused with exception 02."""
    last = declared.holding_registers.last
    reply = await modbus.read_write_multiple_registers(last, 2, registers.first, (0,))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC23-WRITE-OUTSIDE")
async def test_write_outside(modbus, declared):
    """A request that writes a register past the declared range is refused with exception 02."""
    table = declared.holding_registers
    reply = await modbus.read_write_multiple_registers(table.first, 1, table.outside, (0,))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC23-WRITE-OUTSIDE")
async def test_write_beyond(modbus, declared):
    """A request that writes two registers from the last declared address on is refused with exception 02."""
    table = declared.holding_registers
    reply = await modbus.read_write_multiple_registers(table.first, 1, table.last, (0, 0))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC23-REFUSED-UNCHANGED")
async def test_refused_unchanged(modbus, declared, registers):
    """A request that was refused for what it reads has written nothing."""
    await registers.set(0x1111, 0x2222)
    outside = declared.holding_registers.outside
    await modbus.refused(ReadWriteMultipleRegisters(outside, 1, registers.first, (0x3333, 0x4444)))
    held = await registers.values()

    assert held == (0x1111, 0x2222)


@verifies("MB-FC23-QUANTITY-UNCHANGED")
async def test_quantity_unchanged(modbus, registers):
    """A request that was refused because it reads no registers has written nothing."""
    await registers.set(0x1111, 0x2222)
    await modbus.refused(ReadWriteMultipleRegisters(registers.first, 0, registers.first, (0x3333, 0x4444)))
    held = await registers.values()

    assert held == (0x1111, 0x2222)


@verifies("MB-FC23-NEIGHBOURS")
async def test_neighbours(modbus, registers):
    """A write of two registers leaves the two before them and the two behind them as they were."""
    await registers.set(0x1111, 0x2222, 0x3333, 0x4444, 0x5555, 0x6666)
    await modbus.read_write_multiple_registers(registers.first, 1, registers.first + 2, (0x7777, 0x8888))
    held = await registers.values()

    assert held[:2] + held[4:] == (0x1111, 0x2222, 0x5555, 0x6666)
