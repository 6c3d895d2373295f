"""MODBUS Messaging on TCP/IP V1.0b, 4.2.1: Connection management, under load."""

from testbed.cases import alone, verifies


@alone
@verifies("PERF-MB-CHURN")
async def test_connections_come_and_go(load):
    """Connections that come and go are each accepted and answered in time."""
    seen = await load.churn()

    assert seen.agrees


@alone
@verifies("PERF-MB-SESSIONS")
async def test_beyond_the_declared_sessions(load):
    """All declared sessions are served in time while further clients connect."""
    seen = await load.sessions()

    assert seen.agrees
