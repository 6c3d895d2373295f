"""The record layer: a stream cut into records, and bytes put into one (RFC 5246, 6.2.1; RFC 8446, 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

HEADER = 5
LONGEST = (1 << 14) + 2048
"""Bytes of the longest protected fragment (RFC 5246, 6.2.3)."""


class ContentType(IntEnum):
    """What a record carries."""

    CHANGE_CIPHER_SPEC = 20
    ALERT = 21
    HANDSHAKE = 22
    APPLICATION_DATA = 23


class Version(IntEnum):
    """Versions as they stand on the wire; that of SSL 2.0 is the one of its own hello."""

    SSL_2_0 = 0x0002
    SSL_3_0 = 0x0300
    TLS_1_0 = 0x0301
    TLS_1_1 = 0x0302
    TLS_1_2 = 0x0303
    TLS_1_3 = 0x0304

    @property
    def title(self) -> str:
        """Its name in words."""
        return self.name[:3] + " " + self.name[4:].replace("_", ".")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its type, the version in its header, its fragment."""

    kind: int
    version: int
    body: bytes


def record(kind: int, body: bytes, version: int = Version.TLS_1_2) -> bytes:
    """Put bytes into one record."""
    return bytes((kind,)) + version.to_bytes(2) + len(body).to_bytes(2) + body


def records(data: bytes) -> tuple[list[Record], bytes]:
    """Cut a stream into its whole records; return them and the bytes behind.

    Bytes that cannot begin a record stop it: they are all behind.
    """
    found: list[Record] = []
    at = 0
    while len(data) - at >= HEADER:
        length = int.from_bytes(data[at + 3 : at + 5])
        stop = at + HEADER + length
        if data[at] not in _KINDS or data[at + 1] != 3 or length > LONGEST or stop > len(data):  # noqa: PLR2004 - major version
            break
        found.append(Record(data[at], int.from_bytes(data[at + 1 : at + 3]), data[at + HEADER : stop]))
        at = stop
    return found, data[at:]


_KINDS = frozenset(ContentType)
