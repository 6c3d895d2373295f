"""Certificates of OPC UA, right and wrong on purpose (OPC 10000-6 1.05.04, 6.2.2; RFC 5280)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from testbed.wire.opcua_keys.names import RSA_BITS

DAY = timedelta(days=1)
VALIDITY = 730 * DAY
CLOCK_TOLERANCE = timedelta(hours=1)
"""A device's clock may be behind the clock that made the certificate (assumed)."""

CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
APPLICATION = frozenset({"digital_signature", "content_commitment", "key_encipherment", "data_encipherment"})
"""What the key of an application may be used for (6.2.2)."""
AUTHORITY = frozenset({"key_cert_sign", "crl_sign"})
USER = frozenset({"digital_signature", "key_encipherment", "data_encipherment"})
_UNIT = "TEST KEY"
_SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
_SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")
"""Object identifiers of signatures, in DER (RFC 4055, 5; RFC 3279, 2.2.1)."""


@dataclass(frozen=True)
class Issuer:
    """An authority: its key and certificate, and those above it up to the root."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()


def new_key(bits: int = RSA_BITS) -> rsa.RSAPrivateKey:
    """Make a key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def authority(
    name: str,
    above: Issuer | None = None,
    *,
    is_ca: bool = True,
    usage: frozenset[str] = AUTHORITY,
    ends: timedelta = VALIDITY,
) -> Issuer:
    """Make a certificate authority, a root or one below another.

    Args:
        name: its common name.
        above: who signs; itself where there is nobody.
        is_ca: what its basic constraints say.
        usage: of its key, by the names of RFC 5280, 4.2.1.3.
        ends: of its validity, from now.
    """
    key = new_key()
    begins = -CLOCK_TOLERANCE if ends > timedelta() else ends - 30 * DAY
    builder = _builder(name, above, key, begins, ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    builder = builder.add_extension(_usage(usage), critical=True)
    certificate = builder.sign(above.key if above else key, hashes.SHA256())
    return Issuer(key, certificate, (above.certificate, *above.above) if above else ())


def issue(  # noqa: PLR0913 - what a certificate may say
    name: str,
    issuer: Issuer | None,
    key: rsa.RSAPrivateKey,
    *,
    uri: str = "",
    hosts: Sequence[x509.GeneralName] = (),
    usage: frozenset[str] = APPLICATION,
    purposes: Sequence[ObjectIdentifier] = (CLIENT,),
    begins: timedelta = -CLOCK_TOLERANCE,
    ends: timedelta = VALIDITY,
) -> x509.Certificate:
    """Issue a certificate of an application or a user.

    Args:
        name: its common name.
        issuer: who signs; itself where there is nobody: then the key may sign certificates, too (6.2.2).
        key: its own.
        uri: of the application; a user's has none.
        hosts: names and addresses of a server.
        usage: of its key, by the names of RFC 5280, 4.2.1.3.
        purposes: its extended key usages.
        begins: of its validity, from now.
        ends: likewise.
    """
    builder = _builder(name, issuer, key, begins, ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    own = usage if issuer is not None else usage | {"key_cert_sign"}
    builder = builder.add_extension(_usage(own), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if names := [*([x509.UniformResourceIdentifier(uri)] if uri else []), *hosts]:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer.key if issuer else key, hashes.SHA256())


def revocations(issuer: Issuer, *revoked: x509.Certificate) -> bytes:
    """Return an authority's revocation list in DER; it holds as long as what it speaks of."""
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    builder = builder.last_update(now - CLOCK_TOLERANCE).next_update(now + VALIDITY)
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(now)
        builder = builder.add_revoked_certificate(entry.build())
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    builder = builder.add_extension(identifier, critical=False).add_extension(
        x509.CRLNumber(1), critical=False
    )
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def der(certificate: x509.Certificate) -> bytes:
    """Return a certificate's bytes."""
    return certificate.public_bytes(Encoding.DER)


def with_broken_signature(certificate: bytes) -> bytes:
    """Return a certificate in DER with the last bit of its signature wrong."""
    return certificate[:-1] + bytes((certificate[-1] ^ 1,))


def with_sha1(certificate: x509.Certificate, issuer: Issuer) -> bytes:
    """Return a certificate in DER, signed anew with SHA-1, which the library refuses to do.

    Both identifiers and both signatures have the same length, so that no length around them changes.
    """
    whole = der(certificate).replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    body = certificate.tbs_certificate_bytes.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    signature = issuer.key.sign(body, PKCS1v15(), hashes.SHA1())  # noqa: S303 - wrong on purpose
    return whole[: -len(signature)] + signature


def _builder(
    name: str, issuer: Issuer | None, key: rsa.RSAPrivateKey, begins: timedelta, ends: timedelta
) -> x509.CertificateBuilder:
    """Begin a certificate, with the identifiers of its keys (RFC 5280, 4.2.1.1 and 4.2.1.2)."""
    now = datetime.now(UTC)
    above = (issuer.key if issuer else key).public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer.certificate.subject if issuer else _name(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
    )


def _name(name: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Mother Factory")
    unit = x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, _UNIT)
    return x509.Name([organisation, unit, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(allowed: frozenset[str]) -> x509.KeyUsage:
    none = partial(x509.KeyUsage, key_agreement=False, encipher_only=False, decipher_only=False)
    named = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
    return none(**{one: one in allowed for one in (*named, "key_cert_sign", "crl_sign")})
