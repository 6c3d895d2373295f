"""Certificates and RSA keys, which protect the OPN chunks (OPC 10000-6 1.05.04, 6.7.2 and 6.7.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1
from warnings import catch_warnings, simplefilter

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.x509 import InvalidVersion, load_der_x509_certificate

from testbed.protocols.opcua.errors import SecurityError
from testbed.protocols.opcua.protection import Protection

EXTRA_PADDING_OVER = 256
"""Bytes of a key over which the padding's size has two bytes (6.7.2.5)."""
MOST_CERTIFICATE = 65535
"""Bytes of the longest certificate that is read: an OPN with it has to fit one chunk (6.7.2.3)."""
MOST_KEY_BITS = 16384
"""Bits of the longest RSA key that is computed with, four times what a policy allows; OpenSSL's limit."""

_LONG = 0x80
_HEAD = 2
_HASH = hashes.SHA256()


@dataclass(frozen=True, slots=True)
class Rsa:
    """How a policy uses RSA keys.

    Attributes:
        encryption: Padding of what is encrypted.
        overhead: Bytes of a block that it takes.
        signature: Padding of signatures, whose hash is SHA-256.
        encryption_uri: Names the encryption, in an identity token.
        signature_uri: Names the signature, in a SignatureData.
        key_bits: The shortest and the longest key that is allowed.
    """

    encryption: Callable[[], AsymmetricPadding]
    overhead: int
    signature: Callable[[], AsymmetricPadding]
    encryption_uri: str
    signature_uri: str
    key_bits: tuple[int, int] = (2048, 4096)


def _oaep(algorithm: hashes.HashAlgorithm) -> AsymmetricPadding:
    return padding.OAEP(padding.MGF1(algorithm), algorithm, None)


def _pss() -> AsymmetricPadding:
    return padding.PSS(padding.MGF1(_HASH), padding.PSS.DIGEST_LENGTH)


OAEP_PKCS15 = Rsa(
    lambda: _oaep(hashes.SHA1()),  # noqa: S303 - the policy's choice
    42,
    padding.PKCS1v15,
    "http://www.w3.org/2001/04/xmlenc#rsa-oaep",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
)
OAEP_SHA256_PSS = Rsa(
    lambda: _oaep(_HASH),
    66,
    _pss,
    "http://opcfoundation.org/UA/security/rsa-oaep-sha2-256",
    "http://opcfoundation.org/UA/security/rsa-pss-sha2-256",
)


def leaf(chain: bytes) -> bytes:
    """The first certificate of a chain of DER certificates; all bytes where they are none (6.2.6)."""
    if len(chain) < _HEAD:
        return chain
    first = chain[1]
    if first < _LONG:
        return chain[: _HEAD + first]
    behind = _HEAD + (first & ~_LONG)
    return chain[: behind + int.from_bytes(chain[_HEAD:behind], "big")]


def thumbprint(certificate: bytes) -> bytes:
    """The SHA-1 of a certificate's DER bytes (6.7.2.3)."""
    return sha1(leaf(certificate), usedforsecurity=False).digest()


def public_key(certificate: bytes) -> RSAPublicKey:
    """The key of a DER certificate, or of the first one of a chain.

    Raises:
        SecurityError: it cannot be read, its key is none of RSA, or either is too long to be worked with.
    """
    first = leaf(certificate)
    if len(first) > MOST_CERTIFICATE:
        raise SecurityError("certificate", f"the certificate has {len(first)} bytes, which fit no chunk")
    return _public_key(first)


@lru_cache(maxsize=64)
def _public_key(certificate: bytes) -> RSAPublicKey:
    try:
        with catch_warnings():
            simplefilter("ignore")  # a certificate that is odd but can be read is for others to judge
            key = load_der_x509_certificate(certificate).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidVersion) as error:
        raise SecurityError(
            "certificate", f"the certificate cannot be read: {type(error).__name__}"
        ) from None
    if not isinstance(key, RSAPublicKey):
        raise SecurityError("certificate", "the certificate has no RSA key")
    if key.key_size > MOST_KEY_BITS:
        said = f"a key of {key.key_size} bits is longer than any that is computed with ({MOST_KEY_BITS})"
        raise SecurityError("certificate", said)
    return key


def _peer_key(rsa: Rsa, certificate: bytes) -> RSAPublicKey:
    key = public_key(certificate)
    shortest, longest = rsa.key_bits
    if not shortest <= key.key_size <= longest:
        raise SecurityError("certificate", f"a key of {key.key_size} bits is not one of the policy")
    return key


def _size(key: RSAPublicKey | RSAPrivateKey) -> int:
    """Bytes of a block, and of a signature."""
    return -(-key.key_size // 8)


def signed(rsa: Rsa, own: RSAPrivateKey, data: bytes) -> bytes:
    """A signature over data."""
    return own.sign(data, rsa.signature(), _HASH)


def protect_sending(rsa: Rsa, own: RSAPrivateKey, peer_certificate: bytes) -> Protection:
    """What an OPN is signed and encrypted with by its sender; SecurityError as `public_key`."""
    peer = _peer_key(rsa, peer_certificate)
    block = _size(peer)

    def sign(data: bytes) -> bytes:
        return signed(rsa, own, data)

    def encrypt(data: bytes) -> bytes:
        size = block - rsa.overhead
        parts = (data[at : at + size] for at in range(0, len(data), size))
        try:
            return b"".join(peer.encrypt(part, rsa.encryption()) for part in parts)
        except ValueError:
            raise SecurityError("certificate", "nothing can be encrypted with the peer's key") from None

    return Protection(
        _size(own), block - rsa.overhead, block, block > EXTRA_PADDING_OVER, sign=sign, encrypt=encrypt
    )


def protect_receiving(rsa: Rsa, own: RSAPrivateKey, peer_certificate: bytes) -> Protection:
    """What an OPN is decrypted and verified with by its receiver; SecurityError as `public_key`."""
    peer = _peer_key(rsa, peer_certificate)
    block = _size(own)

    def verify(data: bytes, signature: bytes) -> bool:
        try:
            peer.verify(signature, data, rsa.signature(), _HASH)
        except (InvalidSignature, ValueError):
            return False
        return True

    def decrypt(data: bytes) -> bytes:
        parts = (data[at : at + block] for at in range(0, len(data), block))
        return b"".join(own.decrypt(part, rsa.encryption()) for part in parts)

    return Protection(
        _size(peer),
        block - rsa.overhead,
        block,
        block > EXTRA_PADDING_OVER,
        verify=verify,
        decrypt=decrypt,
    )
