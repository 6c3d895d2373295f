"""MODBUS/TCP Security v36, 8.2 and 10.1: TLS handshake and version."""

import pytest

from testbed.cases import verifies
from testbed.modbus import CLOSED, SILENCE
from testbed.tls import ACCEPTED, ALERT, Version, first_hello

OLD = {"SSL 3.0": Version.SSL_3_0, "TLS 1.0": Version.TLS_1_0, "TLS 1.1": Version.TLS_1_1}
ANY_AGE = (0x002F, 0x000A, 0xC013, 0xC009)
EVERYTHING = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
SSL_2_KINDS = (0x010080, 0x0700C0)


@verifies("MB-TLS12-SESSION")
async def test_tls_1_2(tls):
    """A client with a trusted certificate opens a session of TLS 1.2 and is answered in it."""
    session = await tls.handshake(versions=("1.2",))

    assert session.outcome == ACCEPTED


@verifies("MB-TLS13-SESSION")
async def test_tls_1_3(tls):
    """A client with a trusted certificate opens a session of TLS 1.3 and is answered in it."""
    session = await tls.handshake(versions=("1.3",))

    assert session.outcome == ACCEPTED


@verifies("MB-TLS-VERSIONS-OFFERED")
async def test_both_versions_offered(tls):
    """A client that offers TLS 1.2 and 1.3, and every cipher suite that it knows, gets a session."""
    session = await tls.handshake(versions=("1.2", "1.3"), suites=EVERYTHING)

    assert session.outcome == ACCEPTED


@verifies("MB-TLS-OLD-VERSIONS")
@pytest.mark.parametrize("name", OLD)
async def test_old_version(tls, name):
    """A client that offers an old version alone gets no session."""
    offer = await tls.offer(first_hello(OLD[name], ANY_AGE))

    assert offer.outcome in (ALERT, CLOSED, SILENCE)


@verifies("MB-TLS-SSL2")
async def test_ssl_2(tls):
    """A client that offers SSL 2.0 in its own form gets no session."""
    offer = await tls.offer(first_hello(Version.SSL_2_0, SSL_2_KINDS))

    assert offer.outcome in (ALERT, CLOSED, SILENCE)


@verifies("MB-TLS-ASKS-CERTIFICATE")
async def test_certificate_request(tls):
    """The server's first flight asks the client for its certificate."""
    offer = await tls.offer(first_hello())

    assert offer.flight.asks_certificate


@verifies("MB-TLS-NO-CERTIFICATE")
async def test_no_certificate(tls):
    """A client that shows no certificate is met with a fatal alert, and the connection is closed."""
    session = await tls.handshake(certificate=None)

    assert (session.outcome, session.closed) == (ALERT, True)


@verifies("MB-TLS-ALERT-ENDS-SESSION")
async def test_resumption_after_a_fatal_alert(tls):
    """A session that ended with a fatal alert cannot be resumed."""
    session = await tls.established(versions=("1.2",))
    await tls.damage(session)
    again = await tls.handshake(resume=session)

    assert not again.resumed


@verifies("MB-TLS-RESUMPTION")
async def test_resumption(tls):
    """A client that comes back goes on with its session, without a full handshake."""
    session = await tls.established()
    await tls.leave(session)
    again = await tls.established(resume=session)

    assert again.resumed
