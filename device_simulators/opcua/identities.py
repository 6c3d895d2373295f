"""Who a user is: identity tokens and the proofs that go with them (OPC 10000-4 1.05.04, 7.40 and 7.41)."""

from __future__ import annotations

import hmac
from struct import Struct
from typing import Any

from asyncua import ua
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from device_simulators.opcua.certificates import read_certificate
from device_simulators.opcua.channel_rules import Channel
from device_simulators.opcua.discovery import Discovery
from device_simulators.opcua.errors import Refused
from testbed.protocols.opcua import status

OAEP_URI = "http://www.w3.org/2001/04/xmlenc#rsa-oaep"
"""How a password is encrypted under Basic256Sha256 (OPC 10000-7, RSA-OAEP-SHA1)."""
SIGNATURE_URI = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
"""How a nonce is signed under Basic256Sha256 (OPC 10000-7, RSA-PKCS15-SHA2-256)."""
SECRET_MAX = 1024
"""Bytes of the longest encrypted password that is looked at (assumed; the standard's secrets have 64)."""

_length = Struct("<I").unpack_from
_OAEP = OAEP(MGF1(SHA1()), SHA1(), None)  # noqa: S303 - what the policy prescribes, and no signature


class Identities(Discovery):
    """The rules of user identity tokens and of application signatures."""

    def identify(self, channel: Channel, nonce: bytes, token: Any) -> str | None:
        """Return the name of the user that a token proves, None for an anonymous one (5.7.3.2).

        Args:
            channel: where it came.
            nonce: the last ServerNonce.
            token: as asyncua decodes it.

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
            self.check_password(token.UserName or "", self.secret(token, nonce))
            return str(token.UserName)
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

    def secret(self, token: ua.UserNameIdentityToken, nonce: bytes) -> bytes:
        """Decrypt a password, which stands before the last ServerNonce (7.40.2.2).

        Raises:
            Refused: it is not encrypted, not so, or with another nonce.
        """
        data = token.Password or b""
        key = self.identity.key
        size = key.key_size // 8
        if token.EncryptionAlgorithm != OAEP_URI or not data or len(data) % size or len(data) > SECRET_MAX:
            raise Refused(status.BadIdentityTokenInvalid)
        try:
            plain = b"".join(key.decrypt(data[at : at + size], _OAEP) for at in range(0, len(data), size))
        except ValueError as error:
            raise Refused(status.BadIdentityTokenInvalid) from error
        password = plain[4 : len(plain) - len(nonce)]
        if len(plain) < 4 + len(nonce) or _length(plain)[0] != len(plain) - 4 or not plain.endswith(nonce):
            raise Refused(status.BadIdentityTokenInvalid)
        return password

    def check_password(self, name: str, password: bytes) -> None:
        """A wrong password and an unknown user look the same (7.40.4)."""
        known = self.users.get(name)
        right = hmac.compare_digest((known or "").encode(), password)
        if known is None or not right:
            raise Refused(status.BadIdentityTokenRejected)

    def is_signed(self, signature: ua.SignatureData, data: bytes, certificate: bytes) -> bool:
        """Say whether a signature was made with the key of a certificate (7.36)."""
        key = read_certificate(certificate).public_key()
        if signature.Algorithm != SIGNATURE_URI or not isinstance(key, RSAPublicKey):
            return False
        try:
            key.verify(signature.Signature or b"", data, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    def signature_of(self, channel: Channel, data: bytes) -> ua.SignatureData:
        """Sign with our key; nothing where the channel is not secured (5.7.2.2)."""
        if not channel.is_secured:
            return ua.SignatureData()
        return ua.SignatureData(SIGNATURE_URI, self.identity.key.sign(data, PKCS1v15(), SHA256()))
