"""OPC 10000-4 1.05.04, 5.6.2: OpenSecureChannel, to renew; OPC 10000-6 1.05.04, 6.7.4 and 6.7.7."""

from testbed.cases import verifies
from testbed.opcua import NORMAL, SILENCE, asking, granted, ids, status


@verifies("UA-RENEW-CHANNEL-SAME")
async def test_channel_same(channel):
    """A renewed channel has the id that it had before."""
    before = channel.channel.channel_id
    reply = granted(await channel.renew())

    assert reply.parameters.SecurityToken.ChannelId == before


@verifies("UA-RENEW-TOKEN-NEW")
async def test_token_new(channel):
    """The token of a renewed channel has another id than the one before."""
    before = channel.channel.token_id
    reply = granted(await channel.renew())

    assert reply.parameters.SecurityToken.TokenId != before


@verifies("UA-RENEW-OLD-SERVED")
async def test_old_served(channel):
    """A request with the old token is answered while the new one was not used."""
    granted(await channel.renew())
    await channel.send(b"".join(channel.seal(asking(), previous=True)))
    reaction = await channel.ended(channel.answer())

    assert reaction == NORMAL


@verifies("UA-RENEW-OLD-REFUSED")
async def test_old_refused(channel):
    """A request with the old token is refused after one with the new token."""
    old = channel.channel.token_id
    granted(await channel.renew())
    granted(await channel.get_endpoints())
    await channel.send(b"".join(channel.seal(asking(), token_id=old)))
    reaction = await channel.ended(channel.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-RENEW-BEFORE-LAST")
async def test_before_last(channel):
    """A request with the first token is refused after two renewals in a row."""
    first = channel.channel.token_id
    granted(await channel.renew())
    granted(await channel.renew())
    await channel.send(b"".join(channel.seal(asking(), token_id=first)))
    reaction = await channel.ended(channel.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-RENEW-SESSION-KEPT")
async def test_session_kept(ua):
    """A session is served behind three renewals of its channel."""
    granted(await ua.renew())
    granted(await ua.renew())
    granted(await ua.renew())
    reply = await ua.read(ids.Server_ServerStatus_State)

    assert reply.operation == status.Good
