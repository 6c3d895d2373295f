"""Certificates of Modbus/TCP Security, right and wrong on purpose (MODBUS/TCP Security v36, 8.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from testbed.protocols.tls.roles import ROLE_OID, UTF8_STRING
from testbed.wire.mbaps.folder import KeyType

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

VALIDITY = timedelta(days=730)
CLOCK_TOLERANCE = timedelta(hours=1)
"""A device's clock may be behind the clock that made the certificate (assumed)."""
RSA_BITS, WEAK_BITS = 2048, 1024

CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
_UNIT = "TEST KEY"
_SPARE = ROLE_OID[:-1] + "2"
"""Stands for the second role extension until the certificate is signed: the library takes no two alike."""


@dataclass(frozen=True)
class Pair:
    """A private key, its certificate, and those above it up to the root."""

    key: CertificateIssuerPrivateKeyTypes
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    @property
    def secret(self) -> bytes:
        """The private key in PEM, not encrypted."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def chain(self) -> bytes:
        """All certificates in PEM, its own first (R-46: down to the root)."""
        return b"".join(one.public_bytes(Encoding.PEM) for one in (self.certificate, *self.above))


def new_key(kind: KeyType, bits: int = RSA_BITS) -> CertificateIssuerPrivateKeyTypes:
    """Make a key: P-256 (R-61), or RSA."""
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ecc" else rsa.generate_private_key(65537, bits)


def authority(name: str, above: Pair | None = None) -> Pair:
    """Make a certificate authority, its own root or one below another; it has no further one below it."""
    key = new_key("ecc")
    builder = _builder(name, above.certificate.subject if above else _name(name), key)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    certificate = _sign(_identified(builder, key, above), above.key if above else key)
    return Pair(key, certificate, (above.certificate, *above.above) if above else ())


def issue(  # noqa: PLR0913 - what a certificate may say
    name: str,
    issuer: Pair | None,
    key: CertificateIssuerPrivateKeyTypes,
    *,
    purpose: ObjectIdentifier = CLIENT,
    roles: tuple[str, ...] = (),
    tag: int = UTF8_STRING,
    begins: timedelta = -CLOCK_TOLERANCE,
    ends: timedelta = VALIDITY,
) -> Pair:
    """Issue a certificate.

    Args:
        name: its common name.
        issuer: who signs; itself where there is nobody.
        key: its own.
        purpose: the one extended key usage that it names.
        roles: at most two, each in an extension of its own.
        tag: of ASN.1, how they are encoded.
        begins: of its validity, from now.
        ends: likewise.
    """
    builder = _builder(name, issuer.certificate.subject if issuer else _name(name), key, begins, ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    for oid, role in zip((ROLE_OID, _SPARE), roles, strict=False):
        value = bytes((tag, len(role.encode()))) + role.encode()
        extension = x509.UnrecognizedExtension(ObjectIdentifier(oid), value)
        builder = builder.add_extension(extension, critical=False)
    certificate = _sign(_identified(builder, key, issuer), issuer.key if issuer else key)
    if len(roles) > 1 and issuer is not None:
        certificate = _doubled(certificate, issuer)
    return Pair(key, certificate, (issuer.certificate, *issuer.above) if issuer else ())


def revocations(issuer: Pair, *revoked: x509.Certificate) -> bytes:
    """Return an authority's revocation list in PEM; it holds as long as what it speaks of."""
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    builder = builder.last_update(now - CLOCK_TOLERANCE).next_update(now + VALIDITY)
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(now)
        builder = builder.add_revoked_certificate(entry.build())
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    signed = builder.add_extension(identifier, critical=False).sign(issuer.key, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM)


def _builder(
    name: str,
    issuer: x509.Name,
    key: CertificateIssuerPrivateKeyTypes,
    begins: timedelta = -CLOCK_TOLERANCE,
    ends: timedelta = VALIDITY,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
    )


def _identified(
    builder: x509.CertificateBuilder, key: CertificateIssuerPrivateKeyTypes, issuer: Pair | None
) -> x509.CertificateBuilder:
    """Name the keys of a certificate and of who signs it (RFC 5280, 4.2.1.1 and 4.2.1.2)."""
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key((issuer.key if issuer else key).public_key())
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return builder.add_extension(own, critical=False).add_extension(above, critical=False)


def _name(name: str) -> x509.Name:
    unit = x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, _UNIT)
    return x509.Name([unit, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    usage = partial(x509.KeyUsage, content_commitment=False, key_encipherment=False, key_agreement=False)
    return usage(
        digital_signature=not signs_certificates,
        data_encipherment=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _sign(builder: x509.CertificateBuilder, key: CertificateIssuerPrivateKeyTypes) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())


def _doubled(certificate: x509.Certificate, issuer: Pair) -> x509.Certificate:
    """Give the spare extension the number of the first, against RFC 5280, 4.2, and sign again."""
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)  # noqa: S101 - as `authority` makes it
    marks = [x509.UnrecognizedExtension(ObjectIdentifier(oid), b"").oid for oid in (_SPARE, ROLE_OID)]
    spare, right = (_der(mark) for mark in marks)
    body = certificate.tbs_certificate_bytes.replace(spare, right)
    signature = issuer.key.sign(body, ec.ECDSA(hashes.SHA256()))
    whole = certificate.public_bytes(Encoding.DER)
    at = whole.index(certificate.tbs_certificate_bytes) + len(body)
    algorithm = whole[at : at + 2 + whole[at + 1]]
    bits = b"\x00" + signature
    sealed = body + algorithm + bytes((0x03, len(bits))) + bits
    return x509.load_der_x509_certificate(b"\x30\x82" + len(sealed).to_bytes(2) + sealed)


def _der(oid: ObjectIdentifier) -> bytes:
    """Return an object identifier in DER; each number of it below 2 to the 14 takes two bytes at most."""
    first, second, *rest = map(int, oid.dotted_string.split("."))
    body = bytes((first * 40 + second,))
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.insert(0, 0x80 | number & 0x7F)
        body += bytes(groups)
    return bytes((0x06, len(body))) + body
