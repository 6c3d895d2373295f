"""How a client's certificate is judged: the steps of OPC 10000-4 1.05.04, 6.1.3, in their order.

Each step is a method, and another one judges issuers. They raise the precise reason, which is noted; what the
client is told is masked.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from device_simulators.opcua.audit import Audit
from device_simulators.opcua.certificate_use import is_application, is_authority
from device_simulators.opcua.certificates import certificates_in, is_signed_by, read_certificate, uris_of
from device_simulators.opcua.errors import Broken, Refused
from device_simulators.opcua.revocation import Revocation
from device_simulators.opcua.trust import TrustFolder, TrustList
from testbed.protocols.opcua import Policy, status
from testbed.protocols.opcua.asymmetric import leaf, thumbprint
from testbed.protocols.opcua.status import Status

_LOG = logging.getLogger(__name__)

MAX_CHAIN = 8
"""Certificates of the longest chain that is followed (assumed)."""
HASHES = frozenset({"sha256", "sha384", "sha512"})
"""What certificates may be signed over (OPC 10000-7 1.05.04, 6.6: CertificateSignatureAlgorithm)."""


class Validation(Audit, Revocation):
    """The rules of certificates. A chain is a list that begins with the certificate and ends with a root."""

    TOLD: ClassVar[frozenset[Status]] = frozenset(
        {
            status.BadCertificateTimeInvalid,
            status.BadCertificateUseNotAllowed,
            status.BadCertificateRevocationUnknown,
        }
    )
    """Reasons that a client may learn (5.6.2.3)."""

    application_uri: str
    keys: Path | None
    """The tester's folder; None for one that lasts as long as this program."""

    @cached_property
    def trust(self) -> TrustFolder:
        """Whom this server trusts; made, where it is not there, when somebody secures a channel."""
        from testbed.wire.opcua_keys import OpcUaKeys, device_side, throw_away  # noqa: PLC0415 - heavy

        keys = throw_away() if self.keys is None else OpcUaKeys(self.keys)
        return TrustFolder(device_side(keys, self.application_uri))

    def accept_certificate(self, sent: bytes, policy: Policy) -> None:
        """Judge what an OPN shows: a certificate, and its issuers' behind it.

        Raises:
            Broken: with what the client may be told.
        """
        try:
            self.judge(sent, policy, self.now())
        except Broken as broken:
            self.reject(leaf(sent), broken.status)
            raise Broken(self.wire_status(broken.status)) from broken

    def judge(self, sent: bytes, policy: Policy, now: datetime) -> None:
        """Go through the steps; Broken with the precise reason."""
        trust = self.trust.applications
        chain = self.build_chain(self.check_structure(sent), trust)
        self.check_signature(chain)
        self.check_issuer_signature(chain)
        self.check_policy(chain[0], policy)
        for issuer in chain[1:]:
            self.check_issuer_policy(issuer)
        self.check_trust(chain, trust)
        self.check_validity(chain[0], now)
        for issuer in chain[1:]:
            self.check_issuer_validity(issuer, now)
        self.check_use(chain[0])
        for issuer in chain[1:]:
            self.check_issuer_use(issuer)
        self.check_revocation(chain[0], self.find_revocation(chain, trust, now))
        for above in range(1, len(chain) - 1):
            self.check_issuer_revocation(chain[above], self.find_issuer_revocation(chain[above:], trust, now))

    def wire_status(self, found: Status) -> Status:
        """Return what a client is told: of who is not trusted, or revoked, no more than that (6.1.3)."""
        return found if found in self.TOLD else status.BadSecurityChecksFailed

    def reject(self, certificate: bytes, why: Status) -> None:
        """Note a refusal, and keep a certificate that was not trusted where an administrator finds it."""
        self.note_certificate(why, thumbprint(certificate).hex())
        if why in {status.BadCertificateUntrusted, status.BadCertificateChainIncomplete}:
            try:
                self.trust.reject(certificate)
            except OSError as error:  # the client is answered all the same
                _LOG.error("the rejected list cannot be written: %s", error)

    # The steps

    def check_structure(self, sent: bytes) -> list[x509.Certificate]:
        """Certificates can be read as a whole, and one is there."""
        found = [read_certificate(one) for one in certificates_in(sent, MAX_CHAIN)]
        if not found:
            raise Broken(status.BadCertificateInvalid)
        return found

    def build_chain(self, sent: Sequence[x509.Certificate], trust: TrustList) -> list[x509.Certificate]:
        """Every issuer up to a root is known, or was sent."""
        chain = [sent[0]]
        known = (*trust.trusted, *trust.issuers, *sent[1:])
        while chain[-1].issuer != chain[-1].subject:
            named = [one for one in known if one.subject == chain[-1].issuer]
            signed = [one for one in named if is_signed_by(chain[-1], one)]
            if not named or len(chain) == MAX_CHAIN:
                raise Broken(status.BadCertificateChainIncomplete)
            chain.append((signed or named)[0])
        return chain

    def check_signature(self, chain: Sequence[x509.Certificate]) -> None:
        """The certificate is signed by its issuer, or by itself."""
        if not is_signed_by(chain[0], chain[min(1, len(chain) - 1)]):
            raise Broken(status.BadCertificateInvalid)

    def check_issuer_signature(self, chain: Sequence[x509.Certificate]) -> None:
        """So are its issuers."""
        for one, issuer in zip(chain[1:], [*chain[2:], chain[-1]], strict=False):
            if not is_signed_by(one, issuer):
                raise Broken(status.BadCertificateInvalid)

    def check_policy(self, certificate: x509.Certificate, policy: Policy) -> None:
        """Key and signature are those of the security policy (OPC 10000-7, 6.6)."""
        key = certificate.public_key()
        if policy.rsa is None or not isinstance(key, RSAPublicKey):
            raise Broken(status.BadCertificatePolicyCheckFailed)
        shortest, longest = policy.rsa.key_bits
        if not shortest <= key.key_size <= longest:
            raise Broken(status.BadCertificatePolicyCheckFailed)
        self.check_hash(certificate)

    def check_issuer_policy(self, issuer: x509.Certificate) -> None:
        """Issuers' signatures are strong as well."""
        self.check_hash(issuer)

    def check_hash(self, certificate: x509.Certificate) -> None:
        """A signature is over no hash that is broken (OPC 10000-7, 6.6)."""
        algorithm = certificate.signature_hash_algorithm
        if algorithm is None or algorithm.name not in HASHES:
            raise Broken(status.BadCertificatePolicyCheckFailed)

    def check_trust(self, chain: Sequence[x509.Certificate], trust: TrustList) -> None:
        """The certificate or one of its issuers is trusted."""
        if not any(one in trust.trusted for one in chain):
            raise Broken(status.BadCertificateUntrusted)

    def check_validity(self, certificate: x509.Certificate, now: datetime) -> None:
        """Now is within its validity."""
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise Broken(status.BadCertificateTimeInvalid)

    def check_issuer_validity(self, issuer: x509.Certificate, now: datetime) -> None:
        """And within that of its issuers."""
        if not issuer.not_valid_before_utc <= now <= issuer.not_valid_after_utc:
            raise Broken(status.BadCertificateIssuerTimeInvalid)

    def check_uri(self, certificate: bytes, application_uri: str | None) -> None:
        """It names the application that CreateSession describes (5.7.2.2)."""
        if application_uri not in uris_of(certificate):
            self.note_certificate(status.BadCertificateUriInvalid, thumbprint(certificate).hex())
            raise Refused(status.BadCertificateUriInvalid)

    def check_use(self, certificate: x509.Certificate) -> None:
        """It is a client's (10000-6, 6.2.2)."""
        if not is_application(certificate):
            raise Broken(status.BadCertificateUseNotAllowed)

    def check_issuer_use(self, issuer: x509.Certificate) -> None:
        """An issuer is an authority that may sign certificates (10000-6, 6.2.3)."""
        if not is_authority(issuer):
            raise Broken(status.BadCertificateIssuerUseNotAllowed)
