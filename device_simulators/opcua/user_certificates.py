"""How the certificate of a user is judged (OPC 10000-4 1.05.04, 6.1.3 and 7.40.5).

The steps are those of applications' certificates, but for the use and the application's URI. What is wrong is
noted; the client learns that the user is rejected.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from device_simulators.opcua.certificates import read_certificate
from device_simulators.opcua.errors import Broken, Refused
from device_simulators.opcua.trust import TrustList
from device_simulators.opcua.users import BY_CERTIFICATE, Users
from testbed.protocols.opcua import Policy, status
from testbed.protocols.opcua.asymmetric import leaf, thumbprint


class UserCertificates(Users):
    """The rules of users' certificates."""

    def check_user_certificate(self, sent: bytes, policy: Policy) -> None:
        """Judge the certificate of a token (10000-4, 7.40.5).

        Raises:
            Refused: it is none, or not one of a user.
        """
        try:
            certificates = self.check_structure(sent)
        except Broken as broken:
            raise Refused(status.BadIdentityTokenInvalid) from broken
        trust, now = self.trust.users, self.now()
        try:
            chain = self.build_chain(certificates, trust)
            self.check_signature(chain)
            self.check_issuer_signature(chain)
            self.check_policy(chain[0], policy)
            self.check_user_trust(chain, trust)
            self.check_user_validity(chain, now)
            self.check_user_revocation(chain, trust, now)
        except Broken as broken:
            self.note_certificate(broken.status, thumbprint(leaf(sent)).hex())
            raise Refused(status.BadIdentityTokenRejected) from broken

    def check_user_trust(self, chain: Sequence[x509.Certificate], trust: TrustList) -> None:
        """The user or an issuer of its certificate is trusted, and the issuers are authorities."""
        self.check_trust(chain, trust)
        for issuer in chain[1:]:
            self.check_issuer_use(issuer)

    def check_user_validity(self, chain: Sequence[x509.Certificate], now: datetime) -> None:
        """Now is within the validity of all certificates."""
        self.check_validity(chain[0], now)
        for issuer in chain[1:]:
            self.check_issuer_validity(issuer, now)

    def check_user_revocation(
        self, chain: Sequence[x509.Certificate], trust: TrustList, now: datetime
    ) -> None:
        """The issuer's list is there, and does not name the user."""
        self.check_revocation(chain[0], self.find_revocation(chain, trust, now))

    def name_of(self, certificate: bytes) -> str:
        """Return what a user is called by its certificate: the subject, unlike any user with a password."""
        return BY_CERTIFICATE + read_certificate(leaf(certificate)).subject.rfc4514_string()
