"""OPC 10000-4 1.05.04, 5.7.2: CreateSession, time-out."""

from testbed.cases import lasting, verifies
from testbed.opcua import NORMAL, SILENCE, ids, status


@verifies("UA-SESSION-EXPIRES")
@lasting
async def test_expired(channel):
    """A Read in a session that was idle for longer than its timeout is refused."""
    await channel.create_session(timeout=1000)
    await channel.activate_session()
    await channel.outlast()
    reaction = await channel.ended(channel.read(ids.Server_NamespaceArray))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SESSION-EXPIRY-KEEPS-CHANNEL")
@lasting
async def test_channel_of_an_expired_session(channel):
    """The channel of a session that timed out still answers GetEndpoints."""
    await channel.create_session(timeout=1000)
    await channel.activate_session()
    await channel.outlast()
    reply = await channel.get_endpoints()

    assert reply.status == status.Good


@verifies("UA-SESSION-ACTIVITY-EXTENDS")
@lasting
async def test_used_within_its_timeout(channel):
    """A session that is used twice within its timeout is open when that is over."""
    await channel.create_session(timeout=5000)
    await channel.activate_session()
    await channel.outlast(0.6)
    await channel.read(ids.Server_NamespaceArray)
    await channel.outlast(0.6)
    reply = await channel.read(ids.Server_NamespaceArray)

    assert reply.status == status.Good


@verifies("UA-SESSION-EXPIRED-ACTIVATE")
@lasting
async def test_expired_is_not_activated(channel):
    """A session that timed out can not be activated again."""
    await channel.create_session(timeout=1000)
    await channel.activate_session()
    await channel.outlast()
    reaction = await channel.ended(channel.activate_session())

    assert reaction not in (NORMAL, SILENCE)
