"""MODBUS Application Protocol V1.1b3, 6.11: Write Multiple Coils (15)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import (
    CLOSED,
    ILLEGAL_DATA_ADDRESS,
    ILLEGAL_DATA_VALUE,
    NORMAL,
    SILENCE,
    WriteMultipleCoils,
    bits,
)


@verifies("MB-FC15-WRITES")
@pytest.mark.parametrize("pattern", ["1011001110", "0100110001"])
async def test_writes(modbus, coils, pattern):
    """Coils hold the bits that were written, the lowest bit of the first byte at the lowest address."""
    await modbus.write_multiple_coils(coils.first, bits(pattern))
    found = await coils.values()

    assert found == bits(pattern)


@verifies("MB-FC15-RESPONSE")
async def test_response(modbus, coils):
    """A write is answered with its function code, starting address and quantity, and nothing else."""
    request = WriteMultipleCoils(coils.first, bits("1011001110"))
    reply = await modbus.ask(request)

    assert reply.echo == request.encode()[:5]


@verifies("MB-FC15-QUANTITY-MAX")
async def test_quantity_max(modbus, coils):
    """A write of 1968 coils is carried out."""
    reply = await modbus.write_multiple_coils(coils.first, [False] * 1968)

    assert reply.exception == NORMAL


@verifies("MB-FC15-QUANTITY-MAX")
async def test_quantity_max_held(modbus, coils):
    """All 1968 coils of the longest write hold the bits that were written."""
    await modbus.write_multiple_coils(coils.first, bits("011" * 656))
    found = await coils.values()

    assert found == bits("011" * 656)


@verifies("MB-FC15-QUANTITY-ZERO")
async def test_quantity_zero(modbus, coils):
    """A write of no coils is refused with exception 03."""
    reply = await modbus.write_multiple_coils(coils.first, [])

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC15-QUANTITY-OVER")
async def test_quantity_over(modbus, coils):
    """A write of 1969 coils, all of which the device serves, is refused with exception 03."""
    reply = await modbus.write_multiple_coils(coils.first, [False] * 1969)

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC15-BYTE-COUNT")
@pytest.mark.parametrize(("quantity", "byte_count"), [(10, 1), (8, 2)])
async def test_byte_count(modbus, coils, quantity, byte_count):
    """A byte count that is too small or too large for the quantity is refused with exception 03."""
    reply = await modbus.write_multiple_coils(coils.first, [False] * 8 * byte_count, quantity=quantity)

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC15-REFUSED-UNCHANGED")
async def test_refused_unchanged(modbus, coils):
    """A write of ten coils that was refused, because it has data for eight only, has changed no coil."""
    await coils.set(*[False] * 16)
    await modbus.refused(WriteMultipleCoils(coils.first, (True,) * 8, quantity=10))
    found = await coils.values()

    assert found == (False,) * 16


@verifies("MB-FC15-BEYOND-UNCHANGED")
async def test_beyond_unchanged(modbus, coils):
    """A write of three coils, padded with zeros, leaves the other five of the byte on."""
    await coils.set(*[True] * 8)
    await modbus.ask(WriteMultipleCoils(coils.first, bits("000")))
    found = await coils.values()

    assert found == bits("00011111")


@verifies("MB-FC15-PADDING-IGNORED")
async def test_padding_ignored(modbus, coils):
    """A write of three coils whose unused bits are ones leaves the other five of the byte off."""
    await coils.set(*[False] * 8)
    await modbus.ask(WriteMultipleCoils(coils.first, bits("111"), padding=0b11111))
    found = await coils.values()

    assert found == bits("11100000")


@verifies("MB-FC15-RANGE-BEYOND")
async def test_range_beyond(modbus, declared):
    """A write to the last coil and the one past it is refused with exception 02."""
    reply = await modbus.write_multiple_coils(declared.coils.last, [False] * 2)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC15-BOTH-WRONG")
async def test_both_wrong(modbus, declared):
    """A write of no coils from the highest unserved address is refused with exception 03 or 02."""
    reply = await modbus.write_multiple_coils(declared.coils.farthest, [])

    assert reply.exception in (ILLEGAL_DATA_VALUE, ILLEGAL_DATA_ADDRESS)


@verifies("MB-FC15-LENGTH-SHORT")
async def test_length_short(modbus, coils):
    """A write of ten coils with one byte of data, though it announces two, is refused or gets no answer."""
    request = WriteMultipleCoils(coils.first, (False,) * 8, quantity=10, byte_count=2)
    outcome = await modbus.outcome(request)

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC15-LENGTH-SHORT")
async def test_length_short_unchanged(modbus, coils):
    """Ten coils stay on after a write with one byte of data of the two that it announces."""
    await coils.set(*[True] * 10)
    await modbus.outcome(WriteMultipleCoils(coils.first, (False,) * 8, quantity=10, byte_count=2))
    found = await coils.values()

    assert found == (True,) * 10


@verifies("MB-FC15-ADDRESS-WRAP")
async def test_address_wrap(modbus):
    """A write of two coils from address 65535 is refused with exception 02."""
    reply = await modbus.write_multiple_coils(65535, [False] * 2)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC15-RANGE-UNCHANGED")
async def test_range_unchanged(modbus, coils):
    """A write to the last coil and the one past it, which was refused, leaves the last coil on."""
    await coils.set(True)
    await modbus.refused(WriteMultipleCoils(coils.last, (False, False)))
    found = await coils.values()

    assert found == (True,)


@verifies("MB-FC15-NEIGHBOURS")
@pytest.mark.parametrize("others", [False, True], ids=["off", "on"])
async def test_neighbours(modbus, coils, others):
    """A write of ten coils leaves the eight before them and the eight behind them as they are."""
    await coils.set(*[others] * 26)
    await modbus.write_multiple_coils(coils.first + 8, [not others] * 10)
    found = await coils.values()

    assert found[:8] + found[18:] == (others,) * 16
