"""MODBUS Application Protocol V1.1b3, 7; Messaging on TCP/IP V1.0b, 4.2.1.1: refusals and restarts."""

import pytest

from testbed.cases import verifies
from testbed.modbus_client import ERROR, NO_VALUE

SERVERS = ["reference", "pymodbus", "pyModbusTCP", "libmodbus"]


@verifies("IOP-MBC-EXCEPTION")
@pytest.mark.parametrize("server", SERVERS)
async def test_exception(meet, server):
    """Where an independent server has no such address, the client shows no value."""
    peer = await meet(server)
    belief = await peer.reads_nothing()

    assert belief in NO_VALUE


@verifies("IOP-MBC-EXCEPTION-REPORTED")
@pytest.mark.parametrize("server", SERVERS)
async def test_exception_is_reported(meet, server):
    """Where an independent server has no such address, the client reports an error."""
    peer = await meet(server)
    belief = await peer.reads_nothing()

    assert belief is ERROR


@verifies("IOP-MBC-RECONNECTS")
@pytest.mark.parametrize("server", SERVERS)
async def test_restart(meet, server):
    """After an independent server was restarted, the client shows its new values."""
    peer = await meet(server)
    read = await peer.sees_restart()

    assert read.believed == read.held
