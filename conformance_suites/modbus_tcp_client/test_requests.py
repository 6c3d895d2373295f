"""MODBUS Application Protocol V1.1b3, 6.1 to 6.12; Messaging on TCP/IP V1.0b, 4.4.1.2: requests."""

from testbed.cases import verifies
from testbed.modbus_client import DONE, RIGHT, good


@verifies("MBC-READS-COILS")
async def test_reads_coils(client):
    """The client reads coils as it was told to."""
    meeting = await client.reads(function="fc01")

    assert (meeting.request, meeting.belief) == (meeting.due, RIGHT)


@verifies("MBC-READS-DISCRETE-INPUTS")
async def test_reads_discrete_inputs(client):
    """The client reads discrete inputs as it was told to."""
    meeting = await client.reads(function="fc02")

    assert (meeting.request, meeting.belief) == (meeting.due, RIGHT)


@verifies("MBC-READS-HOLDING-REGISTERS")
async def test_reads_holding_registers(client):
    """The client reads holding registers as it was told to."""
    meeting = await client.reads(function="fc03")

    assert (meeting.request, meeting.belief) == (meeting.due, RIGHT)


@verifies("MBC-READS-INPUT-REGISTERS")
async def test_reads_input_registers(client):
    """The client reads input registers as it was told to."""
    meeting = await client.reads(function="fc04")

    assert (meeting.request, meeting.belief) == (meeting.due, RIGHT)


@verifies("MBC-WRITES-COIL")
async def test_writes_coil(client):
    """The client writes one coil as it was told to."""
    meeting = await client.writes(function="fc05")

    assert (meeting.request, meeting.belief) == (meeting.due, DONE)


@verifies("MBC-WRITES-REGISTER")
async def test_writes_register(client):
    """The client writes one register as it was told to."""
    meeting = await client.writes(function="fc06")

    assert (meeting.request, meeting.belief) == (meeting.due, DONE)


@verifies("MBC-WRITES-COILS")
async def test_writes_coils(client):
    """The client writes several coils as it was told to."""
    meeting = await client.writes(function="fc15")

    assert (meeting.request, meeting.belief) == (meeting.due, DONE)


@verifies("MBC-WRITES-REGISTERS")
async def test_writes_registers(client):
    """The client writes several registers as it was told to."""
    meeting = await client.writes(function="fc16")

    assert (meeting.request, meeting.belief) == (meeting.due, DONE)


@verifies("MBC-TRANSACTION-CHANGES")
async def test_transactions_change(client):
    """Three polls have three transaction identifiers."""
    meeting = await client.polls(good(), good(), good())

    assert len(set(meeting.transactions[:3])) >= 3
