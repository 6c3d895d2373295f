"""Who a user is: identity tokens and the proofs that go with them (OPC 10000-4 1.05.04, 7.40 and 7.41)."""

from __future__ import annotations

from struct import Struct
from typing import Any

from asyncua import ua
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from device_simulators.opcua.certificates import read_certificate
from device_simulators.opcua.channel_rules import Channel
from device_simulators.opcua.discovery import Discovery
from device_simulators.opcua.errors import Broken, Refused
from device_simulators.opcua.user_certificates import UserCertificates
from testbed.protocols.opcua import POLICIES, Policy, status

SECRET_MAX = 1024
"""Bytes of the longest encrypted password that is looked at (assumed; the standard's secrets have 64)."""

_length = Struct("<I").unpack_from
_LENGTH = 4


class Identities(Discovery, UserCertificates):
    """The rules of user identity tokens and of application signatures."""

    def identify(self, channel: Channel, nonce: bytes, token: Any, proof: ua.SignatureData) -> str | None:
        """Return the name of the user that a token proves, None for an anonymous one (5.7.3.2).

        Args:
            channel: where it came.
            nonce: the last ServerNonce.
            token: as asyncua decodes it.
            proof: the signature that goes with a certificate.

        Raises:
            Refused: the token is none that this endpoint takes, or its proof is wrong.
        """
        if self.is_absent(token):
            self.offered(channel, ua.UserTokenType.Anonymous)
            return None
        if isinstance(token, ua.AnonymousIdentityToken):
            self.check_policy_id(channel, ua.UserTokenType.Anonymous, token.PolicyId)
            return None
        if isinstance(token, ua.UserNameIdentityToken):
            self.check_policy_id(channel, ua.UserTokenType.UserName, token.PolicyId)
            policy = self.token_policy(channel, ua.UserTokenType.UserName)
            self.check_password(token.UserName or "", self.secret(token, nonce, policy))
            return str(token.UserName)
        if isinstance(token, ua.X509IdentityToken):
            self.check_policy_id(channel, ua.UserTokenType.Certificate, token.PolicyId)
            policy = self.token_policy(channel, ua.UserTokenType.Certificate)
            certificate = token.CertificateData or b""
            self.check_user_certificate(certificate, policy)
            self.check_user_signature(proof, self.identity.certificate + nonce, certificate, policy)
            return self.name_of(certificate)
        raise Refused(status.BadIdentityTokenInvalid)

    def is_absent(self, token: Any) -> bool:
        """A null or empty token means an anonymous user (7.40.1)."""
        return token is None or (isinstance(token, ua.ExtensionObject) and token.TypeId.is_null())

    def offered(self, channel: Channel, kind: ua.UserTokenType) -> list[str | None]:
        """Return the ids of the endpoint's policies of a type.

        Raises:
            Refused: it has none.
        """
        policies = self.token_policies(channel.policy, channel.mode)
        found = [one.PolicyId for one in policies if one.TokenType == kind]
        if not found:
            raise Refused(status.BadIdentityTokenInvalid)
        return found

    def check_policy_id(self, channel: Channel, kind: ua.UserTokenType, policy_id: str | None) -> None:
        """A token names a policy of its type that this very endpoint offers (7.40.1, 7.41)."""
        if policy_id not in self.offered(channel, kind):
            raise Refused(status.BadIdentityTokenInvalid)

    def token_policy(self, channel: Channel, kind: ua.UserTokenType) -> Policy:
        """Return the security policy of a kind of token: the channel's, or its own (7.41)."""
        uri = self.token_security(kind, channel.policy)
        return channel.policy if uri is None else POLICIES[uri]

    # Passwords

    def secret(self, token: ua.UserNameIdentityToken, nonce: bytes, policy: Policy) -> bytes:
        """Return a password out of its token (7.40.2.2).

        Raises:
            Refused: it is not encrypted, not so, or with another nonce.
        """
        self.check_algorithm(token, policy)
        return self.without_nonce(self.decrypted(token, policy), nonce)

    def check_algorithm(self, token: ua.UserNameIdentityToken, policy: Policy) -> None:
        """A password is encrypted as the token's policy says (7.40.4)."""
        if policy.rsa is None or token.EncryptionAlgorithm != policy.rsa.encryption_uri:
            raise Refused(status.BadIdentityTokenInvalid)

    def decrypted(self, token: ua.UserNameIdentityToken, policy: Policy) -> bytes:
        """Decrypt a password with our key."""
        data = token.Password or b""
        key = self.identity.key
        size = key.key_size // 8
        if policy.rsa is None or not data or len(data) % size or len(data) > SECRET_MAX:
            raise Refused(status.BadIdentityTokenInvalid)
        padding = policy.rsa.encryption()
        try:
            return b"".join(key.decrypt(data[at : at + size], padding) for at in range(0, len(data), size))
        except ValueError as error:
            raise Refused(status.BadIdentityTokenInvalid) from error

    def without_nonce(self, plain: bytes, nonce: bytes) -> bytes:
        """Return the password, which stands before the last ServerNonce (7.40.2.2)."""
        if len(plain) < _LENGTH + len(nonce) or _length(plain)[0] != len(plain) - _LENGTH:
            raise Refused(status.BadIdentityTokenInvalid)
        if not plain.endswith(nonce):
            raise Refused(status.BadIdentityTokenInvalid)
        return plain[_LENGTH : len(plain) - len(nonce)]

    # Signatures

    def check_user_signature(
        self, signature: ua.SignatureData, data: bytes, certificate: bytes, policy: Policy
    ) -> None:
        """A user signs our certificate and the last nonce with the key of the token (5.7.3.2)."""
        if not self.is_signed(signature, data, certificate, policy):
            raise Refused(status.BadUserSignatureInvalid)

    def is_signed(self, signature: ua.SignatureData, data: bytes, certificate: bytes, policy: Policy) -> bool:
        """Say whether a signature was made with the key of a certificate, as a policy has it (7.36)."""
        try:
            key = read_certificate(certificate).public_key()
        except Broken:
            return False
        rsa = policy.rsa
        if rsa is None or signature.Algorithm != rsa.signature_uri or not isinstance(key, RSAPublicKey):
            return False
        try:
            key.verify(signature.Signature or b"", data, rsa.signature(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def signature_of(self, channel: Channel, data: bytes) -> ua.SignatureData:
        """Sign with our key; nothing where the channel is not secured (5.7.2.2)."""
        rsa = channel.policy.rsa
        if rsa is None:
            return ua.SignatureData()
        return ua.SignatureData(rsa.signature_uri, self.identity.key.sign(data, rsa.signature(), SHA256()))
