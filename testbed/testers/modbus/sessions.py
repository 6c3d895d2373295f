"""What became of a handshake: a session, an alert, or neither (RFC 8446, 6)."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from enum import Enum

from testbed.protocols.tls import AnyAlert, Flight
from testbed.testers.modbus.reply import Reaction
from testbed.testers.modbus.tester import Modbus
from testbed.wire.connection import Connection
from testbed.wire.tls import TlsClient


class Handshake(Enum):
    """What became of a handshake, where it did not simply end."""

    ACCEPTED = "a session"
    ALERT = "a fatal alert"
    FOREIGN = "bytes that are no TLS"


Met = Handshake | Reaction
"""How the device met a handshake: one of those, the connection closed, or silence."""


@dataclass
class Session:
    """One handshake and, where the device accepted it, the session."""

    outcome: Met
    alert: AnyAlert | None
    client: TlsClient
    connection: Connection
    context: ssl.SSLContext
    modbus: Modbus
    """A client inside the session."""
    closed: bool = False
    """Whether the device closed the connection of a handshake that it refused."""

    @property
    def version(self) -> str:
        """The version agreed on, as OpenSSL writes it."""
        return self.client.tls.version() or ""

    @property
    def suite(self) -> str:
        """The cipher suite agreed on, as OpenSSL writes it."""
        return (self.client.tls.cipher() or ("", "", 0))[0]

    @property
    def resumed(self) -> bool:
        """Whether an earlier session goes on."""
        return bool(self.client.tls.session_reused)


@dataclass(frozen=True)
class Offer:
    """A hello made by hand, and what it was met with."""

    outcome: Met
    flight: Flight
    closed: bool
