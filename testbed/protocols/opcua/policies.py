"""Security policies: what signs and encrypts chunks (OPC 10000-7 1.05.04, 6.6; 10000-6, 6.7 and 6.8)."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Protection:
    """What protects chunks in one direction; without keys it does nothing.

    Attributes:
        signature_size: Bytes of a signature; 0 where nothing is signed.
        plain_block: Bytes that are encrypted at once; 1 where nothing is encrypted.
        cipher_block: Bytes that they become.
        extra_padding: Whether the padding's size has two bytes (10000-6, 6.7.2.5).
        sign: Makes the signature of bytes.
        verify: Says whether a signature is one of bytes.
        encrypt: Encrypts whole blocks; None where nothing is encrypted.
        decrypt: Decrypts whole blocks.
    """

    signature_size: int = 0
    plain_block: int = 1
    cipher_block: int = 1
    extra_padding: bool = False
    sign: Callable[[bytes], bytes] | None = None
    verify: Callable[[bytes, bytes], bool] | None = None
    encrypt: Callable[[bytes], bytes] | None = None
    decrypt: Callable[[bytes], bytes] | None = None


NOTHING = Protection()
"""No protection at all."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A security policy.

    Attributes:
        name: Its short name, as "Basic256Sha256".
        nonce_length: Bytes of a nonce; 0 where none is needed.
    """

    name: str
    nonce_length: int

    @property
    def uri(self) -> str:
        """The URI that names it in an OPN and in endpoints."""
        return f"http://opcfoundation.org/UA/SecurityPolicy#{self.name}"

    @property
    def is_none(self) -> bool:
        """Whether it protects nothing."""
        return not self.nonce_length

    def nonce(self, random: Random | None = None) -> bytes:
        """A fresh nonce; from the system where no generator is given."""
        return random.randbytes(self.nonce_length) if random else secrets.token_bytes(self.nonce_length)


NONE = Policy("None", 0)

POLICIES: Mapping[str, Policy] = {one.uri: one for one in (NONE,)}
"""The policies by their URIs."""
