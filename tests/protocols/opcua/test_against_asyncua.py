"""Channels with asyncua's own client and server at the other end."""

import asyncio
import socket

import asyncua
import pytest
from asyncua import ua
from asyncua.crypto import security_policies

from testbed.protocols.opcua import NO_SECURITY, POLICIES, SIGN, SIGN_AND_ENCRYPT, SecureChannel
from tests.protocols.opcua.channels import BASE
from tests.protocols.opcua.peers import WITHIN, connected, serving

SECURED = [
    ("Basic256Sha256", SIGN, security_policies.SecurityPolicyBasic256Sha256),
    ("Basic256Sha256", SIGN_AND_ENCRYPT, security_policies.SecurityPolicyBasic256Sha256),
    ("Aes128_Sha256_RsaOaep", SIGN_AND_ENCRYPT, security_policies.SecurityPolicyAes128Sha256RsaOaep),
    ("Aes256_Sha256_RsaPss", SIGN_AND_ENCRYPT, security_policies.SecurityPolicyAes256Sha256RsaPss),
]
CHANNELS = [("None", NO_SECURITY, None), *SECURED]
LONG = ["x" * 400] * 60
"""Locales that make a request of several chunks."""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.mark.parametrize(("name", "mode", "policy"), CHANNELS)
def test_the_client_of_asyncua_is_answered(client_party, server_party, name, mode, policy):
    async def talk():
        async with serving(server_party) as (port, made):
            client = asyncua.Client(f"opc.tcp://127.0.0.1:{port}", timeout=WITHIN)
            if policy is not None:
                await client.set_security(
                    policy,
                    client_party.certificate,
                    client_party.der,
                    server_certificate=server_party.certificate,
                    mode=ua.MessageSecurityMode(mode),
                )
            await client.connect_sessionless()
            endpoints = await client.get_endpoints()
            await client.open_secure_channel(renew=True)
            servers = await client.uaclient.find_servers(ua.FindServersParameters(LocaleIds=LONG))
            await client.disconnect_sessionless()
            return endpoints, servers, made[-1]

    endpoints, servers, peer = asyncio.run(talk())

    assert endpoints[0].ServerCertificate == server_party.certificate
    assert len(servers) == 200
    assert (peer.tokens, peer.channel.policy.uri) == (2, BASE + name)
    assert peer.chunks > len(("OPN", "MSG", "OPN", "MSG", "CLO"))


def test_the_server_of_asyncua_answers(client_party, server_party):
    """One server for all policies: it takes seconds to fill its address space."""

    async def talk():
        port = free_port()
        url = f"opc.tcp://127.0.0.1:{port}"
        server = asyncua.Server()
        await server.init()
        server.set_endpoint(url)
        await server.load_certificate(server_party.certificate)
        await server.load_private_key(server_party.der)
        async with server:
            return [await exchange(port, url, name, mode) for name, mode, _ in CHANNELS]

    async def exchange(port, url, name, mode):
        channel = SecureChannel(
            POLICIES[BASE + name],
            mode,
            server=False,
            certificate=client_party.certificate,
            key=client_party.key,
            peer_certificate=server_party.certificate,
        )
        async with connected(port, channel, url) as client:
            request = ua.GetEndpointsRequest()
            request.Parameters.EndpointUrl = url
            request.Parameters.LocaleIds = LONG
            before = (await client.ask(request)).Endpoints
            await client.renew()
            after = (await client.ask(request)).Endpoints
            fault = await client.ask(ua.ReadRequest())
            await client.close()
            return before, after, fault

    for before, after, fault in asyncio.run(talk()):
        assert before == after
        assert {one.SecurityPolicyUri for one in before} == set(POLICIES)
        assert isinstance(fault, ua.ServiceFault)
