"""OPC 10000-4 1.05.04, 6.1.3: Determining if a certificate is trusted: its time, its key, what it is for."""

import pytest

from testbed.cases import verifies
from testbed.opcua import CLOSED, NORMAL, SILENCE, status

MASK = status.BadSecurityChecksFailed
UNREFUSED = (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-CERT-EXPIRED")
async def test_expired(secure):
    """A certificate that expired yesterday is refused."""
    reaction = await secure.met(secure.keys.bad["expired"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-NOT-YET-VALID")
async def test_not_yet_valid(secure):
    """A certificate that will be valid in two years is refused."""
    reaction = await secure.met(secure.keys.bad["not-yet-valid"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-USE-SIGNATURE")
async def test_no_digital_signature(secure):
    """A certificate without digitalSignature in its keyUsage is refused."""
    reaction = await secure.met(secure.keys.bad["no-digital-signature"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-USE-ENCIPHERMENT")
async def test_no_data_encipherment(secure):
    """A certificate without dataEncipherment in its keyUsage is refused."""
    reaction = await secure.met(secure.keys.bad["no-data-encipherment"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-USE-CLIENT")
async def test_no_client_auth(secure):
    """A certificate with serverAuth alone in its extendedKeyUsage is refused."""
    reaction = await secure.met(secure.keys.bad["no-client-auth"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-KEY-WEAK")
async def test_key_weak(secure):
    """A certificate with an RSA key of 1024 bits is refused."""
    reaction = await secure.met(secure.keys.bad["weak-key"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-KEY-OVERLONG")
async def test_key_overlong(secure):
    """A certificate with an RSA key of more than 4096 bits is refused."""
    reaction = await secure.met(secure.keys.bad["overlong-key"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-SHA1")
async def test_sha1(secure):
    """A certificate that its authority signed with SHA-1 is refused."""
    reaction = await secure.met(secure.keys.bad["sha1"])

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-GARBAGE")
@pytest.mark.parametrize("length", [1, 20, 700])
async def test_garbage(secure, length):
    """So many bytes of text in place of a certificate are refused."""
    garbage = secure.keys.bad["garbage"].certificate[:length]
    reaction = await secure.met(sender_certificate=garbage)

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-MISSING")
@pytest.mark.parametrize("certificate", [None, b""])
async def test_missing(secure, certificate):
    """A null or an empty certificate in a secured OpenSecureChannel is refused."""
    reaction = await secure.met(sender_certificate=certificate)

    assert reaction not in UNREFUSED


@verifies("UA-SEC-CERT-URI")
async def test_uri(secure):
    """CreateSession with a ClientDescription of another ApplicationUri than the certificate's is refused."""
    client = await secure.opened(secure.keys.bad["wrong-uri"])
    reply = await client.create_session(ClientDescription=secure.description)

    assert reply.status in (status.BadCertificateUriInvalid, MASK)
