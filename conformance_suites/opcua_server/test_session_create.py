"""OPC 10000-4 1.05.04, 5.7.2: CreateSession."""

import pytest

from testbed.cases import verifies
from testbed.opcua import NORMAL, NULL_NODE, SILENCE, bearable, ids, reading, status


@verifies("UA-SESSION-ID-UNIQUE")
async def test_session_ids(channel, other_channel):
    """Two sessions have different identifiers, none of them null."""
    first = await channel.create_session()
    second = await other_channel.create_session()

    assert len({NULL_NODE, first.parameters.SessionId, second.parameters.SessionId}) == 3


@verifies("UA-SESSION-TOKEN-SECRET")
async def test_authentication_token(channel):
    """The authentication token is not null and not the identifier of the session."""
    created = await channel.create_session()

    assert created.parameters.AuthenticationToken not in (NULL_NODE, created.parameters.SessionId)


@verifies("UA-SESSION-ENDPOINTS")
async def test_server_endpoints(channel):
    """The endpoints of CreateSession have the policies and modes that GetEndpoints tells."""
    told = await channel.get_endpoints()
    known = {(one.SecurityPolicyUri, one.SecurityMode) for one in told.results}
    created = await channel.create_session()
    listed = {(one.SecurityPolicyUri, one.SecurityMode) for one in created.parameters.ServerEndpoints or ()}

    assert listed == known


@verifies("UA-SESSION-TIMEOUT-REVISED")
@pytest.mark.parametrize("milliseconds", [0.0, 1e12])
async def test_timeout_revised(channel, milliseconds):
    """A timeout of 0 and one of 31 years are revised to a time in between, in milliseconds."""
    created = await channel.create_session(milliseconds)

    assert 0 < created.session_timeout < 1e12


@verifies("UA-SESSION-NAME-NULL")
async def test_no_name(channel):
    """A session without a name is created."""
    reply = await channel.create_session(SessionName=None)

    assert reply.status == status.Good


@verifies("UA-SESSION-URL-UNKNOWN-HOST")
async def test_url_of_an_unknown_host(channel):
    """A session is created for a URL with a host name that the server does not have."""
    reply = await channel.create_session(EndpointUrl="opc.tcp://no-such-host.invalid:4840")

    assert reply.status == status.Good


@verifies("UA-SESSION-RESPONSE-TOO-LARGE")
async def test_response_too_large(channel):
    """A Read that gives more than 8192 bytes is refused in a session of a client that takes no more."""
    await channel.create_session(MaxResponseMessageSize=8192)
    await channel.activate_session()
    reply = bearable(await channel.ask(reading(*[ids.Server_NamespaceArray] * 500)))

    assert reply.status == status.BadResponseTooLarge


@verifies("UA-SESSION-OTHER-CHANNEL")
async def test_token_on_another_channel(ua, other_channel):
    """A Read with the token of a session of another channel is refused."""
    request = reading(ids.Server_NamespaceArray)
    reaction = await other_channel.ended(other_channel.ask(request, token=ua.authentication_token))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SESSION-SAME-CHANNEL")
async def test_two_sessions_on_one_channel(channel):
    """A session goes on when another one on the same channel is closed."""
    first = await channel.create_session()
    await channel.activate_session()
    await channel.create_session()
    await channel.activate_session()
    await channel.close_session()
    channel.resume(first)
    reply = await channel.read(ids.Server_NamespaceArray)

    assert reply.status == status.Good


@verifies("UA-SESSION-SURVIVES-CONNECTION")
async def test_connection_lost(ua, other_channel):
    """A session whose connection was reset is activated on a new one."""
    ua.reset()
    reply = await other_channel.take_over(ua)

    assert reply.status == status.Good
