"""OPC 10000-4 1.05.04, 5.6.2: OpenSecureChannel; OPC 10000-6 1.05.04, 6.7.4: Establishing a SecureChannel."""

import pytest

from testbed.cases import lasting, verifies
from testbed.opcua import CLOSED, NORMAL, RENEW, SILENCE, granted, ids, outlived, status, unfit_mode

NO_POLICY = "http://opcfoundation.org/UA/SecurityPolicy#NoSuchPolicy"


@verifies("UA-OPN-VERSION")
async def test_version(wire):
    """A channel behind a Hello of version 0 has ServerProtocolVersion 0."""
    granted(await wire.hello(version=0))
    reply = granted(await wire.open(version=0))

    assert reply.parameters.ServerProtocolVersion == 0


@verifies("UA-OPN-VERSION-MISMATCH")
async def test_version_mismatch(wire):
    """A channel of version 7 behind a Hello of version 0 is refused."""
    granted(await wire.hello(version=0))
    reaction = await wire.ended(wire.open(version=7))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-OPN-CHANNEL-ID")
async def test_channel_id(wire):
    """The id of a new channel is not 0."""
    granted(await wire.hello())
    reply = granted(await wire.open())

    assert reply.parameters.SecurityToken.ChannelId != 0


@verifies("UA-OPN-TOKEN-ID")
async def test_token_id(wire):
    """The id of a new token is not 0."""
    granted(await wire.hello())
    reply = granted(await wire.open())

    assert reply.parameters.SecurityToken.TokenId != 0


@verifies("UA-OPN-CREATED-AT")
async def test_created_at(wire):
    """CreatedAt of a new token is within a minute of the response's own time."""
    granted(await wire.hello())
    reply = granted(await wire.open())
    apart = reply.message.ResponseHeader.Timestamp - reply.parameters.SecurityToken.CreatedAt
    seconds = abs(apart.total_seconds())

    assert seconds <= 60


@verifies("UA-OPN-LIFETIME")
@pytest.mark.parametrize("milliseconds", [0, 0xFFFFFFFF])
async def test_lifetime(wire, milliseconds):
    """A lifetime of 0 ms and one of 49 days are revised to more than 0."""
    granted(await wire.hello())
    reply = granted(await wire.open(lifetime=milliseconds))

    assert reply.parameters.SecurityToken.RevisedLifetime > 0


@verifies("UA-OPN-CHANNEL-UNIQUE")
async def test_channel_unique(channel, other_channel):
    """Two channels that are open at once have different ids."""
    first, second = channel.channel.channel_id, other_channel.channel.channel_id

    assert first != second


@verifies("UA-OPN-POLICY-UNKNOWN")
async def test_policy_unknown(wire):
    """A channel with a security policy that does not exist is refused."""
    granted(await wire.hello())
    reaction = await wire.ended(wire.open(policy=NO_POLICY))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-OPN-POLICY-CODE")
async def test_policy_code(wire):
    """An unknown security policy is met with its code, or Bad_SecurityChecksFailed, if not with a close."""
    granted(await wire.hello())
    reaction = await wire.ended(wire.open(policy=NO_POLICY))

    assert reaction in (status.BadSecurityPolicyRejected, status.BadSecurityChecksFailed, CLOSED)


@verifies("UA-OPN-MODE-INVALID")
async def test_mode_invalid(wire):
    """A channel with security mode 0, which means invalid, is refused."""
    granted(await wire.hello())
    reaction = await wire.ended(wire.open(mode=0))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-OPN-MODE-UNFIT")
async def test_mode_unfit(wire):
    """A channel whose security mode needs another policy than it names is refused."""
    granted(await wire.hello())
    reaction = await wire.ended(wire.open(mode=unfit_mode(wire)))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-OPN-TYPE-INVALID")
async def test_type_invalid(wire):
    """A channel with request type 2 is refused."""
    granted(await wire.hello())
    reaction = await wire.ended(wire.open(request_type=2))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-RENEW-CHANNEL-UNKNOWN")
async def test_renew_unknown(wire):
    """The renewal of channel 305419896 on a connection without a channel is refused."""
    granted(await wire.hello())
    reaction = await wire.ended(wire.open(request_type=RENEW, channel_id=0x12345678))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-OPN-EXPIRED")
@lasting
async def test_expired(wire):
    """A request with a token that has expired, and the quarter of its life behind that, is not served."""
    granted(await wire.hello())
    await outlived(await wire.open(lifetime=1000))
    reaction = await wire.ended(wire.get_endpoints())

    assert reaction != NORMAL


@verifies("UA-OPN-ONE-MORE")
async def test_one_more(crowd, declared):
    """One channel more is opened than the server has sessions."""
    reactions = await crowd.channels(declared.sessions + 1)

    assert set(reactions) == {NORMAL}


@verifies("UA-OPN-UNUSED-CLOSED")
async def test_unused_closed(crowd, declared):
    """Where as many channels as there may be are open and have no session, another one is opened."""
    reactions = await crowd.channels(declared.limits.channels + 1)

    assert set(reactions) == {NORMAL}


@verifies("UA-OPN-USED-KEPT")
async def test_used_kept(ua, crowd, declared):
    """A session is served after more channels without a session than there may be were opened."""
    await crowd.channels(declared.limits.channels + 1)
    reply = await ua.read(ids.Server_ServerStatus_State)

    assert reply.operation == status.Good
