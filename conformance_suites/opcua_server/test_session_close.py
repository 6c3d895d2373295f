"""OPC 10000-4 1.05.04, 5.7.4: CloseSession."""

from testbed.cases import verifies
from testbed.opcua import NORMAL, SILENCE, ids, reading, status, structures


@verifies("UA-SESSION-CLOSE-UNACTIVATED")
async def test_not_activated(channel):
    """A session is closed before it was activated."""
    await channel.create_session()
    reply = await channel.close_session()

    assert reply.status == status.Good


@verifies("UA-SESSION-CLOSE-FIRST-CHANNEL")
async def test_not_activated_on_another_channel(channel, other_channel):
    """A session that was not activated is not closed from another channel."""
    await channel.create_session()
    reaction = await other_channel.ended(other_channel.close_session(token=channel.authentication_token))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SESSION-CLOSED")
async def test_closed(ua):
    """A Read after CloseSession is refused, or gets no answer."""
    await ua.close_session()
    reaction = await ua.ended(ua.ask(reading(ids.Server_NamespaceArray)))

    assert reaction != NORMAL


@verifies("UA-SESSION-CLOSE-UNKNOWN")
async def test_unknown(channel):
    """CloseSession with a token of no session is refused."""
    reply = await channel.close_session(token=structures.NodeId(b"testbed: no such session", 0))

    assert reply.status == status.BadSessionIdInvalid
