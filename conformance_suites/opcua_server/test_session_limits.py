"""OPC 10000-4 1.05.04, 5.7.2: CreateSession, number of sessions."""

from testbed.cases import alone, verifies
from testbed.opcua import NORMAL, ids, status

MOST_SESSIONS = 200
"""Sessions, each on a connection of its own, that are opened at most."""


@alone
@verifies("UA-SESSION-PARALLEL")
async def test_as_many_sessions_as_declared(crowd, declared):
    """As many sessions as are declared are active at the same time."""
    outcomes = await crowd.sessions(declared.sessions)

    assert set(outcomes) == {NORMAL}


@alone
@verifies("UA-SESSION-TOO-MANY")
async def test_one_session_too_many(ua, crowd):
    """One session more than the server states is refused."""
    most = await ua.limit(ids.Server_ServerCapabilities_MaxSessions, MOST_SESSIONS)
    outcomes = await crowd.sessions(most)

    assert outcomes[-1] == status.BadTooManySessions


@alone
@verifies("UA-SESSION-EVICTS-UNACTIVATED")
async def test_not_activated_gives_way(ua, crowd):
    """A session is created beside as many as the server states, of which all but one are not activated."""
    most = await ua.limit(ids.Server_ServerCapabilities_MaxSessions, MOST_SESSIONS)
    await crowd.created(most - 1)
    outcomes = await crowd.sessions(1)

    assert outcomes == [NORMAL]


@alone
@verifies("UA-SESSION-SLOT-FREED")
async def test_closed_session_makes_room(ua, crowd):
    """A session is created as soon as one of as many as the server states is closed."""
    most = await ua.limit(ids.Server_ServerCapabilities_MaxSessions, MOST_SESSIONS)
    await crowd.sessions(most - 1)
    await crowd.members[0].close_session()
    outcomes = await crowd.sessions(1)

    assert outcomes == [NORMAL]
