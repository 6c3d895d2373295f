"""The certificates of a two-storey authority: a root, and the signers it names (RFC 5280)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.x509.oid import NameOID

from testbed.bundle.certificates import TEST_UNIT, Role

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

ROOT_VALIDITY = timedelta(days=3653)
SIGNER_VALIDITY = timedelta(days=730)
CLOCK_TOLERANCE = timedelta(hours=1)  # a reader's clock may be behind the clock that made the key


def issue_root(key: EllipticCurvePrivateKey, *, test: bool) -> x509.Certificate:
    """Issue a root certificate to itself; it may issue signers, and no further authority."""
    subject = _subject("root", test=test)
    return (
        _builder(subject, subject, key.public_key(), ROOT_VALIDITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(key, SHA384())
    )


def issue_signer(
    role: Role,
    public_key: EllipticCurvePublicKey,
    root: x509.Certificate,
    root_key: EllipticCurvePrivateKey,
    *,
    test: bool,
) -> x509.Certificate:
    """Issue a certificate that lets `role` sign documents, and nothing else.

    It names no extended key usage, because none fits: the S/MIME purpose that `openssl cms -verify` asks for
    is met by digitalSignature alone.
    """
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return (
        _builder(_subject(role, test=test), root.subject, public_key, SIGNER_VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(issuer, critical=False)
        .sign(root_key, SHA384())
    )


def _subject(unit: str, *, test: bool) -> x509.Name:
    units = [unit, TEST_UNIT] if test else [unit]
    common_name = f"Mother Factory {unit}" + (" (test)" if test else "")
    return x509.Name(
        [
            *(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePublicKey, validity: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_TOLERANCE)
        .not_valid_after(now + validity)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
