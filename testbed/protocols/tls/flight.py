"""The first flight of a server: hello, certificates, what it asks for; or the alert that came instead."""

from __future__ import annotations

from dataclasses import dataclass

from testbed.protocols.tls.alerts import AnyAlert, alert_of
from testbed.protocols.tls.hello import ServerHello
from testbed.protocols.tls.records import ContentType, records

_NAMED_CURVE = 3
MOST_CERTIFICATES = 16
"""Certificates of a chain that are read (assumed; three are usual)."""


@dataclass(frozen=True, slots=True)
class Flight:
    """What a server sent before anything was encrypted."""

    hello: ServerHello | None = None
    certificates: tuple[bytes, ...] = ()
    """Each in DER, in the order in which they stand in the message."""
    curve: int | None = None
    """The named curve of an ephemeral key (RFC 8422, 5.4)."""
    asks_certificate: bool = False
    is_done: bool = False
    alert: AnyAlert | None = None
    """The first fatal alert."""
    longest: int = 0
    """Bytes of the longest fragment of the handshake."""
    strange: bool = False
    """Whether bytes came that are no record."""

    @property
    def compression(self) -> int | None:
        """The method that the server chose; None where it sent no hello."""
        return self.hello.compression if self.hello is not None else None

    def extension(self, kind: int) -> bytes | None:
        """Return what an extension of the server's hello says; None where there is none."""
        return self.hello.extensions.get(kind) if self.hello is not None else None


def read_flight(data: bytes) -> Flight:
    """Read what a server sent to a ClientHello, as far as it has come."""
    found, behind = records(data)
    alert = next((alert_of(one.body[1]) for one in found if _is_fatal(one.kind, one.body)), None)
    fragments = [one.body for one in found if one.kind == ContentType.HANDSHAKE]
    stream = b"".join(fragments)
    hello: ServerHello | None = None
    certificates: tuple[bytes, ...] = ()
    curve, asks, done = None, False, False
    at = 0
    while len(stream) - at >= 4:  # noqa: PLR2004 - type and length
        size = int.from_bytes(stream[at + 1 : at + 4])
        body = stream[at + 4 : at + 4 + size]
        if len(body) < size:
            break
        match stream[at]:
            case 2 if hello is None:  # ServerHello
                hello = ServerHello.decode(body)
            case 11:  # Certificate
                certificates = _certificates(body)
            case 12 if body[:1] == bytes((_NAMED_CURVE,)):  # ServerKeyExchange
                curve = int.from_bytes(body[1:3])
            case 13:  # CertificateRequest
                asks = True
            case 14:  # ServerHelloDone
                done = True
            case _:
                pass  # a message that no case looks at
        at += 4 + size
    longest = max(map(len, fragments), default=0)
    strange = bool(behind) and behind[0] not in frozenset(ContentType)
    return Flight(hello, certificates, curve, asks, done, alert, longest, strange)


def _is_fatal(kind: int, body: bytes) -> bool:
    return kind == ContentType.ALERT and len(body) == 2 and body[0] == 2  # noqa: PLR2004 - level 2 is fatal


def _certificates(body: bytes) -> tuple[bytes, ...]:
    found: list[bytes] = []
    at = 3
    while at + 3 <= len(body) and len(found) < MOST_CERTIFICATES:
        size = int.from_bytes(body[at : at + 3])
        found.append(body[at + 3 : at + 3 + size])
        at += 3 + size
    return tuple(found)
