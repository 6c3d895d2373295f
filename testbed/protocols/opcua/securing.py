"""One chunk made and read: padding, signature and encryption around its content (10000-6, 6.7)."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from struct import Struct

from testbed.protocols.opcua.chunk import SEQUENCE_HEADER
from testbed.protocols.opcua.errors import SecurityError
from testbed.protocols.opcua.protection import Protection

_SIZE = Struct("<I")
_SIZE_AT = 4
_EXTRA = 256
"""What the byte ExtraPaddingSize counts (6.7.2.5)."""


@dataclass(frozen=True, slots=True)
class Tamper:
    """Changes to a chunk that no good peer would make, each at one step of its making.

    Attributes:
        plain: Applied to the chunk with its padding, before it is signed.
        signed: Applied to the chunk with its signature, before it is encrypted.
        sent: Applied to the chunk as it would be sent.
    """

    plain: Callable[[bytes], bytes] | None = None
    signed: Callable[[bytes], bytes] | None = None
    sent: Callable[[bytes], bytes] | None = None


UNCHANGED = Tamper()


def room(most: int, head: int, protection: Protection) -> int:
    """Bytes of a message that fit a chunk of `most` bytes behind `head` bytes of headers (6.7.2.5)."""
    blocks = (most - head) // protection.cipher_block
    sizes = 0 if protection.encrypt is None else 1 + protection.extra_padding
    return blocks * protection.plain_block - SEQUENCE_HEADER - sizes - protection.signature_size


def close(head: bytes, content: bytes, protection: Protection, tamper: Tamper = UNCHANGED) -> bytes:
    """Make a chunk.

    Args:
        head: Message header and security header; the size in it is filled in.
        content: Sequence header and body.
        protection: What signs and encrypts.
        tamper: What to change on the way.
    """
    if protection.encrypt is not None:
        content += _padding(len(content) + protection.signature_size, protection)
    blocks = -(-(len(content) + protection.signature_size) // protection.plain_block)
    size = _SIZE.pack(len(head) + blocks * protection.cipher_block)
    chunk = head[:_SIZE_AT] + size + head[_SIZE_AT + _SIZE.size :] + content
    if tamper.plain is not None:
        chunk = tamper.plain(chunk)
    if protection.sign is not None:
        chunk += protection.sign(chunk)
    if tamper.signed is not None:
        chunk = tamper.signed(chunk)
    if protection.encrypt is not None:
        chunk = chunk[: len(head)] + protection.encrypt(chunk[len(head) :])
    return chunk if tamper.sent is None else tamper.sent(chunk)


def read(frame: bytes, head: int, protection: Protection, ignore: Container[str] = ()) -> tuple[bytes, int]:
    """Decrypt and verify a chunk.

    Args:
        frame: The chunk as received.
        head: Index behind its security header.
        protection: What decrypts and verifies.
        ignore: Reasons of a SecurityError that are not looked at.

    Returns:
        The chunk decrypted, and the index behind its body.

    Raises:
        SecurityError: encryption, signature or padding is wrong, looked at in this order (6.7.7).
    """
    plain = frame if protection.decrypt is None else frame[:head] + _decrypted(frame, head, protection)
    end = len(plain) - protection.signature_size
    if end < head + SEQUENCE_HEADER:
        raise SecurityError("signature", "no room for sequence header and signature", head, len(frame))
    if (
        protection.verify is not None
        and "signature" not in ignore
        and not protection.verify(plain[:end], plain[end:])
    ):
        raise SecurityError("signature", "the signature is not that of the chunk", end, len(frame))
    if protection.decrypt is None:
        return plain, end
    return plain, _before_padding(plain, head, end, protection, ignore)


def _padding(size: int, protection: Protection) -> bytes:
    sizes = 1 + protection.extra_padding
    count = -(size + sizes) % protection.plain_block
    low = count % _EXTRA
    return bytes((low,)) * (count + 1) + (bytes((count // _EXTRA,)) if protection.extra_padding else b"")


def _decrypted(frame: bytes, head: int, protection: Protection) -> bytes:
    assert protection.decrypt is not None  # noqa: S101 - asked by the caller
    if (len(frame) - head) % protection.cipher_block:
        raise SecurityError("encryption", "not a whole number of encrypted blocks", head, len(frame))
    try:
        return protection.decrypt(frame[head:])
    except ValueError:
        raise SecurityError("encryption", "the chunk cannot be decrypted", head, len(frame)) from None


def _before_padding(plain: bytes, head: int, end: int, protection: Protection, ignore: Container[str]) -> int:
    """Index behind the body; every byte of the padding says its size (6.7.2.5)."""
    sizes = 1 + protection.extra_padding
    low = plain[end - sizes]
    count = low + (plain[end - 1] * _EXTRA if protection.extra_padding else 0)
    start = end - sizes - count
    if start < head + SEQUENCE_HEADER:
        raise SecurityError("padding", f"{count} bytes of padding do not fit the chunk", end - sizes, end)
    if "padding" not in ignore and plain[start : end - sizes] != bytes((low,)) * count:
        raise SecurityError("padding", "the padding's bytes are not its size", start, end - sizes)
    return start
