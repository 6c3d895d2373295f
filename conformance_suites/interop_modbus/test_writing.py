"""MODBUS Application Protocol V1.1b3, 6.5, 6.6, 6.11 and 6.12: what independent clients write."""

import pytest

from testbed.cases import verifies
from testbed.modbus import bits

CLIENTS = ["pymodbus", "pyModbusTCP", "mbpoll"]


@verifies("IOP-MB-WRITE-SINGLE-COIL")
@pytest.mark.parametrize("client", CLIENTS)
async def test_single_coil(meet, coils, client):
    """The tester finds the coil switched over that an independent client switched."""
    peer = await meet(client)
    (was,) = await coils.values()
    await peer.write_coil(coils.first, on=not was)
    (found,) = await coils.values()

    assert found == (not was)


@verifies("IOP-MB-WRITE-SINGLE-REGISTER")
@pytest.mark.parametrize("client", CLIENTS)
async def test_single_register(meet, registers, client):
    """The tester reads the register value that an independent client wrote."""
    peer = await meet(client)
    await registers.set(0)
    await peer.write_register(registers.first, 0x8421)
    values = await registers.values()

    assert values == (0x8421,)


@verifies("IOP-MB-WRITE-MULTIPLE-COILS")
@pytest.mark.parametrize("client", CLIENTS)
async def test_multiple_coils(meet, coils, client):
    """The tester reads the ten coils that an independent client wrote at once."""
    peer = await meet(client)
    await peer.write_coils(coils.first, bits("1001110101"))
    values = await coils.values()

    assert values == bits("1001110101")


@verifies("IOP-MB-WRITE-MULTIPLE-REGISTERS")
@pytest.mark.parametrize("client", CLIENTS)
async def test_multiple_registers(meet, registers, client):
    """The tester reads the two registers that an independent client wrote at once."""
    peer = await meet(client)
    await registers.set(0, 0)
    await peer.write_registers(registers.first, (0x1234, 0xFEDC))
    values = await registers.values()

    assert values == (0x1234, 0xFEDC)
