"""MODBUS Application Protocol V1.1b3, 6.16: Mask Write Register (22)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import CLOSED, ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE, SILENCE, MaskWriteRegister


@verifies("MB-FC22-WRITES")
@pytest.mark.parametrize(
    ("before", "masks", "after"),
    [
        (0x0012, (0x00F2, 0x0025), 0x0017),
        (0x1234, (0xFFFF, 0x0000), 0x1234),
        (0x1234, (0x0000, 0xA5A5), 0xA5A5),
        (0x1234, (0xFFFF, 0xFFFF), 0x1234),
    ],
)
async def test_writes(modbus, registers, before, masks, after):
    """A register keeps the bits of the AND mask, and takes all others from the OR mask."""
    await registers.set(before)
    await modbus.mask_write_register(registers.first, *masks)
    held = await registers.values()

    assert held == (after,)


@verifies("MB-FC22-ECHO")
async def test_echo(modbus, registers):
    """A mask write is answered with an echo of the request."""
    request = MaskWriteRegister(registers.first, 0x00F2, 0x0025)
    reply = await modbus.ask(request)

    assert reply.echo == request.encode()


@verifies("MB-FC22-NEIGHBOURS")
async def test_neighbours(modbus, registers):
    """A mask write leaves the registers before and behind as they were."""
    await registers.set(0x1111, 0x2222, 0x3333)
    await modbus.mask_write_register(registers.first + 1, 0x0000, 0x4444)
    before, _, behind = await registers.values()

    assert (before, behind) == (0x1111, 0x3333)


@verifies("MB-FC22-ADDRESS-OUTSIDE")
async def test_address_outside(modbus, declared):
    """A mask write to a register past the declared range is refused with exception 02."""
    reply = await modbus.mask_write_register(declared.holding_registers.outside, 0xFFFF, 0x0000)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC22-LENGTH-SHORT")
@pytest.mark.parametrize("size", [5, 6])
async def test_length_short(modbus, registers, size):
    """A request whose PDU ends before its masks do is refused with exception 03, or gets no answer."""
    request = MaskWriteRegister(registers.first, 0x00F2, 0x0025)
    outcome = await modbus.outcome(request.encode()[:size])

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)
