"""OPC 10000-4 1.05.04, 7.40.5: X509IdentityToken, and the signature that goes with it (5.7.3)."""

from testbed.cases import verifies
from testbed.opcua import CLOSED, NORMAL, SILENCE, status, structures


@verifies("UA-SEC-USER-X509")
async def test_trusted_user(secure):
    """A session is activated with a trusted certificate of a user."""
    reaction = await secure.login(secure.identity.x509(secure.keys.user))

    assert reaction == NORMAL


@verifies("UA-SEC-USER-X509-SIGNATURE-WRONG")
async def test_signed_by_another_key(secure):
    """A user's certificate is refused with a signature by the key of the application."""
    forged = secure.identity.x509(secure.keys.user, signed_by=secure.keys.good.key)
    reaction = await secure.login(forged)

    assert reaction == status.BadUserSignatureInvalid


@verifies("UA-SEC-USER-X509-SIGNATURE-MISSING")
async def test_not_signed(secure):
    """A user's certificate is refused without a signature."""
    nothing = structures.SignatureData(Algorithm=None, Signature=None)
    reaction = await secure.login(secure.identity.x509(secure.keys.user), UserTokenSignature=nothing)

    assert reaction == status.BadUserSignatureInvalid


@verifies("UA-SEC-USER-X509-NONCE-OLD")
async def test_old_nonce(secure):
    """A user's signature over the nonce of CreateSession is refused once the session was activated."""
    client = await secure.session(identity=secure.identity.x509(secure.keys.user))
    old = secure.identity.x509(secure.keys.user, nonce=secure.first_nonce(client))
    reaction = await client.ended(client.activate_session(identity=old))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-X509-UNTRUSTED")
async def test_untrusted(secure):
    """A self-signed certificate of a user is refused that nobody trusts."""
    reaction = await secure.login(secure.identity.x509(secure.keys.bad_users["untrusted"]))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-X509-EXPIRED")
async def test_expired(secure):
    """A user's certificate that expired yesterday is refused."""
    reaction = await secure.login(secure.identity.x509(secure.keys.bad_users["expired"]))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-X509-REVOKED")
async def test_revoked(secure):
    """A user's certificate on the revocation list of its authority is refused."""
    reaction = await secure.login(secure.identity.x509(secure.keys.bad_users["revoked"]))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-X509-MALFORMED")
async def test_malformed(secure):
    """Bytes that are no certificate are refused as one of a user."""
    reaction = await secure.login(secure.identity.x509(secure.keys.bad["garbage"]))

    assert reaction not in (NORMAL, SILENCE, CLOSED)
