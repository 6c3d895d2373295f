"""OPC 10000-4 1.05.04, 5.6.2 and 5.7.2; OPC 10000-6 1.05.04, 6.7.4: Nonces of the server."""

from testbed.cases import verifies
from testbed.opcua import granted


@verifies("UA-SEC-POLICY-NONCE-LENGTH")
async def test_length(secure):
    """The server's nonce has as many bytes as the policy names."""
    client = await secure.begun()
    reply = granted(await client.open())

    assert len(reply.parameters.ServerNonce or b"") == secure.policy.nonce_length


@verifies("UA-SEC-POLICY-NONCE-NEW")
async def test_new(secure):
    """Two openings and a renewal have three nonces of the server's."""
    one, other = await secure.begun(), await secure.begun()
    replies = [granted(await one.open()), granted(await one.renew()), granted(await other.open())]
    nonces = {reply.parameters.ServerNonce for reply in replies}

    assert len(nonces) == 3


@verifies("UA-SEC-POLICY-NONCE-RANDOM")
async def test_random(secure):
    """More than half of the bytes of the server's nonce differ from each other."""
    client = await secure.begun()
    nonce = granted(await client.open()).parameters.ServerNonce or b""

    assert 2 * len(set(nonce)) > len(nonce)


@verifies("UA-SEC-POLICY-NONCE-SESSION")
async def test_session(secure):
    """The nonce of a CreateSession response has at least 32 bytes."""
    client = await secure.created()
    nonce = client.created.parameters.ServerNonce or b""

    assert len(nonce) >= 32
