"""Who the tester is: its application, and the user on whose behalf it speaks.

OPC 10000-4 1.05.04, 5.7.2 (application description and client certificate), 5.7.3 (signatures), 7.40 and 7.41
(identity tokens and their policies).
"""

from __future__ import annotations

from typing import Any

from asyncua import ua

from testbed.model.base import Text
from testbed.protocols.opcua import POLICIES, Policy, SecureChannel, SecurityError
from testbed.protocols.opcua.asymmetric import leaf, public_key, signed
from testbed.testers.trouble import Undecided

APPLICATION_URI = "urn:mother-factory:testbed"
"""Of the tester, where it has no certificate that says another."""
MOST_NONCE = 4096
"""Bytes of the longest nonce that is encrypted with a password (assumed): 32 times what there may be."""
_CLIENT = 1
"""Application type of a client (10000-4, 7.4)."""


def application_uri(certificate: bytes) -> str:
    """Return the application URI that a certificate names (10000-6, 6.2.2), or the tester's usual one."""
    if not certificate:
        return APPLICATION_URI
    from cryptography import x509  # noqa: PLC0415 - heavy; only secured channels need it

    names = x509.load_der_x509_certificate(leaf(certificate)).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    return next(iter(names.value.get_values_for_type(x509.UniformResourceIdentifier)), APPLICATION_URI)


class Signing:
    """What the tester signs with in the session services, on one channel."""

    def __init__(self, channel: SecureChannel) -> None:
        self._channel = channel

    @property
    def certificate(self) -> bytes | None:
        """The tester's certificate; None on an unsecured channel (10000-4, 5.7.2.2)."""
        return self._channel.certificate or None

    def description(self) -> ua.ApplicationDescription:
        """Return the description of the tester's application."""
        return ua.ApplicationDescription(
            ApplicationUri=application_uri(self._channel.certificate),
            ProductUri="urn:mother-factory",
            ApplicationName=ua.LocalizedText("Mother Factory test bed"),
            ApplicationType=ua.ApplicationType(_CLIENT),
            GatewayServerUri=None,
            DiscoveryProfileUri=None,
            DiscoveryUrls=[],
        )

    def client_signature(self, created: Any, nonce: bytes | None) -> ua.SignatureData:
        """Return the signature over the server's certificate and nonce; null on an unsecured channel."""
        if created is None or self._channel.policy.is_none:
            return ua.SignatureData(Algorithm=None, Signature=None)
        return signature(self._channel.policy, self._channel.key, created.ServerCertificate or b"", nonce)


def signature(policy: Policy, key: Any, server: bytes, nonce: bytes | None) -> ua.SignatureData:
    """Return a signature over the server's certificate and nonce; a null one where a policy signs nothing."""
    if policy.rsa is None:
        return ua.SignatureData(Algorithm=None, Signature=None)
    made = signed(policy.rsa, key, server + (nonce or b""))
    return ua.SignatureData(Algorithm=_algorithms(policy).AsymmetricSignatureURI, Signature=made)


def _algorithms(policy: Policy) -> Any:
    """Return asyncua's class of a policy, which has the URIs of its algorithms."""
    from asyncua.crypto import security_policies  # noqa: PLC0415 - heavy; only secured channels need it

    return getattr(security_policies, f"SecurityPolicy{policy.name.replace('_', '')}")


def token_policy(
    created: Any, policy_uri: str, mode: int, kind: ua.UserTokenType
) -> ua.UserTokenPolicy | None:
    """Return the policy of a kind of identity token of the endpoint in use; None where it offers none.

    Args:
        created: parameters of the answer to CreateSession.
        policy_uri: security policy of the channel.
        mode: its security mode.
        kind: of the token.
    """
    for endpoint in (created.ServerEndpoints if created is not None else None) or ():
        if endpoint.SecurityPolicyUri == policy_uri and int(endpoint.SecurityMode) == mode:
            for policy in endpoint.UserIdentityTokens or ():
                if policy.TokenType == kind:
                    return policy
    return None


def anonymous(policy: ua.UserTokenPolicy | None) -> Any:
    """Return the identity token of nobody; a null one where the endpoint names no policy for it."""
    return ua.AnonymousIdentityToken(PolicyId=policy.PolicyId if policy is not None else None)


def user_name(  # noqa: PLR0913, PLR0917 - the parts of a token
    policy: ua.UserTokenPolicy | None,
    channel_policy: str,
    name: str,
    password: str,
    certificate: bytes,
    nonce: bytes | None,
) -> ua.UserNameIdentityToken:
    """Return the identity token of a user with a password, encrypted as the endpoint asks for it (7.40.2).

    Raises:
        Undecided: the endpoint offers no such token, asks for a policy that the bed does not speak, or
            nothing can be encrypted with the server's certificate and nonce.
    """
    if policy is None:
        raise Undecided(
            Text(
                en="the endpoint offers no user name token",
                ko="엔드포인트가 사용자 이름 토큰을 제공하지 않음",
            )
        )
    uri = policy.SecurityPolicyUri or channel_policy
    used = POLICIES.get(uri)
    if used is None:
        raise Undecided(
            Text(en=f"the password's policy is not covered: {uri}", ko=f"지원하지 않는 암호 정책: {uri}")
        )
    if len(nonce or b"") > MOST_NONCE:
        said = f"a server nonce of {len(nonce or b'')} bytes is too long to be encrypted with a password"
        ko = f"서버 nonce가 {len(nonce or b'')}바이트로 너무 길어 암호와 함께 암호화할 수 없음"
        raise Undecided(Text(en=said, ko=ko))
    secret = password.encode()
    if not used.is_none:
        secret = encrypted(used, certificate, _legacy(secret, nonce or b""))
    return ua.UserNameIdentityToken(
        PolicyId=policy.PolicyId,
        UserName=name,
        Password=secret,
        EncryptionAlgorithm=None if used.is_none else _algorithms(used).AsymmetricEncryptionURI,
    )


def encrypted(policy: Policy, certificate: bytes, secret: bytes) -> bytes:
    """Return a secret encrypted with the key of a certificate, in blocks, as a policy pads them.

    Raises:
        Undecided: the certificate cannot be read, or its key is too short or too long.
    """
    if policy.rsa is None:
        return secret
    try:
        key = public_key(certificate)
    except SecurityError as error:
        said = f"the server's certificate: {error.words}"
        raise Undecided(Text(en=said, ko=f"서버 인증서를 쓸 수 없음: {error.words}")) from error
    size = key.key_size // 8 - policy.rsa.overhead
    if size < 1:
        said = f"nothing can be encrypted with the server's key of {key.key_size} bits"
        raise Undecided(Text(en=said, ko=f"서버의 {key.key_size}비트 키로는 암호화할 수 없음"))
    parts = (secret[at : at + size] for at in range(0, len(secret), size))
    return b"".join(key.encrypt(part, policy.rsa.encryption()) for part in parts)


def _legacy(secret: bytes, nonce: bytes) -> bytes:
    """Return a secret in the legacy format: its length with the nonce, the secret, the nonce (7.40.2.2)."""
    return (len(secret) + len(nonce)).to_bytes(4, "little") + secret + nonce
