"""Certificates: the server's own one, and how those of others are read.

OPC 10000-6 1.05.04, 6.2.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from warnings import catch_warnings, simplefilter

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from device_simulators.opcua.errors import Broken
from testbed.protocols.opcua.asymmetric import leaf
from testbed.protocols.opcua.status import status

KEY_BITS = 2048
"""Bits of an RSA key that is good for every policy (OPC 10000-7 1.05.04, 6.6)."""
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What reading a certificate may raise."""
_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the server is on the wire: its certificate in DER and the key to it."""

    certificate: bytes
    key: RSAPrivateKey


@cache
def _throw_away_key() -> RSAPrivateKey:
    """The key of all simulated servers of this process; it is never stored."""
    return generate_private_key(public_exponent=65537, key_size=KEY_BITS)


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


def stored_identity(folder: Path) -> Identity:
    """Return the certificate and key that a server was given.

    Args:
        folder: that of `testbed.wire.opcua_keys.device`.

    Raises:
        OSError: they cannot be read.
        ValueError: they are none.
    """
    key = load_pem_private_key((folder / "own/private/device.key").read_bytes(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the server's key is none of RSA")
    return Identity((folder / "own/certs/self-signed.der").read_bytes(), key)


def certificates_in(chain: bytes, most: int) -> list[bytes]:
    """Cut a chain into its certificates, which nobody has read yet (10000-6, 6.2.6).

    Raises:
        Broken: there are more.
    """
    found: list[bytes] = []
    while chain:
        if len(found) == most:
            raise Broken(status.BadCertificateInvalid)
        found.append(leaf(chain))
        chain = chain[len(found[-1]) :]
    return found


def read_certificate(der: bytes) -> x509.Certificate:
    """Read a certificate with all of its parts, so that no later question can fail.

    Raises:
        Broken: it is none.
    """
    try:
        with catch_warnings():
            simplefilter("ignore")  # what is odd but can be read is for the steps to judge
            found = x509.load_der_x509_certificate(der)
            _ = (found.extensions, found.subject, found.issuer, found.public_key(), found.version)
            _ = (found.signature_hash_algorithm, found.signature_algorithm_parameters)
            _ = (found.not_valid_before_utc, found.not_valid_after_utc)
    except UNREADABLE as error:
        raise Broken(status.BadCertificateInvalid) from error
    return found


def is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Say whether an issuer has signed a certificate, over whatever hash: that is another rule's."""
    key, algorithm = issuer.public_key(), certificate.signature_hash_algorithm
    if certificate.issuer != issuer.subject or not isinstance(key, RSAPublicKey) or algorithm is None:
        return False
    padding = certificate.signature_algorithm_parameters
    if not isinstance(padding, PKCS1v15 | PSS):
        return False
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding, algorithm)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def uris_of(der: bytes) -> list[str]:
    """Return the URIs that a certificate names in its subjectAltName."""
    try:
        names = read_certificate(der).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (Broken, x509.ExtensionNotFound):
        return []
    return names.value.get_values_for_type(x509.UniformResourceIdentifier)
