"""Discovery and identities of the reference server, for an independent client too (10000-4, 5.5, 7.41)."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.ua.uaerrors import BadIdentityTokenRejected

from device_simulators.opcua.discovery import TCP_PROFILE
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import status
from testbed.wire.opcua_keys import APPLICATION_URI, throw_away
from tests.device_simulators.opcua.peer import channel, plays, said, session

SECURED = ("Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss")
WEAKEST_FIRST = ("Aes128_Sha256_RsaOaep", "Basic256Sha256", "Aes256_Sha256_RsaPss")


@asynccontextmanager
async def served(device):
    """The URL at which a device listens on a real socket."""
    server = await asyncio.get_running_loop().create_server(device.serve(), "127.0.0.1", 0)
    async with server:
        yield f"opc.tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def read_state(client):
    return await client.get_node("i=2259").read_value()


def test_an_independent_client_finds_endpoints_and_server():
    async def play():
        device = Plc()
        async with served(device) as url:
            client = Client(url)
            endpoints = await client.connect_and_get_server_endpoints()
            servers = await client.connect_and_find_servers()
        return url, endpoints, servers, device

    url, endpoints, servers, device = asyncio.run(play())
    assert {one.EndpointUrl for one in endpoints} == {url}
    assert {one.TransportProfileUri for one in endpoints} == {TCP_PROFILE}
    assert [(one.SecurityPolicyUri.partition("#")[2], int(one.SecurityMode)) for one in endpoints] == [
        ("None", 1),
        *((name, mode) for name in SECURED for mode in (2, 3)),
    ]
    levels = {
        one.SecurityLevel: (one.SecurityPolicyUri.partition("#")[2], int(one.SecurityMode))
        for one in endpoints
    }
    weakest_first = [("None", 1), *((name, mode) for mode in (2, 3) for name in WEAKEST_FIRST)]
    assert [levels[level] for level in sorted(levels)] == weakest_first
    assert min(levels) == 0
    policies = [policy.PolicyId for one in endpoints for policy in one.UserIdentityTokens]
    assert len(policies) == len(set(policies))
    assert [(one.ApplicationUri, one.DiscoveryUrls) for one in servers] == [(device.application_uri, [url])]


@plays
async def test_filters_leave_what_matches(device):
    peer = await channel(device)
    request = ua.GetEndpointsRequest()
    for profiles, count in (
        ([], 7),
        ([TCP_PROFILE], 7),
        (["http://example.org"], 0),
        (["x", TCP_PROFILE], 7),
    ):
        request.Parameters.ProfileUris = profiles
        assert len((await peer.ask(request)).Endpoints) == count
    request = ua.FindServersRequest()
    for uris, count in (
        ([], 1),
        ([device.application_uri], 1),
        (["urn:x"], 0),
        (["urn:x", device.application_uri], 1),
    ):
        request.Parameters.ServerUris = uris
        assert len((await peer.ask(request)).Servers) == count


@plays
async def test_urls_have_the_hosts_name_that_the_client_used_where_it_is_ours(device):
    peer = await channel(device)
    request = ua.GetEndpointsRequest()
    for asked, given in (
        ("opc.tcp://localhost:4840/x", "opc.tcp://localhost:4840"),
        ("opc.tcp://elsewhere:4840", "opc.tcp://127.0.0.1:4840"),
        ("opc.tcp://[half", "opc.tcp://127.0.0.1:4840"),
        (None, "opc.tcp://127.0.0.1:4840"),
    ):
        request.Parameters.EndpointUrl = asked
        assert {one.EndpointUrl for one in (await peer.ask(request)).Endpoints} == {given}


@plays
async def test_names_come_in_the_first_locale_that_there_is(device):
    peer = await channel(device)
    request = ua.FindServersRequest()
    for asked, given in (([], "en"), (["fr"], "en"), (["fr", "ko"], "ko")):
        request.Parameters.LocaleIds = asked
        assert (await peer.ask(request)).Servers[0].ApplicationName.Locale == given


@plays
async def test_discovery_ignores_a_token(device):
    peer = await channel(device)
    peer.token = ua.NodeId(b"none", 0)
    assert said(await peer.ask(ua.GetEndpointsRequest())) == status.Good


@plays
async def test_endpoints_are_those_of_a_session(device):
    peer = await session(device)
    response = await peer.ask(ua.GetEndpointsRequest())
    assert device.recalled(response.Endpoints) == peer.session.ServerEndpoints


@pytest.mark.parametrize("mode", ["Sign", "SignAndEncrypt"])
def test_an_independent_client_signs_and_encrypts(mode, tmp_path):
    (tmp_path / "tester.pem").write_bytes((throw_away().folder / "tester.key").read_bytes())

    async def play():
        device = Plc()
        async with served(device) as url:
            client = Client(url)
            client.application_uri = APPLICATION_URI
            await client.set_security(
                SecurityPolicyBasic256Sha256,
                str(throw_away().folder / "tester.der"),
                str(tmp_path / "tester.pem"),
                mode=ua.MessageSecurityMode[mode],
            )
            client.secure_channel_timeout = 1200
            async with client:
                (first,) = device.channels.values()
                token = first.secure.token_id
                await asyncio.sleep(1.1)  # asyncua renews after three quarters
                assert first.secure.token_id > token
                return await read_state(client), first.mode

    assert asyncio.run(play()) == (0, {"Sign": 2, "SignAndEncrypt": 3}[mode])


@pytest.mark.parametrize(
    ("name", "password", "refused"),
    [
        ("operator", "simulated", None),
        ("operator", "wrong", BadIdentityTokenRejected),
        ("nobody", "simulated", BadIdentityTokenRejected),
        ("operator", "x" * 150, BadIdentityTokenRejected),
        ("operator", "simulated\0", BadIdentityTokenRejected),
    ],
)
def test_an_independent_client_proves_who_its_user_is(name, password, refused):
    async def play():
        device = Plc()
        async with served(device) as url:
            client = Client(url)
            client.set_user(name)
            client.set_password(password)
            async with client:
                (one,) = device.sessions.values()
                return one.user

    if refused is None:
        assert asyncio.run(play()) == name
    else:
        with pytest.raises(refused):
            asyncio.run(play())


IDENTITIES = {
    "password in clear": ua.UserNameIdentityToken("username-None-1", "operator", b"simulated", None),
    "garbage": ua.UserNameIdentityToken(
        "username-None-1", "operator", b"x" * 256, "http://www.w3.org/2001/04/xmlenc#rsa-oaep"
    ),
    "another endpoint's policy": ua.AnonymousIdentityToken("anonymous-Basic256Sha256-2"),
    "another type's policy": ua.AnonymousIdentityToken("username-None-1"),
    "certificate": ua.X509IdentityToken("anonymous-None-1", b"x"),
    "unknown": ua.ExtensionObject(ua.NodeId(4711, 3), b"x"),
}


@pytest.mark.parametrize("what", IDENTITIES)
def test_tokens_that_the_endpoint_does_not_offer_are_invalid(what):
    @plays
    async def play(device):
        peer = await channel(device)
        await peer.create()
        assert said(await peer.activate(IDENTITIES[what])) == status.BadIdentityTokenInvalid

    play()


@plays
async def test_no_token_and_an_empty_one_are_anonymous(device):
    peer = await channel(device)
    await peer.create()
    assert said(await peer.activate(ua.ExtensionObject())) == status.Good
    assert said(await peer.activate(ua.AnonymousIdentityToken("anonymous-None-1"))) == status.Good
