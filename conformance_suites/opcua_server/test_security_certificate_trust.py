"""OPC 10000-4 1.05.04, 6.1.3: Determining if a certificate is trusted; OPC 10000-6 1.05.04, 6.2.6: Chains."""

import pytest

from testbed.cases import verifies
from testbed.opcua import CLOSED, NORMAL, SILENCE, sha1_of

UNREFUSED = (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-CERT-SIGNED")
async def test_signed(secure):
    """The next certificate of the same application, signed by the same authority, opens a channel."""
    reaction = await secure.met(secure.keys.renewed)

    assert reaction is NORMAL


@verifies("UA-SEC-CERT-SELF-SIGNED")
async def test_self_signed(secure):
    """A self-signed certificate from the trust list opens a channel."""
    reaction = await secure.met(secure.keys.self_signed)

    assert reaction is NORMAL


@verifies("UA-SEC-CERT-CHAIN")
@pytest.mark.parametrize("name", ["good", "chained"])
async def test_chain(secure, name):
    """A certificate with all its issuers' behind it opens a channel."""
    pair = getattr(secure.keys, name)
    reaction = await secure.met(pair, sender_certificate=pair.chain)

    assert reaction is NORMAL


@verifies("UA-SEC-CERT-THUMBPRINT")
async def test_thumbprint(secure):
    """The answer to a chain of two certificates names the thumbprint of the first."""
    pair = secure.keys.good
    expected = sha1_of(pair.certificate)
    client = await secure.opened(pair, sender_certificate=pair.chain)

    assert client.conversation.thumbprint == expected


@verifies("UA-SEC-CERT-UNTRUSTED")
async def test_untrusted(secure):
    """A self-signed certificate that nobody knows is refused."""
    reaction = await secure.met(secure.keys.bad["untrusted"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-ISSUER-UNKNOWN")
async def test_issuer_unknown(secure):
    """A certificate of an authority that is sent with it, and that nobody trusts, is refused."""
    reaction = await secure.met(secure.keys.bad["unknown-issuer"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-CHAIN-INCOMPLETE")
async def test_chain_incomplete(secure):
    """A certificate of an intermediate authority that is neither sent nor known is refused."""
    reaction = await secure.met(secure.keys.bad["chain-incomplete"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-REVOKED")
async def test_revoked(secure):
    """A certificate in the authority's revocation list is refused."""
    reaction = await secure.met(secure.keys.bad["revoked"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-CRL-MISSING")
async def test_crl_missing(secure):
    """A certificate of a trusted authority whose revocation list the server does not have is refused."""
    reaction = await secure.met(secure.keys.bad["no-crl"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-SIGNATURE")
async def test_signature(secure):
    """A certificate with one wrong bit in its issuer's signature is refused."""
    reaction = await secure.met(secure.keys.bad["broken-signature"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-ISSUER-EXPIRED")
async def test_issuer_expired(secure):
    """A certificate of an intermediate authority that expired yesterday is refused."""
    reaction = await secure.met(secure.keys.bad["issuer-expired"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-ISSUER-NO-CA")
async def test_issuer_no_ca(secure):
    """A certificate that was signed with one without the CA flag in its basicConstraints is refused."""
    reaction = await secure.met(secure.keys.bad["issuer-no-ca"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-ISSUER-NO-CERT-SIGN")
async def test_issuer_no_cert_sign(secure):
    """A certificate of an authority without keyCertSign in its keyUsage is refused."""
    reaction = await secure.met(secure.keys.bad["issuer-no-cert-sign"])

    assert reaction not in UNREFUSED
