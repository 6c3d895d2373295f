"""ClientHello and ServerHello, right or wrong on purpose (RFC 5246, 7.4.1; RFC 8446, 4.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from testbed.protocols.tls.records import ContentType, Version, record

CLIENT_HELLO, SERVER_HELLO = 1, 2
_RANDOM = 32


class Extension(IntEnum):
    """Extensions of a hello that the bed looks at (IANA, TLS ExtensionType values)."""

    MAX_FRAGMENT_LENGTH = 1
    SUPPORTED_GROUPS = 10
    EC_POINT_FORMATS = 11
    SIGNATURE_ALGORITHMS = 13
    SUPPORTED_VERSIONS = 43
    RENEGOTIATION_INFO = 0xFF01


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What a client offers."""

    version: int
    suites: Sequence[int]
    random: bytes = bytes(_RANDOM)
    session: bytes = b""
    compressions: Sequence[int] = (0,)
    extensions: Mapping[int, bytes] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return it as one record; that of SSL 2.0 in the form of SSL 2.0 (RFC 5246, E.2)."""
        if self.version == Version.SSL_2_0:
            return self._encode_as_ssl2()
        suites = b"".join(suite.to_bytes(2) for suite in self.suites)
        body = self.version.to_bytes(2) + self.random + _short(self.session)
        body += _long(suites) + _short(bytes(self.compressions))
        if self.extensions:
            body += _long(b"".join(kind.to_bytes(2) + _long(data) for kind, data in self.extensions.items()))
        outer = min(self.version, Version.TLS_1_0)  # RFC 5246, E.1: what servers of every age take
        return record(ContentType.HANDSHAKE, message(CLIENT_HELLO, body), outer)

    def _encode_as_ssl2(self) -> bytes:
        suites = b"".join(suite.to_bytes(3) for suite in self.suites)
        body = bytes((CLIENT_HELLO,)) + self.version.to_bytes(2)
        body += len(suites).to_bytes(2) + bytes(2) + (16).to_bytes(2) + suites + self.random[:16]
        return (0x8000 | len(body)).to_bytes(2) + body

    @classmethod
    def decode(cls, data: bytes) -> Self | None:
        """Read the ClientHello with which a stream begins; None where it does not, or is not whole yet."""
        if len(data) < 44 or data[0] != ContentType.HANDSHAKE or data[5] != CLIENT_HELLO:  # noqa: PLR2004 - up to the session
            return None
        body = data[9 : 9 + int.from_bytes(data[6:9])]
        cursor = _Cursor(body)
        version, random = int.from_bytes(cursor.take(2)), cursor.take(_RANDOM)
        session, suites, compressions = cursor.vector(1), cursor.vector(2), cursor.vector(1)
        extensions = _extensions(cursor.vector(2))
        pairs = tuple(int.from_bytes(suites[at : at + 2]) for at in range(0, len(suites) - 1, 2))
        return cls(version, pairs, random, session, tuple(compressions), extensions)


@dataclass(frozen=True, slots=True)
class ServerHello:
    """What a server chose."""

    version: int
    suite: int
    compression: int = 0
    extensions: Mapping[int, bytes] = field(default_factory=dict)
    random: bytes = bytes(_RANDOM)

    @property
    def negotiated(self) -> int:
        """The version agreed on: that of the extension, where there is one (RFC 8446, 4.2.1)."""
        chosen = self.extensions.get(Extension.SUPPORTED_VERSIONS, b"")
        return int.from_bytes(chosen) if len(chosen) == 2 else self.version  # noqa: PLR2004 - a version

    def encode(self) -> bytes:
        """Return it as one record."""
        body = self.version.to_bytes(2) + self.random + _short(b"") + self.suite.to_bytes(2)
        body += bytes((self.compression,))
        if self.extensions:
            body += _long(b"".join(kind.to_bytes(2) + _long(data) for kind, data in self.extensions.items()))
        return record(ContentType.HANDSHAKE, message(SERVER_HELLO, body), self.version)

    @classmethod
    def decode(cls, body: bytes) -> Self | None:
        """Read the body of the message; None where it is cut short."""
        cursor = _Cursor(body)
        version, random = int.from_bytes(cursor.take(2)), cursor.take(_RANDOM)
        cursor.vector(1)
        suite, compression = cursor.take(2), cursor.take(1)
        if not compression:
            return None
        return cls(version, int.from_bytes(suite), compression[0], _extensions(cursor.vector(2)), random)


def message(kind: int, body: bytes) -> bytes:
    """Put a body into a message of the handshake."""
    return bytes((kind,)) + len(body).to_bytes(3) + body


def _extensions(data: bytes) -> dict[int, bytes]:
    cursor, found = _Cursor(data), {}
    while cursor.left >= 4:  # noqa: PLR2004 - type and length
        kind = int.from_bytes(cursor.take(2))
        found[kind] = cursor.vector(2)
    return found


class _Cursor:
    """Walks through bytes of which nothing is known; behind their end there is nothing."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        found = self._data[self._at : self._at + size]
        self._at += len(found)
        return found

    def vector(self, size: int) -> bytes:
        """Return the bytes behind a length of so many bytes."""
        return self.take(int.from_bytes(self.take(size)))


def _short(data: bytes) -> bytes:
    return bytes((len(data),)) + data


def _long(data: bytes) -> bytes:
    return len(data).to_bytes(2) + data
