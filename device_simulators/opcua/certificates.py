"""The server's own certificate, and what it looks at in a client's.

OPC 10000-4 1.05.04, 6.1.3; OPC 10000-6 1.05.04, 6.2.2.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from device_simulators.opcua.errors import Broken
from testbed.protocols.opcua.status import status

KEY_SIZES = range(2048, 4097)
"""Bits of an RSA key under Basic256Sha256 (OPC 10000-7 1.05.04, Basic256Sha256_Limits)."""
_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the server is on the wire: its certificate in DER and the key to it."""

    certificate: bytes
    key: RSAPrivateKey


@cache
def _throw_away_key() -> RSAPrivateKey:
    """The key of all simulated servers of this process; it is never stored."""
    return generate_private_key(public_exponent=65537, key_size=KEY_SIZES.start)


@cache
def own_identity(application_uri: str) -> Identity:
    """Return a self-signed certificate for an application, good for this process.

    Args:
        application_uri: the URI that the certificate names (10000-6, 6.2.2).
    """
    key = _throw_away_key()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, application_uri[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Mother Factory"),
        ]
    )
    now = datetime.now(UTC)
    names = [
        x509.UniformResourceIdentifier(application_uri),
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
            critical=False,
        )
        .sign(key, SHA256())
    )
    return Identity(made.public_bytes(Encoding.DER), key)


def read_certificate(der: bytes) -> x509.Certificate:
    """Read a client's certificate.

    Raises:
        Broken: it is none; what is wrong with it is not said (10000-6, 6.7.7).
    """
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, TypeError) as error:
        raise Broken(status.BadCertificateInvalid) from error


def check_certificate(der: bytes, now: datetime) -> None:
    """Look at a client's certificate: RSA key of a size that the policy allows, in its time.

    A simulated server trusts whoever has such a one.

    Raises:
        Broken: it will not do. Only a wrong time is told apart (6.1.3).
    """
    certificate = read_certificate(der)
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size not in KEY_SIZES:
        raise Broken(status.BadSecurityChecksFailed)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Broken(status.BadCertificateTimeInvalid)


def uris_of(der: bytes) -> list[str]:
    """Return the URIs that a certificate names in its subjectAltName."""
    try:
        names = read_certificate(der).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound):
        return []
    return names.value.get_values_for_type(x509.UniformResourceIdentifier)
