"""MODBUS/TCP Security v36, 8.3 and 10.2 to 10.5: Cipher suites, and what a hello may ask for."""

import pytest

from testbed.cases import verifies
from testbed.modbus import CLOSED, SILENCE
from testbed.tls import (
    ACCEPTED,
    ALERT,
    ECDHE_ECDSA_AES_128_GCM_SHA256,
    SECP256R1,
    Extension,
    first_hello,
)

MD5 = {"RSA_WITH_NULL_MD5": 0x0001, "RSA_WITH_RC4_128_MD5": 0x0004}
SHA_1 = {"RSA_WITH_AES_128_CBC_SHA": 0x002F, "ECDHE_RSA_WITH_AES_128_CBC_SHA": 0xC013}
NULL = 0
DEFLATE = 1
UP_TO_512_BYTES = 1


@verifies("MB-TLS-RSA-SUITE")
async def test_mandatory_suite_of_rsa(tls):
    """A client that offers TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 alone gets a session."""
    session = await tls.handshake(versions=("1.2",), suites="ECDHE-RSA-AES128-GCM-SHA256")

    assert session.outcome == ACCEPTED


@verifies("MB-TLS-ECC-SUITE")
async def test_mandatory_suite_of_ecc(tls):
    """A client that offers TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 alone gets a session."""
    session = await tls.handshake(versions=("1.2",), suites="ECDHE-ECDSA-AES128-GCM-SHA256")

    assert session.outcome == ACCEPTED


@verifies("MB-TLS-P256")
async def test_curve_p_256(tls):
    """A client that offers the curve P-256 alone is met with a key on that curve."""
    offer = await tls.offer(first_hello(suites=(ECDHE_ECDSA_AES_128_GCM_SHA256,), groups=(SECP256R1,)))

    assert offer.flight.curve == SECP256R1


@verifies("MB-TLS-NULL-SUITE")
async def test_null_with_null_null(tls):
    """A client that offers TLS_NULL_WITH_NULL_NULL alone gets no session."""
    offer = await tls.offer(first_hello(suites=(0x0000,)))

    assert offer.outcome in (ALERT, CLOSED, SILENCE)


@verifies("MB-TLS-UNREGISTERED-SUITE")
async def test_suites_of_nobody(tls):
    """A client that offers only numbers which the registry leaves to private use gets no session."""
    offer = await tls.offer(first_hello(suites=(0xFF01, 0xFFA5)))

    assert offer.outcome in (ALERT, CLOSED, SILENCE)


@verifies("MB-TLS-MD5")
@pytest.mark.parametrize("suite", MD5)
async def test_md5(tls, suite):
    """A client that offers a suite with HMAC-MD5 alone gets no session."""
    offer = await tls.offer(first_hello(suites=(MD5[suite],)))

    assert offer.outcome in (ALERT, CLOSED, SILENCE)


@verifies("MB-TLS-SHA1")
@pytest.mark.parametrize("suite", SHA_1)
async def test_sha_1(tls, suite):
    """A client that offers a suite with HMAC-SHA-1 alone gets no session."""
    offer = await tls.offer(first_hello(suites=(SHA_1[suite],)))

    assert offer.outcome in (ALERT, CLOSED, SILENCE)


@verifies("MB-TLS-FRAGMENTS")
async def test_fragments_of_512_bytes(tls):
    """A client that asks for fragments of at most 512 bytes is told that it gets them."""
    offer = await tls.offer(first_hello(fragments=UP_TO_512_BYTES))
    agreed = offer.flight.extension(Extension.MAX_FRAGMENT_LENGTH)

    assert agreed == b"\x01"


@verifies("MB-TLS-FRAGMENTS-KEPT")
async def test_fragments_are_as_agreed(tls):
    """Where fragments of at most 512 bytes were agreed on, the first flight has none that is longer."""
    offer = await tls.offer(first_hello(fragments=UP_TO_512_BYTES))

    assert offer.flight.longest <= 512


@verifies("MB-TLS-COMPRESSION")
async def test_compression(tls):
    """A server to which compression is offered does without."""
    offer = await tls.offer(first_hello(compressions=(DEFLATE, NULL)))

    assert offer.flight.compression == NULL


@verifies("MB-TLS-RENEGOTIATION")
async def test_secure_renegotiation(tls):
    """A client that knows secure renegotiation is told that the server does too."""
    offer = await tls.offer(first_hello(renegotiation=True))
    said = offer.flight.extension(Extension.RENEGOTIATION_INFO)

    assert said == b"\x00"
