"""MODBUS Application Protocol V1.1b3, 6.5, 6.6, 6.11 and 6.12: what a client writes into servers."""

import pytest

from testbed.cases import verifies
from testbed.modbus_client import DONE

SERVERS = ["reference", "pymodbus", "pyModbusTCP", "libmodbus"]


@verifies("IOP-MBC-WRITE-SINGLE-COIL")
@pytest.mark.parametrize("server", SERVERS)
async def test_single_coil(meet, server):
    """The coil that the client wrote stands in an independent server, its neighbours are as before."""
    peer = await meet(server)
    written = await peer.writes("fc05")

    assert (written.belief, written.found) == (DONE, written.due)


@verifies("IOP-MBC-WRITE-SINGLE-REGISTER")
@pytest.mark.parametrize("server", SERVERS)
async def test_single_register(meet, server):
    """The register that the client wrote stands in an independent server, its neighbours are as before."""
    peer = await meet(server)
    written = await peer.writes("fc06")

    assert (written.belief, written.found) == (DONE, written.due)


@verifies("IOP-MBC-WRITE-MULTIPLE-COILS")
@pytest.mark.parametrize("server", SERVERS)
async def test_multiple_coils(meet, server):
    """The coils that the client wrote stand in an independent server, their neighbours are as before."""
    peer = await meet(server)
    written = await peer.writes("fc15")

    assert (written.belief, written.found) == (DONE, written.due)


@verifies("IOP-MBC-WRITE-MULTIPLE-REGISTERS")
@pytest.mark.parametrize("server", SERVERS)
async def test_multiple_registers(meet, server):
    """The registers that the client wrote stand in an independent server, their neighbours are as before."""
    peer = await meet(server)
    written = await peer.writes("fc16")

    assert (written.belief, written.found) == (DONE, written.due)
