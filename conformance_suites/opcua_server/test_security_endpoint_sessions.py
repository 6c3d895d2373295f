"""OPC 10000-4 1.05.04, 5.7.2: CreateSession on secured channels; 5.7.3: sessions that move to another one."""

from testbed.cases import verifies
from testbed.opcua import (
    CLOSED,
    NORMAL,
    SIGN,
    SIGN_AND_ENCRYPT,
    SILENCE,
    channel_in,
    fresh_nonce,
    granted,
    status,
)


@verifies("UA-SEC-ENDPOINT-CREATE-CERTIFICATE")
async def test_create_certificate(secure):
    """CreateSession with another good certificate of the same application is refused."""
    client = await secure.opened()
    other = secure.keys.renewed.certificate
    reaction = await client.ended(client.create_session(ClientCertificate=other))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-ENDPOINT-CREATE-UNSECURED")
async def test_create_unsecured(secure):
    """Without security a session is created for a client that shows a certificate nobody trusts."""
    client = await secure.unsecured_channel()
    shown = secure.keys.bad["untrusted"].certificate
    reaction = await client.ended(client.create_session(ClientCertificate=shown))

    assert reaction == NORMAL


@verifies("UA-SEC-ENDPOINT-CREATE-NONCE-SHORT")
async def test_create_nonce_short(secure):
    """CreateSession with a nonce of 31 bytes is refused."""
    client = await secure.opened()
    reaction = await client.ended(client.create_session(ClientNonce=fresh_nonce(31)))

    assert reaction in (status.BadNonceInvalid, status.BadSecurityChecksFailed, CLOSED)


@verifies("UA-SEC-ENDPOINT-CREATE-NONCE-LONG")
async def test_create_nonce_long(secure):
    """CreateSession with a nonce of 129 bytes is refused."""
    client = await secure.opened()
    reaction = await client.ended(client.create_session(ClientNonce=fresh_nonce(129)))

    assert reaction in (status.BadNonceInvalid, status.BadSecurityChecksFailed, CLOSED)


@verifies("UA-SEC-ENDPOINT-MOVE-MODE")
async def test_move_mode(secure):
    """A session of a channel in mode SignAndEncrypt is refused on one in mode Sign."""
    client, weaker = await channel_in(secure, SIGN_AND_ENCRYPT), await channel_in(secure, SIGN)
    granted(await client.create_session())
    granted(await client.activate_session())
    reaction = await weaker.ended(weaker.take_over(client))

    assert reaction not in (NORMAL, SILENCE)
