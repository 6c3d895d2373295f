"""Mutants of which tokens are taken, and of users' certificates (OPC 10000-4 1.05.04, 5.7.3, 7.40, 7.41)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asyncua import ua
from cryptography import x509

from device_simulators.opcua.channel_rules import Channel
from device_simulators.opcua.errors import Broken, Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.trust import TrustList
from testbed.protocols.opcua import POLICIES, Policy, status


@mutant("UA-SEC-USER-ANONYMOUS")
class WantsNamesOnSecuredChannels(Plc):
    """Refuses anonymous users on secured channels, where it offers to take them."""

    def check_policy_id(self, channel: Channel, kind: ua.UserTokenType, policy_id: str | None) -> None:
        """Refuse who has no name."""
        if channel.is_secured and kind == ua.UserTokenType.Anonymous:
            raise Refused(status.BadIdentityTokenRejected)
        super().check_policy_id(channel, kind, policy_id)


@mutant("UA-SEC-USER-ANONYMOUS-NOT-OFFERED", "UA-SEC-USER-POLICY-OTHER-ENDPOINT")
class TakesAnonymousUsersUnasked(Plc):
    """Offers no anonymous tokens on secured channels, and takes them all the same."""

    def token_policies(self, policy: Policy, mode: int) -> list[ua.UserTokenPolicy]:
        """Leave the anonymous one out, where the channel is secured."""
        found = super().token_policies(policy, mode)
        return [one for one in found if policy.is_none or one.TokenType != ua.UserTokenType.Anonymous]

    def offered(self, channel: Channel, kind: ua.UserTokenType) -> list[str | None]:
        """Take an anonymous token whatever the endpoint says."""
        if channel.is_secured and kind == ua.UserTokenType.Anonymous:
            return [None, ""]
        return super().offered(channel, kind)

    def check_policy_id(self, channel: Channel, kind: ua.UserTokenType, policy_id: str | None) -> None:
        """Ask no anonymous token for its policy, where the channel is secured."""
        if kind != ua.UserTokenType.Anonymous or not channel.is_secured:
            super().check_policy_id(channel, kind, policy_id)


@mutant("UA-SEC-USER-TYPE-NOT-OFFERED")
class TakesTicketsOfAnybody(Plc):
    """Takes an issued token, which it does not offer to take, for an anonymous user."""

    def is_absent(self, token: Any) -> bool:
        """Count an issued token as none."""
        return isinstance(token, ua.IssuedIdentityToken) or super().is_absent(token)


@mutant("UA-SEC-USER-POLICY-OTHER-ENDPOINT")
class TakesPoliciesOfAllEndpoints(Plc):
    """Takes the id of a token policy that another of its endpoints offers."""

    def offered(self, channel: Channel, kind: ua.UserTokenType) -> list[str | None]:
        """Return the policies of all endpoints."""
        found = super().offered(channel, kind)
        for policy in POLICIES.values():
            for mode in self.MODES.get(policy.name, ()):
                found += [one.PolicyId for one in self.token_policies(policy, mode) if one.TokenType == kind]
        return found


@mutant("UA-SEC-USER-X509", "UA-SEC-USER-X509-SIGNATURE-WRONG", "UA-SEC-USER-X509-SIGNATURE-MISSING")
class KnowsNoCertificatesOfUsers(Plc):
    """Refuses every certificate of a user."""

    def check_user_trust(self, chain: Sequence[x509.Certificate], trust: TrustList) -> None:  # noqa: ARG002 - what it overrides
        """Trust nobody."""
        raise Broken(status.BadCertificateUntrusted)


@mutant(
    "UA-SEC-USER-X509-SIGNATURE-WRONG",
    "UA-SEC-USER-X509-SIGNATURE-MISSING",
    "UA-SEC-USER-X509-NONCE-OLD",
)
class AsksForNoUserSignature(Plc):
    """Takes a user's certificate without a proof that the user has the key."""

    def check_user_signature(
        self, signature: ua.SignatureData, data: bytes, certificate: bytes, policy: Policy
    ) -> None:
        """Look at no signature."""


@mutant("UA-SEC-USER-X509-SIGNATURE-MISSING")
class TakesUsersWithoutASignature(Plc):
    """Looks at a user's signature only where there is one."""

    def check_user_signature(
        self, signature: ua.SignatureData, data: bytes, certificate: bytes, policy: Policy
    ) -> None:
        """Let none pass."""
        if signature.Signature:
            super().check_user_signature(signature, data, certificate, policy)


@mutant("UA-SEC-USER-X509-UNTRUSTED")
class TrustsEveryUser(Plc):
    """Takes a user's certificate whoever has signed it."""

    def check_user_trust(self, chain: Sequence[x509.Certificate], trust: TrustList) -> None:
        """Ask for no trust."""

    def check_user_revocation(
        self, chain: Sequence[x509.Certificate], trust: TrustList, now: datetime
    ) -> None:
        """Look at the lists of trusted authorities only."""
        if len(chain) > 1:
            super().check_user_revocation(chain, trust, now)


@mutant("UA-SEC-USER-X509-EXPIRED")
class TakesExpiredUsers(Plc):
    """Takes a user's certificate that has expired."""

    def check_user_validity(self, chain: Sequence[x509.Certificate], now: datetime) -> None:
        """Look at no time."""


@mutant("UA-SEC-USER-X509-REVOKED")
class TakesRevokedUsers(Plc):
    """Takes a user's certificate that was revoked."""

    def check_user_revocation(
        self, chain: Sequence[x509.Certificate], trust: TrustList, now: datetime
    ) -> None:
        """Look at no list."""


@mutant("UA-SEC-USER-X509-MALFORMED")
class DiesOfMalformedUsers(Plc):
    """Drops the connection over bytes that are no certificate of a user."""

    def identify(self, channel: Channel, nonce: bytes, token: Any, proof: ua.SignatureData) -> str | None:
        """Fall over."""
        if isinstance(token, ua.X509IdentityToken):
            try:
                self.check_structure(token.CertificateData or b"")
            except Broken:
                channel.line.transport.abort()
        return super().identify(channel, nonce, token, proof)
