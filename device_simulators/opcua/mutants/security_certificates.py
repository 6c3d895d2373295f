"""Servers that take certificates which they should refuse, or refuse good ones (OPC 10000-4, 6.1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha1
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import NameOID

from device_simulators.opcua.errors import Broken
from device_simulators.opcua.mutants.of_applications import OfApplications
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import MSG, OPN, AsymmetricHeader, Policy, status
from testbed.protocols.opcua.asymmetric import leaf

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.trust import TrustList

Chain = Sequence[x509.Certificate]


@mutant("UA-SEC-CERT-SIGNED")
class RefusesRenewedCertificates(Plc):
    """Trusts an authority, and yet not the certificate that an application has renewed."""

    def check_trust(self, chain: Chain, trust: TrustList) -> None:
        """Refuse a name that was not there before."""
        super().check_trust(chain, trust)
        names = chain[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if any("renewed" in str(one.value) for one in names):
            raise Broken(status.BadCertificateUntrusted)


@mutant("UA-SEC-CERT-SELF-SIGNED")
class TrustsAuthoritiesAlone(Plc):
    """Refuses a self-signed certificate that stands in its trust list."""

    def check_trust(self, chain: Chain, trust: TrustList) -> None:
        """Want an authority."""
        super().check_trust(chain, trust)
        if len(chain) == 1:
            raise Broken(status.BadCertificateUntrusted)


@mutant("UA-SEC-CERT-CHAIN")
class TakesOneCertificate(Plc):
    """Refuses a certificate with others behind it."""

    def check_structure(self, sent: bytes) -> list[x509.Certificate]:
        """Refuse what goes on behind the first."""
        if leaf(sent) != sent:
            raise Broken(status.BadCertificateInvalid)
        return super().check_structure(sent)


@mutant("UA-SEC-CERT-CHAIN")
class IgnoresSentIssuers(Plc):
    """Looks for issuers among those that it knows, and not among those that are sent."""

    def build_chain(self, sent: Chain, trust: TrustList) -> list[x509.Certificate]:
        """Forget what stands behind the certificate."""
        return super().build_chain(sent[:1], trust)


@mutant("UA-SEC-CERT-THUMBPRINT")
class NamesTheWholeChain(Plc):
    """Answers a chain of certificates with the thumbprint of all of its bytes."""

    shown = b""

    def accept_certificate(self, sent: bytes, policy: Policy) -> None:
        """Remember what was sent."""
        super().accept_certificate(sent, policy)
        self.shown = sent

    def reply(self, channel: Channel, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        """Take the SHA-1 of it."""
        if kind != OPN or leaf(self.shown) == self.shown:
            super().reply(channel, body, request_id, kind)
            return
        whole = sha1(self.shown, usedforsecurity=False).digest()
        said = AsymmetricHeader(channel.policy.uri, self.identity.certificate, whole)
        for frame in channel.secure.seal(body, request_id, type=OPN, asymmetric=said):
            channel.line.send(frame)


@mutant("UA-SEC-CERT-UNTRUSTED")
class TrustsSelfSigned(OfApplications):
    """Trusts every self-signed certificate."""

    def check_trust(self, chain: Chain, trust: TrustList) -> None:
        """Look at those with an issuer only."""
        if self.of_user or len(chain) > 1:
            super().check_trust(chain, trust)


@mutant("UA-SEC-CERT-ISSUER-UNKNOWN")
class TrustsWhatIsSent(Plc):
    """Trusts an authority that is sent with a certificate."""

    def check_trust(self, chain: Chain, trust: TrustList) -> None:
        """Look at self-signed certificates only."""
        if len(chain) == 1:
            super().check_trust(chain, trust)

    def find_revocation(
        self, chain: Chain, trust: TrustList, now: datetime
    ) -> x509.CertificateRevocationList | None:
        """Look for no list of such an authority."""
        if not any(one in trust.trusted for one in chain):
            return None
        return super().find_revocation(chain, trust, now)


@mutant("UA-SEC-CERT-CHAIN-INCOMPLETE")
class TakesIncompleteChains(Plc):
    """Takes a certificate whose issuer cannot be found as it is."""

    def build_chain(self, sent: Chain, trust: TrustList) -> list[x509.Certificate]:
        """Give up where an issuer lacks."""
        try:
            return super().build_chain(sent, trust)
        except Broken:
            return [sent[0]]

    def check_signature(self, chain: Chain) -> None:
        """Look where there is an issuer."""
        if not self._is_incomplete(chain):
            super().check_signature(chain)

    def check_trust(self, chain: Chain, trust: TrustList) -> None:
        """Likewise."""
        if not self._is_incomplete(chain):
            super().check_trust(chain, trust)

    @staticmethod
    def _is_incomplete(chain: Chain) -> bool:
        return len(chain) == 1 and chain[0].issuer != chain[0].subject


@mutant("UA-SEC-CERT-REVOKED")
class ForgivesRevocation(OfApplications):
    """Does not look into revocation lists."""

    def check_revocation(
        self, certificate: x509.Certificate, found: x509.CertificateRevocationList | None
    ) -> None:
        """Let it pass."""
        if self.of_user:
            super().check_revocation(certificate, found)


@mutant("UA-SEC-CERT-CRL-MISSING")
class NeedsNoRevocationList(Plc):
    """Takes certificates of an authority whose revocation list it does not have."""

    def find_revocation(
        self, chain: Chain, trust: TrustList, now: datetime
    ) -> x509.CertificateRevocationList | None:
        """Do without."""
        return self.revocations_of(chain, trust, now)


@mutant("UA-SEC-CERT-SIGNATURE")
class TrustsNames(Plc):
    """Compares the issuer's name, and does not verify its signature."""

    def check_signature(self, chain: Chain) -> None:
        """Let it pass."""
