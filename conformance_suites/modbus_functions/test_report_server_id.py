"""MODBUS Application Protocol V1.1b3, 6.13: Report Server ID (17)."""

from testbed.cases import verifies
from testbed.modbus import ReportServerId


@verifies("MB-FC17-BYTE-COUNT")
async def test_byte_count(modbus):
    """The byte count counts the bytes that follow, at least a server id and the run indicator."""
    reply = await modbus.ask(ReportServerId())

    assert reply.byte_count in range(2, 252)


@verifies("MB-FC17-RUN-INDICATOR")
async def test_run_indicator(modbus, declared):
    """Behind the server id stands 00 or FF."""
    reply = await modbus.ask(ReportServerId())

    assert reply.data_byte(declared.server_id) in (0x00, 0xFF)


@verifies("MB-FC17-STABLE")
async def test_stable(modbus):
    """A second request gets the same answer as the first."""
    first = await modbus.ask(ReportServerId())
    second = await modbus.ask(ReportServerId())

    assert second.echo == first.echo
