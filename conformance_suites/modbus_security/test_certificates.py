"""MODBUS/TCP Security v36, 8.2 and 10.2.3; RFC 5280: Certificates of both sides."""

import pytest

from testbed.cases import verifies
from testbed.modbus import CLOSED
from testbed.tls import ALERT


@verifies("MB-TLS-CERTIFICATE-UNTRUSTED")
@pytest.mark.parametrize("certificate", ["untrusted", "self-signed"])
async def test_untrusted(tls, certificate):
    """A client's certificate that no trusted authority signed is refused, whatever name it bears."""
    session = await tls.handshake(certificate)

    assert session.outcome in (ALERT, CLOSED)


@verifies("MB-TLS-CERTIFICATE-EXPIRED")
async def test_expired(tls):
    """A client's certificate whose validity has ended is refused."""
    session = await tls.handshake("expired")

    assert session.outcome in (ALERT, CLOSED)


@verifies("MB-TLS-CERTIFICATE-NOT-YET-VALID")
async def test_not_yet_valid(tls):
    """A client's certificate whose validity has not begun is refused."""
    session = await tls.handshake("not-yet-valid")

    assert session.outcome in (ALERT, CLOSED)


@verifies("MB-TLS-CERTIFICATE-PURPOSE")
async def test_wrong_purpose(tls):
    """A certificate that was issued for servers alone is refused of a client."""
    session = await tls.handshake("wrong-purpose")

    assert session.outcome in (ALERT, CLOSED)


@verifies("MB-TLS-CERTIFICATE-REVOKED")
async def test_revoked(tls):
    """A client's certificate that its authority has revoked is refused."""
    session = await tls.handshake("revoked")

    assert session.outcome in (ALERT, CLOSED)


@verifies("MB-TLS-CERTIFICATE-WEAK-KEY")
async def test_weak_key(tls):
    """A client's certificate with an RSA key of 1024 bits is refused."""
    session = await tls.handshake("weak-key")

    assert session.outcome in (ALERT, CLOSED)


@verifies("MB-TLS-DEVICE-CERTIFICATE")
async def test_device_certificate(tls):
    """The device's certificate is X.509 version 3, and every certificate that it sends is in force."""
    chain = await tls.shows()

    assert (chain.version, chain.is_in_force) == (3, True)


@verifies("MB-TLS-CHAIN")
async def test_chain(tls):
    """The device sends its whole chain: each certificate is signed by the next, the last one by itself."""
    chain = await tls.shows()

    assert (chain.is_linked, chain.reaches_root) == (True, True)


@verifies("MB-TLS-DEVICE-AUTHORITY")
async def test_signed_by_an_authority(tls):
    """The device's certificate is signed by an authority, and not by its own key."""
    chain = await tls.shows()

    assert not chain.is_self_signed
