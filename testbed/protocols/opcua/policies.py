"""Security policies: which algorithms protect a channel (OPC 10000-7 1.05.04, 6.6; 10000-6, 6.7)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from testbed.protocols.opcua.asymmetric import OAEP_PKCS15, OAEP_SHA256_PSS, Rsa
from testbed.protocols.opcua.asymmetric import protect_receiving as _receiving
from testbed.protocols.opcua.asymmetric import protect_sending as _sending
from testbed.protocols.opcua.protection import NOTHING, Protection
from testbed.protocols.opcua.symmetric import derive, protect

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

NO_SECURITY, SIGN, SIGN_AND_ENCRYPT = 1, 2, 3
"""Security modes by their numbers (10000-4, 7.20)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A security policy.

    Attributes:
        name: Its short name, as "Basic256Sha256".
        rsa: How it uses RSA keys; None where nothing is protected.
        key_size: Bytes of a key of AES.
        nonce_length: Bytes of a nonce; 0 where none is needed.
    """

    name: str
    rsa: Rsa | None = None
    key_size: int = 0
    nonce_length: int = 0

    @property
    def uri(self) -> str:
        """The URI that names it in an OPN and in endpoints."""
        return f"http://opcfoundation.org/UA/SecurityPolicy#{self.name}"

    @property
    def is_none(self) -> bool:
        """Whether it protects nothing."""
        return self.rsa is None

    def nonce(self, random: Random | None = None) -> bytes:
        """A fresh nonce; from the system where no generator is given."""
        return random.randbytes(self.nonce_length) if random else secrets.token_bytes(self.nonce_length)

    def protect_sending(self, own: "RSAPrivateKey", peer_certificate: bytes) -> Protection:
        """What protects the OPN that one sends; SecurityError for a certificate without an RSA key."""
        return NOTHING if self.rsa is None else _sending(self.rsa, own, peer_certificate)

    def protect_receiving(self, own: "RSAPrivateKey", peer_certificate: bytes) -> Protection:
        """What protects the OPN that one receives; SecurityError as above."""
        return NOTHING if self.rsa is None else _receiving(self.rsa, own, peer_certificate)

    def protect(self, mode: int, own_nonce: bytes, peer_nonce: bytes) -> Protection:
        """What protects the chunks that the side of `own_nonce` sends under a token (10000-6, 6.7.6)."""
        if self.rsa is None:
            return NOTHING
        keys = derive(peer_nonce, own_nonce, self.key_size)
        return protect(keys, signs=mode != NO_SECURITY, encrypts=mode == SIGN_AND_ENCRYPT)


NONE = Policy("None")

POLICIES: Mapping[str, Policy] = {
    one.uri: one
    for one in (
        NONE,
        Policy("Basic256Sha256", OAEP_PKCS15, key_size=32, nonce_length=32),
        Policy("Aes128_Sha256_RsaOaep", OAEP_PKCS15, key_size=16, nonce_length=32),
        Policy("Aes256_Sha256_RsaPss", OAEP_SHA256_PSS, key_size=32, nonce_length=32),
    )
}
"""The policies by their URIs."""
