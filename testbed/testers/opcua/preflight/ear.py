"""A few words to whoever listens on a port, and what comes back: bytes, which nobody judges."""

from __future__ import annotations

from contextlib import suppress

from testbed.wire.connection import Connection, Received
from testbed.wire.dial import Dial, UnreachableError
from testbed.wire.monitor import Breach
from testbed.wire.recorder import Recorder

_MOST_HEARD = 4096
"""Bytes that are looked at (assumed; a greeting is shorter)."""


async def say(dial: Dial, recorder: Recorder, words: bytes, within: float, comment: str) -> bytes:
    """Send some words on a fresh connection, and return the first bytes that come back.

    Args:
        dial: reaches the port.
        recorder: keeps what is said.
        words: harmless, whoever listens.
        within: seconds that an answer may take.
        comment: of the words, in the capture.
    """
    connection = Connection(recorder, _Anything(), _Nobody())
    with suppress(UnreachableError):
        await dial(connection)
        try:
            connection.send(words, comment=comment)
            heard = await connection.receive(within)
            return heard.data[:_MOST_HEARD] if isinstance(heard, Received) else b""
        finally:
            connection.close()
    return b""


class _Anything:
    """Takes whatever comes for a frame."""

    quiet = 0.0
    pending = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the bytes as they came."""
        return [data]

    def drop(self) -> bytes:
        """Nothing is pending."""
        return b""

    def end(self) -> list[bytes]:
        """Nothing is pending."""
        return []


class _Nobody:
    """Watches nothing: a stranger owes no one OPC UA."""

    def __init__(self) -> None:
        self.breaches: list[Breach] = []

    def sent(self, connection: int, data: bytes, number: int) -> None:
        """Take no note."""

    def received(self, connection: int, frame: bytes, number: int, *, followed: bool) -> bool:  # noqa: ARG002
        """Take no note."""
        return False

    def incomplete(self, connection: int, stump: bytes, number: int) -> None:
        """Take no note."""

    def flooded(self, connection: int, number: int) -> None:
        """Take no note: the connection reads no more."""

    def expects(self, connection: int) -> bool:  # noqa: ARG002
        """Anything may come."""
        return True

    def forget(self, connection: int) -> None:
        """Take no note."""
