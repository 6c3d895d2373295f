"""Servers that take certificates which they should refuse, or refuse good ones (OPC 10000-4, 6.1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha1
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from device_simulators.opcua.errors import Broken
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import MSG, OPN, AsymmetricHeader, Policy, status
from testbed.protocols.opcua.asymmetric import leaf
from testbed.protocols.opcua.security_headers import decode_asymmetric

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.connection import ServerConnection
    from device_simulators.opcua.trust import TrustList

Chain = Sequence[x509.Certificate]


class _OfApplications(Plc):
    """Is wrong about applications, and right about users."""

    of_user = False

    def check_user_certificate(self, sent: bytes, policy: Policy) -> None:
        """Remember whose certificate it is."""
        self.of_user = True
        try:
            super().check_user_certificate(sent, policy)
        finally:
            self.of_user = False


# What is trusted


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
class TrustsSelfSigned(_OfApplications):
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
class ForgivesRevocation(_OfApplications):
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
class TakesExpiredCertificates(_OfApplications):
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

    def check_signature(self, chain: Chain) -> None:
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
        if (said.policy_uri or "").endswith("#None") or self.is_heard(said.sender_certificate or b""):
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
