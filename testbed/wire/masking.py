"""Secrets that went over the wire in clear, taken out of what is kept of a case."""

from __future__ import annotations

from collections.abc import Collection
from struct import Struct

SAID = "a password is masked here with asterisks"
_SHORT = 6
"""Bytes below which a secret is looked for as a whole field only: it may stand anywhere by chance."""
_LENGTH = Struct("<i")


def masked(data: bytes, secrets: Collection[bytes]) -> bytes:
    """Return bytes in which no secret stands any more; they keep their length.

    Args:
        data: as sent or received.
        secrets: bytes that nobody may read.
    """
    for secret in secrets:
        if not secret:
            continue
        head = _LENGTH.pack(len(secret)) if len(secret) < _SHORT else b""
        data = data.replace(head + secret, head + b"*" * len(secret))
    return data
