"""Keys of a security token, and what they do: HMAC-SHA256 and AES in CBC mode (10000-6, 6.7.5 and 6.7.6)."""

import hmac
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from testbed.protocols.opcua.protection import NOTHING, Protection

BLOCK = 16
"""Bytes of a block of AES, and of an initialization vector."""
SIGNATURE = 32
"""Bytes of an HMAC-SHA256, and of its key in every policy that uses it."""


class Keys(NamedTuple):
    """What one side signs and encrypts with under one token."""

    signing: bytes
    encrypting: bytes
    vector: bytes


def p_sha256(secret: bytes, seed: bytes, size: int) -> bytes:
    """So many pseudo-random bytes (RFC 5246, 5)."""
    made, a = b"", seed
    while len(made) < size:
        a = hmac.digest(secret, a, sha256)
        made += hmac.digest(secret, a + seed, sha256)
    return made[:size]


def derive(secret: bytes, seed: bytes, key_size: int) -> Keys:
    """The keys of the side whose own nonce is the seed, where the other's is the secret (6.7.6)."""
    made = iter(p_sha256(secret, seed, SIGNATURE + key_size + BLOCK))
    return Keys(*(bytes(islice(made, size)) for size in (SIGNATURE, key_size, BLOCK)))


def protect(keys: Keys, *, signs: bool, encrypts: bool) -> Protection:
    """What these keys protect chunks with, in the security mode."""
    if not signs:
        return NOTHING

    def sign(data: bytes) -> bytes:
        return hmac.digest(keys.signing, data, sha256)

    def verify(data: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(sign(data), signature)

    if not encrypts:
        return Protection(signature_size=SIGNATURE, sign=sign, verify=verify)
    cipher = Cipher(AES(keys.encrypting), CBC(keys.vector))

    def encrypt(data: bytes) -> bytes:
        one = cipher.encryptor()
        return one.update(data) + one.finalize()

    def decrypt(data: bytes) -> bytes:
        one = cipher.decryptor()
        return one.update(data) + one.finalize()

    return Protection(
        signature_size=SIGNATURE,
        plain_block=BLOCK,
        cipher_block=BLOCK,
        sign=sign,
        verify=verify,
        encrypt=encrypt,
        decrypt=decrypt,
    )
