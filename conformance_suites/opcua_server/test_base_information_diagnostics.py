"""OPC 10000-5 1.05.04, 6.3.3: ServerDiagnosticsType, 6.3.5, and 12.9, the counters of the server."""

from testbed.cases import alone, verifies
from testbed.opcua import enabled, ids

ENABLED = ids.Server_ServerDiagnostics_EnabledFlag
SUMMARY = ids.Server_ServerDiagnostics_ServerDiagnosticsSummary
SESSIONS = ids.Server_ServerDiagnostics_SessionsDiagnosticsSummary_SessionDiagnosticsArray


@verifies("UA-INFO-DIAGNOSTICS-FLAG")
async def test_enabled_flag(ua):
    """EnabledFlag is a Boolean."""
    reply = await ua.read(ENABLED)

    assert reply.type == "Boolean"


@verifies("UA-INFO-DIAGNOSTICS-SUMMARY")
async def test_summary(ua):
    """The summary is a ServerDiagnosticsSummaryDataType."""
    enabled(await ua.read(ENABLED))
    reply = await ua.read(SUMMARY)

    assert reply.structure == "ServerDiagnosticsSummaryDataType"


@alone
@verifies("UA-INFO-COUNTS-SESSIONS")
async def test_current_sessions(ua, other):
    """A second session that is closed was counted."""
    enabled(await ua.read(ENABLED))
    before = await ua.read(SUMMARY)
    await other.close_session()
    after = await ua.read(SUMMARY)
    fall = before.more_than(after, "CurrentSessionCount")

    assert fall == 1


@alone
@verifies("UA-INFO-COUNTS-SESSIONS")
async def test_one_more_session(ua, crowd):
    """One session more is counted."""
    enabled(await ua.read(ENABLED))
    before = await ua.read(SUMMARY)
    await crowd.sessions(1)
    after = await ua.read(SUMMARY)
    rise = after.more_than(before, "CurrentSessionCount")

    assert rise == 1


@alone
@verifies("UA-INFO-COUNTS-ALL-SESSIONS")
async def test_all_sessions(ua, other, crowd):
    """One session more is counted, and one that is closed stays counted."""
    enabled(await ua.read(ENABLED))
    before = await ua.read(SUMMARY)
    await crowd.sessions(1)
    await other.close_session()
    after = await ua.read(SUMMARY)
    rise = after.more_than(before, "CumulatedSessionCount")

    assert rise == 1


@alone
@verifies("UA-INFO-COUNTS-REJECTED")
async def test_rejected_requests(ua):
    """Three Reads of nothing are counted."""
    enabled(await ua.read(ENABLED))
    before = await ua.read(SUMMARY)
    await ua.read()
    await ua.read()
    await ua.read()
    after = await ua.read(SUMMARY)
    rise = after.more_than(before, "RejectedRequestsCount")

    assert rise == 3


@alone
@verifies("UA-INFO-COUNTS-NOTHING-ELSE")
async def test_served_requests(ua, declared):
    """A Read that is served is not counted, though its only operation fails."""
    enabled(await ua.read(ENABLED))
    before = await ua.read(SUMMARY)
    await ua.read(declared.unknown)
    after = await ua.read(SUMMARY)
    rise = after.more_than(before, "RejectedRequestsCount")

    assert rise == 0


@verifies("UA-INFO-SESSION-DIAGNOSTICS")
async def test_own_entry(ua):
    """The session that reads SessionDiagnosticsArray has an entry there."""
    enabled(await ua.read(ENABLED))
    reply = await ua.read(SESSIONS)
    listed = {getattr(one, "SessionId", None) for one in reply.elements}

    assert ua.session_id in listed
