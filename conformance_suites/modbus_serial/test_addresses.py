"""MODBUS over Serial Line V1.02, 2.1, 2.2, 2.4.1: Addresses and broadcast."""

import pytest

from testbed.cases import verifies
from testbed.modbus import NORMAL, SILENCE, WriteSingleRegister


@verifies("MB-SERIAL-ADDRESS-OTHER")
async def test_another_address(modbus):
    """A read for another address gets no answer."""
    outcome = await modbus.heard(modbus.frame(unit=modbus.foreign))

    assert outcome == SILENCE


@verifies("MB-SERIAL-ADDRESS-RESERVED")
@pytest.mark.parametrize("unit", [248, 255])
async def test_reserved_address(modbus, unit):
    """A read for a reserved address gets no answer."""
    outcome = await modbus.heard(modbus.frame(unit=unit))

    assert outcome == SILENCE


@verifies("MB-SERIAL-OTHERS-TRAFFIC")
async def test_traffic_of_others(modbus):
    """After another device's request and response on the line, the next request is answered."""
    outcome = await modbus.next(*modbus.traffic)

    assert outcome == NORMAL


@verifies("MB-SERIAL-BROADCAST-SILENT")
async def test_broadcast_read(modbus):
    """A broadcast read gets no answer."""
    outcome = await modbus.broadcast(modbus.harmless)

    assert outcome == SILENCE


@verifies("MB-SERIAL-BROADCAST-SILENT")
async def test_broadcast_of_an_unknown_function(modbus):
    """A broadcast request that would be refused gets no answer."""
    outcome = await modbus.broadcast(bytes([73, 0, 0, 0, 0]))

    assert outcome == SILENCE


@verifies("MB-SERIAL-BROADCAST-EXECUTED")
async def test_broadcast_write(modbus, registers):
    """A register that was written by broadcast reads back as written."""
    await modbus.broadcast(WriteSingleRegister(registers.first, 0xA55A))
    reply = await modbus.read_holding_registers(registers.first, quantity=1)

    assert reply.values == (0xA55A,)
