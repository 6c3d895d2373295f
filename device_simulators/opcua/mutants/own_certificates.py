"""Servers whose own certificate is wrong in one way (OPC 10000-6 1.05.04, 6.2.2; OPC 10000-7, 6.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from asyncua import ua
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from device_simulators.opcua.certificates import Identity
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua.asymmetric import leaf

WEAK_BITS = 1024
"""Bits of a key that no current policy allows."""
_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


class _Certified(Plc):
    """Has its certificate issued anew, by itself, with one thing changed."""

    DAYS: tuple[int, int] = (-1, 365)
    """Begin and end of the validity, from now."""

    @cached_property
    def identity(self) -> Identity:
        """The certificate that is wrong, and its key."""
        right = super().identity
        return Identity(self.issued(right.certificate, right.key), right.key)

    def issued(self, der: bytes, key: RSAPrivateKey) -> bytes:
        """Sign the contents of a certificate anew, for a key and with it."""
        like = x509.load_der_x509_certificate(leaf(der))
        begins, ends = (datetime.now(UTC) + timedelta(days=days) for days in self.DAYS)
        builder = x509.CertificateBuilder(
            like.subject, like.subject, key.public_key(), x509.random_serial_number(), begins, ends
        )
        for one in like.extensions:
            changed = self.changed(one.value)
            if changed is not None and not isinstance(one.value, x509.AuthorityKeyIdentifier):
                builder = builder.add_extension(changed, one.critical)
        return builder.sign(key, SHA256()).public_bytes(Encoding.DER)

    def changed(self, extension: Any) -> Any:
        """Return an extension, or another one; None where it is left out."""
        return extension


@mutant("UA-SEC-ENDPOINT-CERTIFICATE-HOST")
class NamesNoHosts(_Certified):
    """Shows a certificate that names no host."""

    def changed(self, extension: Any) -> Any:
        """Keep the URI alone."""
        if not isinstance(extension, x509.SubjectAlternativeName):
            return extension
        uris = extension.get_values_for_type(x509.UniformResourceIdentifier)
        return x509.SubjectAlternativeName(map(x509.UniformResourceIdentifier, uris))


@mutant("UA-SEC-ENDPOINT-CERTIFICATE-VALID")
class OutlivesItsCertificate(_Certified):
    """Shows a certificate that expired yesterday."""

    DAYS = (-366, -1)


@mutant("UA-SEC-ENDPOINT-CERTIFICATE-USE")
class MayNotEncrypt(_Certified):
    """Shows a certificate whose key may not encrypt data."""

    def changed(self, extension: Any) -> Any:
        """Take the use away."""
        if not isinstance(extension, x509.KeyUsage):
            return extension
        uses = {name: getattr(extension, name) and name != "data_encipherment" for name in _USES}
        return x509.KeyUsage(**uses, encipher_only=False, decipher_only=False)


@mutant("UA-SEC-ENDPOINT-CERTIFICATE-PURPOSE")
class ShowsClientCertificates(_Certified):
    """Shows a certificate that is meant for clients alone."""

    def changed(self, extension: Any) -> Any:
        """Name another purpose."""
        is_purpose = isinstance(extension, x509.ExtendedKeyUsage)
        return x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]) if is_purpose else extension


@mutant("UA-SEC-ENDPOINT-CERTIFICATE-HASH")
class ShowsSha1Certificates(_Certified):
    """Shows a certificate that was signed with SHA-1."""

    def issued(self, der: bytes, key: RSAPrivateKey) -> bytes:
        """Sign it with SHA-1, as no library does any more."""
        from testbed.wire.opcua_keys.issuing import Issuer, with_sha1  # noqa: PLC0415 - for this one alone

        made = x509.load_der_x509_certificate(super().issued(der, key))
        return with_sha1(made, Issuer(key, made))


@mutant("UA-SEC-ENDPOINT-CERTIFICATE-KEY")
class KeepsWeakKeys(_Certified):
    """Describes one endpoint twice, the second time with a certificate whose key has 1,024 bits."""

    @cached_property
    def weak(self) -> bytes:
        """The certificate."""
        key = generate_private_key(public_exponent=65537, key_size=WEAK_BITS)
        return self.issued(super().identity.certificate, key)

    def endpoints(self, url: str, locales: Sequence[str | None] = ()) -> list[ua.EndpointDescription]:
        """Describe the last one again."""
        found = super().endpoints(url, locales)
        return [*found, replace(found[-1], ServerCertificate=self.weak)]
