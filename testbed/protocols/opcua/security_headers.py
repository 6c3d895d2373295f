"""Security headers of chunks: what an OPN says of its keys, and the token of others (10000-6, 6.7.2.3)."""

from dataclasses import dataclass
from struct import Struct

from testbed.protocols.opcua.chunk import CHANNEL_HEADER
from testbed.protocols.opcua.errors import DecodeError

MOST_URI = 255
"""Bytes of the longest policy URI (6.7.2.3)."""
THUMBPRINT_SIZE = 20
"""Bytes of a certificate's SHA-1 (6.7.2.3)."""

_LENGTH = Struct("<i")


@dataclass(frozen=True, slots=True)
class AsymmetricHeader:
    """What an OPN says of its keys: policy, the sender's certificate, and whom it is encrypted for."""

    policy_uri: str | None
    sender_certificate: bytes | None = None
    receiver_thumbprint: bytes | None = None

    def encode(self) -> bytes:
        """The header's bytes."""
        uri = None if self.policy_uri is None else self.policy_uri.encode(errors="surrogateescape")
        return b"".join(map(_byte_string, (uri, self.sender_certificate, self.receiver_thumbprint)))


def decode_asymmetric(frame: bytes) -> tuple[AsymmetricHeader, int]:
    """Read the security header of an OPN; give it with the index behind it.

    Raises:
        DecodeError: it is cut short, or a field is longer than it may be.
    """
    uri, at = _take(frame, CHANNEL_HEADER, MOST_URI)
    certificate, at = _take(frame, at, len(frame))
    thumbprint, end = _take(frame, at, len(frame))
    try:
        named = None if uri is None else uri.decode()
    except UnicodeDecodeError:
        raise DecodeError("the policy URI is no UTF-8", CHANNEL_HEADER, at) from None
    return AsymmetricHeader(named, certificate or None, thumbprint or None), end


def _byte_string(data: bytes | None) -> bytes:
    return _LENGTH.pack(-1) if data is None else _LENGTH.pack(len(data)) + data


def _take(frame: bytes, at: int, most: int) -> tuple[bytes | None, int]:
    start = at + _LENGTH.size
    if start > len(frame):
        raise DecodeError("the chunk ends within its security header", len(frame))
    length: int = _LENGTH.unpack_from(frame, at)[0]
    if length == -1:
        return None, start
    if not 0 <= length <= min(most, len(frame) - start):
        raise DecodeError(f"a field of {length} bytes does not fit the security header", at, start)
    return frame[start : start + length], start + length
