"""What protects the chunks of one direction: the shape that all security policies fill (10000-6, 6.7.2.5)."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Protection:
    """Signing and encrypting, or either, or none; a side that cannot read has no `verify` and `decrypt`.

    Attributes:
        signature_size: Bytes of a signature; 0 where nothing is signed.
        plain_block: Bytes that are encrypted at once; 1 where nothing is encrypted.
        cipher_block: Bytes that they become.
        extra_padding: Whether the padding's size has two bytes, as for keys of more than 2048 bits.
        sign: Makes the signature of bytes.
        verify: Says whether bytes (first) have a signature (second).
        encrypt: Encrypts whole blocks; None where nothing is encrypted.
        decrypt: Decrypts whole blocks; ValueError where that fails.
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
