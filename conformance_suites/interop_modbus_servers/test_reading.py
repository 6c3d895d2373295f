"""MODBUS Application Protocol V1.1b3, 4.2, 6.1 to 6.4: what a client reads from independent servers."""

import pytest

from testbed.cases import verifies

SERVERS = ["reference", "pymodbus", "pyModbusTCP", "libmodbus"]


@verifies("IOP-MBC-READ-COILS")
@pytest.mark.parametrize("server", SERVERS)
async def test_coils(meet, server):
    """The client shows the coils of an independent server, and other ones after a change."""
    peer = await meet(server)
    read = await peer.reads("fc01")

    assert read.believed == read.held


@verifies("IOP-MBC-READ-DISCRETE-INPUTS")
@pytest.mark.parametrize("server", SERVERS)
async def test_discrete_inputs(meet, server):
    """The client shows the discrete inputs of an independent server, and other ones after a change."""
    peer = await meet(server)
    read = await peer.reads("fc02")

    assert read.believed == read.held


@verifies("IOP-MBC-READ-HOLDING-REGISTERS")
@pytest.mark.parametrize("server", SERVERS)
async def test_holding_registers(meet, server):
    """The client shows the holding registers of an independent server, and other ones after a change."""
    peer = await meet(server)
    read = await peer.reads("fc03")

    assert read.believed == read.held


@verifies("IOP-MBC-READ-INPUT-REGISTERS")
@pytest.mark.parametrize("server", SERVERS)
async def test_input_registers(meet, server):
    """The client shows the input registers of an independent server, and other ones after a change."""
    peer = await meet(server)
    read = await peer.reads("fc04")

    assert read.believed == read.held


@verifies("IOP-MBC-NUMBERS-16")
@pytest.mark.parametrize("server", SERVERS)
async def test_numbers_of_16_bits(meet, server):
    """The client shows signed numbers of one register as they stand in an independent server."""
    peer = await meet(server)
    read = await peer.reads("", "int16")

    assert read.believed == read.held


@verifies("IOP-MBC-NUMBERS-32")
@pytest.mark.parametrize("server", SERVERS)
async def test_numbers_of_32_bits(meet, server):
    """The client shows numbers of two registers as they stand in an independent server."""
    peer = await meet(server)
    read = await peer.reads("", "uint32", "int32", "float32")

    assert read.believed == read.held


@verifies("IOP-MBC-NUMBERS-64")
@pytest.mark.parametrize("server", SERVERS)
async def test_numbers_of_64_bits(meet, server):
    """The client shows numbers of four registers as they stand in an independent server."""
    peer = await meet(server)
    read = await peer.reads("", "uint64", "int64", "float64")

    assert read.believed == read.held
