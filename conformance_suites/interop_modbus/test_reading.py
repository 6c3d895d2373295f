"""MODBUS Application Protocol V1.1b3, 6.1 to 6.4: what independent clients read."""

import pytest

from testbed.cases import verifies
from testbed.modbus import bits

CLIENTS = ["pymodbus", "pyModbusTCP", "mbpoll"]


@verifies("IOP-MB-READ-COILS")
@pytest.mark.parametrize("client", CLIENTS)
async def test_coils(meet, client):
    """An independent client reads the same coils as the tester."""
    peer = await meet(client)
    by_client, by_tester = await peer.both_read("coils")

    assert by_client == by_tester


@verifies("IOP-MB-READ-DISCRETE-INPUTS")
@pytest.mark.parametrize("client", CLIENTS)
async def test_discrete_inputs(meet, client):
    """An independent client reads the same discrete inputs as the tester."""
    peer = await meet(client)
    by_client, by_tester = await peer.both_read("discrete_inputs")

    assert by_client == by_tester


@verifies("IOP-MB-READ-HOLDING-REGISTERS")
@pytest.mark.parametrize("client", CLIENTS)
async def test_holding_registers(meet, client):
    """An independent client reads the same holding registers as the tester."""
    peer = await meet(client)
    by_client, by_tester = await peer.both_read("holding_registers")

    assert by_client == by_tester


@verifies("IOP-MB-READ-INPUT-REGISTERS")
@pytest.mark.parametrize("client", CLIENTS)
async def test_input_registers(meet, client):
    """An independent client reads the same input registers as the tester."""
    peer = await meet(client)
    by_client, by_tester = await peer.both_read("input_registers")

    assert by_client == by_tester


@verifies("IOP-MB-COILS-TO-CLIENT")
@pytest.mark.parametrize("client", CLIENTS)
async def test_written_coils(meet, coils, client):
    """An independent client reads the coils that the tester wrote."""
    peer = await meet(client)
    await coils.set(*bits("1001110101"))
    values = await peer.read_coils(coils.first, 10)

    assert values == bits("1001110101")


@verifies("IOP-MB-REGISTERS-TO-CLIENT")
@pytest.mark.parametrize("client", CLIENTS)
async def test_written_registers(meet, registers, client):
    """An independent client reads the holding registers that the tester wrote."""
    peer = await meet(client)
    await registers.set(0x1234, 0xFEDC)
    values = await peer.read_holding_registers(registers.first, 2)

    assert values == (0x1234, 0xFEDC)
