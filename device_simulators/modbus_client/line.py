"""The client's end of a connection: bytes as they come, cut into ADUs by their length field (IG 3.1.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PREFIX = 6
"""Bytes before those that the length field counts."""
MOST_WAITING = 1 << 16
"""Bytes kept that make no ADU yet (assumed; an ADU has 260 at most)."""


class LostError(Exception):
    """The connection ended, or what comes over it cannot be read."""


class Line(asyncio.Protocol):
    """One connection to a server.

    Args:
        is_sane: says whether a header can be the beginning of an ADU.
        is_whole: says how many bytes make the ADU that begins so; 0 where more have to come.
    """

    def __init__(self, is_sane: Callable[[bytes], bool], is_whole: Callable[[bytes], int]) -> None:
        self._is_sane, self._is_whole = is_sane, is_whole
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._news = asyncio.Event()
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type asyncio gives
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep what came, while it is not too much."""
        self._buffer = (self._buffer + data)[:MOST_WAITING]
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - how it ended does not matter
        """Take note of the end."""
        self.is_lost = True
        self._news.set()

    def eof_received(self) -> bool:
        """Close as the server did."""
        self.is_lost = True
        self._news.set()
        return False

    @property
    def rest(self) -> bytes:
        """Bytes that make no ADU yet."""
        return self._buffer

    def send(self, data: bytes) -> None:
        """Send bytes in one segment."""
        if self._transport is not None and not self.is_lost:
            self._transport.write(data)

    def close(self) -> None:
        """Close."""
        self.is_lost = True
        if self._transport is not None:
            self._transport.close()

    async def receive(self, until: float) -> bytes:
        """Return the next ADU.

        Args:
            until: time of the loop at which to give up.

        Raises:
            TimeoutError: none has come whole by then.
            LostError: none can come any more.
        """
        async with asyncio.timeout_at(until):
            while not (size := self._size()):
                if self.is_lost:
                    raise LostError
                self._news.clear()
                await self._news.wait()
        adu, self._buffer = self._buffer[:size], self._buffer[size:]
        return adu

    def _size(self) -> int:
        if len(self._buffer) >= PREFIX and not self._is_sane(self._buffer):
            raise LostError
        return self._is_whole(self._buffer)
