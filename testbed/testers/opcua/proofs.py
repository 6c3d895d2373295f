"""Whom a case says to be in ActivateSession, rightly or wrongly on purpose.

OPC 10000-4 1.05.04, 5.7.3 and 7.40. A proof is made when the session is there: it rests on the server's
certificate and last nonce.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from asyncua import ua

from testbed.model.base import Text
from testbed.protocols.opcua import POLICIES, Policy, SecureChannel
from testbed.protocols.opcua.asymmetric import leaf
from testbed.testers.opcua import identity
from testbed.testers.trouble import Undecided

Proof = Callable[[SecureChannel, Any, bytes | None], tuple[Any, ua.SignatureData]]
"""Makes an identity token and its signature for a channel, the parameters of CreateSession, and a nonce."""

_NOT_SIGNED = ua.SignatureData(Algorithm=None, Signature=None)


class Keys(Protocol):
    """A certificate and the key to it."""

    @property
    def certificate(self) -> bytes:
        """The certificate in DER, or a chain that begins with it."""

    @property
    def key(self) -> Any:
        """The private key."""


class Identities:
    """Makes proofs; every keyword replaces what a good client would send."""

    @staticmethod
    def anonymous(*, policy_id: str | None = None) -> Proof:
        """Return the proof of nobody."""

        def prove(channel: SecureChannel, created: Any, nonce: bytes | None) -> tuple[Any, ua.SignatureData]:
            del nonce
            token = identity.anonymous(_offered(channel, created, ua.UserTokenType.Anonymous))
            token.PolicyId = token.PolicyId if policy_id is None else policy_id
            return token, _NOT_SIGNED

        return prove

    @staticmethod
    def user_name(  # noqa: PLR0913 - every part of a token can be wrong on purpose
        name: str,
        password: str,
        *,
        policy: str | None = None,
        nonce: bytes | None = None,
        algorithm: str | None = None,
        policy_id: str | None = None,
        secret: bytes | None = None,
    ) -> Proof:
        """Return the proof of a user by a password.

        Args:
            name: of the user.
            password: in clear.
            policy: name of the security policy that encrypts it; "None" sends it in clear.
            nonce: that stands behind the password, in place of the server's.
            algorithm: URI of the encryption, in place of the policy's; empty for none.
            policy_id: of the token policy, in place of the endpoint's.
            secret: bytes in place of the encrypted password.
        """

        def prove(channel: SecureChannel, created: Any, last: bytes | None) -> tuple[Any, ua.SignatureData]:
            wanted = _wanted(channel, created, ua.UserTokenType.UserName)
            if policy is not None:
                wanted = replace(wanted, SecurityPolicyUri=named(policy).uri)
            token = identity.user_name(
                wanted,
                channel.policy.uri,
                name,
                password,
                created.ServerCertificate or channel.peer_certificate,
                last if nonce is None else nonce,
            )
            if secret is not None:
                token.Password = secret
            if algorithm is not None:
                token.EncryptionAlgorithm = algorithm or None
            token.PolicyId = token.PolicyId if policy_id is None else policy_id
            return token, _NOT_SIGNED

        return prove

    @staticmethod
    def x509(
        pair: Keys,
        *,
        policy: str | None = None,
        nonce: bytes | None = None,
        signed_by: Any = None,
        policy_id: str | None = None,
    ) -> Proof:
        """Return the proof of a user by a certificate, and a signature with the key to it (7.40.5).

        Args:
            pair: the user's.
            policy: name of the security policy that signs.
            nonce: that is signed, in place of the server's.
            signed_by: a key, in place of the certificate's.
            policy_id: of the token policy, in place of the endpoint's.
        """

        def prove(channel: SecureChannel, created: Any, last: bytes | None) -> tuple[Any, ua.SignatureData]:
            wanted = _wanted(channel, created, ua.UserTokenType.Certificate)
            used = (
                _covered(wanted.SecurityPolicyUri or channel.policy.uri) if policy is None else named(policy)
            )
            signature = identity.signature(
                used,
                pair.key if signed_by is None else signed_by,
                created.ServerCertificate or b"",
                last if nonce is None else nonce,
            )
            said = wanted.PolicyId if policy_id is None else policy_id
            return ua.X509IdentityToken(said, leaf(pair.certificate)), signature

        return prove


def named(policy: str) -> Policy:
    """Return a security policy by its short name."""
    return next(one for one in POLICIES.values() if one.name == policy)


def _offered(channel: SecureChannel, created: Any, kind: ua.UserTokenType) -> ua.UserTokenPolicy | None:
    return identity.token_policy(created, channel.policy.uri, channel.mode, kind)


def _wanted(channel: SecureChannel, created: Any, kind: ua.UserTokenType) -> ua.UserTokenPolicy:
    """Return the endpoint's policy for a kind of token.

    Raises:
        Undecided: it has none.
    """
    found = _offered(channel, created, kind)
    if found is None:
        said = f"the endpoint offers no token of type {kind.name}"
        raise Undecided(Text(en=said, ko=f"엔드포인트가 {kind.name} 토큰을 제공하지 않음"))
    return found


def _covered(uri: str) -> Policy:
    """Return a security policy by its URI.

    Raises:
        Undecided: the bed does not speak it.
    """
    if uri not in POLICIES:
        raise Undecided(
            Text(en=f"the token's policy is not covered: {uri}", ko=f"지원하지 않는 토큰 정책: {uri}")
        )
    return POLICIES[uri]
