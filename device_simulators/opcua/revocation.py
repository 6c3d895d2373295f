"""Whether a certificate was revoked: the last steps of OPC 10000-4 1.05.04, 6.1.3 (RFC 5280, 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from device_simulators.opcua.errors import Broken
from device_simulators.opcua.trust import TrustList
from testbed.protocols.opcua import status


class Revocation:
    """The rules of revocation lists, which are kept beside the trust lists and nowhere asked for."""

    def find_revocation(
        self, chain: Sequence[x509.Certificate], trust: TrustList, now: datetime
    ) -> x509.CertificateRevocationList | None:
        """The issuer's revocation list is there; who has no issuer has none."""
        found = self.revocations_of(chain, trust, now)
        if found is None and len(chain) > 1:
            raise Broken(status.BadCertificateRevocationUnknown)
        return found

    def find_issuer_revocation(
        self, chain: Sequence[x509.Certificate], trust: TrustList, now: datetime
    ) -> x509.CertificateRevocationList | None:
        """So is that of an issuer's issuer."""
        found = self.revocations_of(chain, trust, now)
        if found is None:
            raise Broken(status.BadCertificateIssuerRevocationUnknown)
        return found

    def revocations_of(
        self, chain: Sequence[x509.Certificate], trust: TrustList, now: datetime
    ) -> x509.CertificateRevocationList | None:
        """Return the list, still good, that the second of a chain has signed."""
        for one in trust.revocations if len(chain) > 1 else ():
            if one.issuer == chain[1].subject and (one.next_update_utc or now) >= now:
                key = chain[1].public_key()
                if isinstance(key, RSAPublicKey) and one.is_signature_valid(key):
                    return one
        return None

    def check_revocation(
        self, certificate: x509.Certificate, found: x509.CertificateRevocationList | None
    ) -> None:
        """The list does not name the certificate."""
        if found and found.get_revoked_certificate_by_serial_number(certificate.serial_number):
            raise Broken(status.BadCertificateRevoked)

    def check_issuer_revocation(
        self, issuer: x509.Certificate, found: x509.CertificateRevocationList | None
    ) -> None:
        """Nor one of its issuers."""
        if found and found.get_revoked_certificate_by_serial_number(issuer.serial_number):
            raise Broken(status.BadCertificateIssuerRevoked)
