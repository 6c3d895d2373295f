"""MODBUS Application Protocol V1.1b3, 6.6: Write Single Register (06)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import (
    CLOSED,
    ILLEGAL_DATA_ADDRESS,
    ILLEGAL_DATA_VALUE,
    NORMAL,
    SILENCE,
    WriteSingleRegister,
)


@verifies("MB-FC06-WRITES")
@pytest.mark.parametrize("value", [0x0000, 0x7FFF, 0x8000, 0xFFFF, 0x0102])
async def test_writes(modbus, registers, value):
    """A register holds the value that was written to it, whatever its sign."""
    await modbus.write_single_register(registers.first, value)
    held = await registers.values()

    assert held == (value,)


@verifies("MB-FC06-ECHO")
async def test_echo(modbus, registers):
    """A write is answered with an echo of the request."""
    request = WriteSingleRegister(registers.first, 0x1234)
    reply = await modbus.ask(request)

    assert reply.echo == request.encode()


@verifies("MB-FC06-NEIGHBOURS")
async def test_neighbours(modbus, registers):
    """A write to a register leaves the registers before and behind it as they were."""
    await registers.set(0x1111, 0x2222, 0x3333)
    await modbus.write_single_register(registers.first + 1, 0x4444)
    before, _, behind = await registers.values()

    assert (before, behind) == (0x1111, 0x3333)


@verifies("MB-FC06-ADDRESS-OUTSIDE")
async def test_address_outside(modbus, declared):
    """A write to a register past the declared range is refused with exception 02."""
    reply = await modbus.write_single_register(declared.holding_registers.outside, 0)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC06-ADDRESS-OUTSIDE")
async def test_address_farthest(modbus, declared):
    """A write to the highest address at which the device serves no register is refused with exception 02."""
    reply = await modbus.write_single_register(declared.holding_registers.farthest, 0)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC06-LENGTH-SHORT")
@pytest.mark.parametrize("size", [3, 4])
async def test_length_short(modbus, registers, size):
    """A request whose PDU ends before its value does is refused with exception 03, or gets no answer."""
    request = WriteSingleRegister(registers.first, 0x1234)
    outcome = await modbus.outcome(request.encode()[:size])

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC06-SHORT-UNCHANGED")
@pytest.mark.parametrize("size", [3, 4])
async def test_length_short_unchanged(modbus, registers, size):
    """A register keeps its value when a request whose PDU ends before its value does came for it."""
    await registers.set(0x1111)
    await modbus.outcome(WriteSingleRegister(registers.first, 0x2222).encode()[:size])
    held = await registers.values()

    assert held == (0x1111,)


@verifies("MB-FC06-READ-ONLY")
async def test_read_only(modbus, declared):
    """A write to a register that is declared read-only is refused, whatever the exception."""
    reply = await modbus.write_single_register(declared.holding_registers.read_only, 0)

    assert reply.exception != NORMAL
