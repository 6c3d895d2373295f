"""OPC 10000-6 1.05.04, 6.7.7: Verifying message security; OPC 10000-4 1.05.04, 5.6.2: OpenSecureChannel."""

import pytest

from testbed.cases import verifies
from testbed.opcua import CLOSED, NO_SECURITY, NORMAL, RENEW, SILENCE, flipped, fresh_nonce, ids, status

MASK = status.BadSecurityChecksFailed
UNREFUSED = (NORMAL, SILENCE, CLOSED)
NO_POLICY = "http://opcfoundation.org/UA/SecurityPolicy#NoSuchSecuredPolicy"


@verifies("UA-SEC-OPN-THUMBPRINT")
async def test_thumbprint(secure):
    """A thumbprint of 20 zero bytes is refused."""
    reaction = await secure.met(thumbprint=bytes(20))

    assert reaction not in UNREFUSED


@verifies("UA-SEC-OPN-THUMBPRINT-MISSING")
async def test_thumbprint_missing(secure):
    """A secured OpenSecureChannel without a thumbprint is refused."""
    reaction = await secure.met(thumbprint=None)

    assert reaction not in UNREFUSED


@verifies("UA-SEC-OPN-SIGNATURE")
@pytest.mark.parametrize("index", [-256, -1])
async def test_signature(secure, index):
    """One wrong bit in a byte of the signature, counted from its end, is refused."""
    reaction = await secure.met(tamper=flipped(index))

    assert reaction == MASK


@verifies("UA-SEC-OPN-NONCE-SHORT")
@pytest.mark.parametrize("length", [1, 16, 31])
async def test_nonce_short(secure, length):
    """A nonce of so many bytes, where the policy has 32, is refused."""
    reaction = await secure.met(nonce=fresh_nonce(length))

    assert reaction not in UNREFUSED


@verifies("UA-SEC-OPN-NONCE-MISSING")
async def test_nonce_missing(secure):
    """A nonce of no bytes in a secured OpenSecureChannel is refused."""
    reaction = await secure.met(nonce=b"")

    assert reaction not in UNREFUSED


@verifies("UA-SEC-OPN-NONCE-LONG")
async def test_nonce_long(secure):
    """A nonce of 33 bytes, where the policy has 32, is refused."""
    reaction = await secure.met(nonce=fresh_nonce(33))

    assert reaction not in UNREFUSED


@verifies("UA-SEC-OPN-NONCE-REUSED")
async def test_nonce_reused(secure):
    """A renewal with the nonce of the token before is refused."""
    nonce = secure.policy.nonce()
    client = await secure.opened(nonce=nonce)
    reaction = await client.ended(client.open(request_type=RENEW, nonce=nonce))

    assert reaction not in UNREFUSED


@verifies("UA-SEC-OPN-MODE-NONE")
async def test_mode_none(secure):
    """SecurityMode None under a policy that secures is refused."""
    reaction = await secure.met(request_mode=NO_SECURITY)

    assert reaction not in UNREFUSED


@verifies("UA-SEC-OPN-POLICY-UNOFFERED")
async def test_policy_unoffered(secure):
    """A policy of the standard that no endpoint offers is refused."""
    reaction = await secure.met(policy_uri=secure.unoffered)

    assert reaction not in UNREFUSED


@verifies("UA-SEC-OPN-POLICY-UNKNOWN")
async def test_policy_unknown(secure):
    """A policy that there is not, in an OpenSecureChannel with a certificate, is refused."""
    reaction = await secure.met(policy_uri=NO_POLICY)

    assert reaction not in UNREFUSED


@verifies("UA-SEC-OPN-CODE")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("expired", status.BadCertificateTimeInvalid),
        ("no-digital-signature", status.BadCertificateUseNotAllowed),
        ("no-crl", status.BadCertificateRevocationUnknown),
        ("untrusted", status.BadCertificateUntrusted),
        ("revoked", status.BadCertificateRevoked),
        ("broken-signature", status.BadCertificateInvalid),
        ("garbage", status.BadCertificateInvalid),
    ],
)
async def test_code(secure, name, code):
    """A certificate with such a fault is refused with the status that names it, or with the mask of all."""
    refusal = await secure.refused(name)

    assert refusal.reaction in (code, MASK)


@verifies("UA-SEC-OPN-CLOSED")
async def test_closed(secure):
    """The connection is closed within 5 s of the refusal of a certificate that nobody knows."""
    refusal = await secure.refused("untrusted")
    reaction = await refusal.end(5.0)

    assert reaction == CLOSED


@verifies("UA-SEC-OPN-MASKED")
async def test_masked(secure):
    """Certificates untrusted, revoked, of an unknown issuer, and badly signed meet the same status."""
    met = await secure.meets("untrusted", "revoked", "unknown-issuer", "broken-signature")

    assert met == (met[0],) * 4


@verifies("UA-SEC-OPN-REASON")
async def test_reason(secure):
    """Bad_SecurityChecksFailed for different reasons comes with the same sentence, or with none."""
    said = await secure.reasons("untrusted", "revoked", "unknown-issuer", "broken-signature")

    assert said == (said[0],) * len(said)


@verifies("UA-SEC-OPN-OTHERS")
async def test_others(ua, secure):
    """A session that was there before is read through behind the refusal of another client's certificate."""
    await secure.refused("untrusted")
    reply = await ua.read(ids.Server_ServerStatus_State)

    assert reply.operation == status.Good
