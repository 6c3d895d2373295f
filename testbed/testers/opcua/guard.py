"""What stands between a case and the device, as a client of the tester knows it."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any, Protocol

from testbed.protocols.opcua import SecureChannel
from testbed.testers.opcua.connection import UaConnection
from testbed.testers.opcua.conversation import Conversation


class Guard(Protocol):
    """What stands between a case and the device: opens connections, allows or refuses what is sent."""

    random: random.Random

    @property
    def url(self) -> str:
        """The endpoint URL, as declared."""

    @property
    def reply_within(self) -> float:
        """Seconds within which the device declares to answer."""

    def conversation(self, connection: int) -> Conversation:
        """Return what the monitor knows of a connection."""

    def secure_channel(self, policy: str | None = None, mode: int | None = None) -> SecureChannel:
        """Return the tester's half of a channel; policy and mode as declared where none is named."""

    async def open(self) -> UaConnection:
        """Open one more connection; UnreachableError where that fails."""

    async def allow(self, request: Any) -> None:
        """Wait for the declared pause; raise Unsafe where the declaration does not allow a request.

        Args:
            request: a structure of asyncua's, or bytes that are none.
        """

    def identity(self, created: Any, nonce: bytes | None, channel: SecureChannel) -> Any:
        """Return the identity token of the declared user.

        Args:
            created: parameters of the answer to CreateSession.
            nonce: the server's last one.
            channel: through which the session is activated.
        """

    def utcnow(self) -> datetime:
        """Return the time, in UTC and without a zone, as asyncua has it."""

    def keep_body(self, number: int, body: bytes) -> None:
        """Keep the body of a frame by its number, for the evidence."""


def naive(moment: float) -> datetime:
    """Return a POSIX time as UTC without a zone."""
    return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
