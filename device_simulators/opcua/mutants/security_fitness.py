"""Servers that do not look at a certificate's time, use or key, or at its issuers' (OPC 10000-4, 6.1.3)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from device_simulators.opcua.mutants.of_applications import OfApplications
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import POLICIES, Policy
from testbed.protocols.opcua.asymmetric import leaf
from testbed.protocols.opcua.security_headers import decode_asymmetric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device_simulators.opcua.connection import ServerConnection


# Issuers


@mutant("UA-SEC-CERT-ISSUER-EXPIRED")
class TakesExpiredIssuers(Plc):
    """Looks at the validity of the certificate, and not at that of its issuers."""

    def check_issuer_validity(self, issuer: x509.Certificate, now: datetime) -> None:
        """Let them pass."""


@mutant("UA-SEC-CERT-ISSUER-NO-CA")
class TakesAnyoneForAnAuthority(Plc):
    """Does not look at the CA flag of an issuer."""

    def check_issuer_use(self, issuer: x509.Certificate) -> None:
        """Look at its keyUsage only."""
        if not issuer.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign:
            super().check_issuer_use(issuer)


@mutant("UA-SEC-CERT-ISSUER-NO-CERT-SIGN")
class TakesAnyKeyOfAnAuthority(Plc):
    """Does not look at the keyUsage of an issuer."""

    def check_issuer_use(self, issuer: x509.Certificate) -> None:
        """Look at its CA flag only."""
        if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            super().check_issuer_use(issuer)


# Time, use and keys


@mutant("UA-SEC-CERT-EXPIRED")
class TakesExpiredCertificates(OfApplications):
    """Takes a certificate whose validity has ended."""

    def check_validity(self, certificate: x509.Certificate, now: datetime) -> None:
        """Look at its beginning only."""
        ends = certificate.not_valid_after_utc
        super().check_validity(certificate, now if self.of_user else min(now, ends))


@mutant("UA-SEC-CERT-NOT-YET-VALID")
class TakesFutureCertificates(Plc):
    """Takes a certificate whose validity has not begun."""

    def check_validity(self, certificate: x509.Certificate, now: datetime) -> None:
        """Look at its end only."""
        super().check_validity(certificate, max(now, certificate.not_valid_before_utc))


def _use(certificate: x509.Certificate) -> x509.KeyUsage:
    return certificate.extensions.get_extension_for_class(x509.KeyUsage).value


@mutant("UA-SEC-CERT-USE-SIGNATURE")
class TakesKeysThatMayNotSign(Plc):
    """Takes a certificate without digitalSignature."""

    def check_use(self, certificate: x509.Certificate) -> None:
        """Let it pass."""
        if _use(certificate).digital_signature:
            super().check_use(certificate)


@mutant("UA-SEC-CERT-USE-ENCIPHERMENT")
class TakesKeysThatMayNotEncrypt(Plc):
    """Takes a certificate without dataEncipherment."""

    def check_use(self, certificate: x509.Certificate) -> None:
        """Let it pass."""
        if _use(certificate).data_encipherment:
            super().check_use(certificate)


@mutant("UA-SEC-CERT-USE-CLIENT")
class TakesCertificatesOfServers(Plc):
    """Takes a certificate that is for servers alone."""

    def check_use(self, certificate: x509.Certificate) -> None:
        """Let it pass."""
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if ExtendedKeyUsageOID.CLIENT_AUTH in purposes:
            super().check_use(certificate)


class _AnyKey(Plc):
    """Takes keys of a length that the policy does not allow."""

    SHORTEST, LONGEST = 2048, 4096

    def check_policy(self, certificate: x509.Certificate, policy: Policy) -> None:
        """Let some more lengths pass."""
        size = getattr(certificate.public_key(), "key_size", 0)
        if self.SHORTEST <= size <= self.LONGEST:
            self.check_hash(certificate)
        else:
            super().check_policy(certificate, policy)


@mutant("UA-SEC-CERT-KEY-WEAK")
class TakesWeakKeys(_AnyKey):
    """Takes a certificate with an RSA key of 1024 bits."""

    SHORTEST = 1024


@mutant("UA-SEC-CERT-KEY-OVERLONG")
class TakesOverlongKeys(_AnyKey):
    """Takes a certificate with an RSA key of more than 4096 bits."""

    LONGEST = 16384


@mutant("UA-SEC-CERT-SHA1")
class TakesBrokenHashes(Plc):
    """Takes a certificate that was signed over a SHA-1."""

    def check_hash(self, certificate: x509.Certificate) -> None:
        """Let every hash pass."""

    def check_signature(self, chain: Sequence[x509.Certificate]) -> None:
        """Believe a signature that the library does not verify any more."""
        algorithm = chain[0].signature_hash_algorithm
        if algorithm is None or algorithm.name != "sha1":
            super().check_signature(chain)


class _Deaf(Plc):
    """Does not answer an OPN with some certificates."""

    def is_heard(self, certificate: bytes) -> bool:
        """Say whether a certificate is answered."""
        raise NotImplementedError

    def take_open(self, line: ServerConnection, frame: bytes) -> None:
        """Drop what is not heard."""
        said, _ = decode_asymmetric(frame)
        policy = POLICIES.get(said.policy_uri or "")
        if policy is None or policy.is_none or self.is_heard(said.sender_certificate or b""):
            super().take_open(line, frame)


@mutant("UA-SEC-CERT-GARBAGE")
class HangsOnGarbage(_Deaf):
    """Does not answer an OPN whose certificate cannot be read."""

    def is_heard(self, certificate: bytes) -> bool:
        """Read it."""
        try:
            x509.load_der_x509_certificate(leaf(certificate))
        except ValueError:
            return not certificate
        return True


@mutant("UA-SEC-CERT-MISSING")
class HangsWithoutCertificate(_Deaf):
    """Does not answer a secured OPN without a certificate."""

    def is_heard(self, certificate: bytes) -> bool:
        """Want one."""
        return bool(certificate)


@mutant("UA-SEC-CERT-URI")
class TakesAnyApplication(Plc):
    """Does not compare the application's URI with its certificate."""

    def check_uri(self, certificate: bytes, application_uri: str | None) -> None:
        """Let every URI pass."""
