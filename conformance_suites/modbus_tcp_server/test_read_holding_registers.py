"""MODBUS Application Protocol V1.1b3, 6.3: Read Holding Registers (03)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import ILLEGAL_DATA_VALUE


@verifies("MB-FC03-READS")
@pytest.mark.parametrize("quantity", [1, 2])
async def test_reads(modbus, declared, quantity):
    """As many registers are returned as were asked for."""
    reply = await modbus.read_holding_registers(declared.holding_registers.first, quantity)

    assert reply.byte_count == 2 * quantity


@verifies("MB-FC03-QUANTITY-ZERO")
async def test_quantity_zero(modbus, declared):
    """A request for no registers is refused with exception 03."""
    reply = await modbus.read_holding_registers(declared.holding_registers.first, quantity=0)

    assert reply.exception == ILLEGAL_DATA_VALUE
