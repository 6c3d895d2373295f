"""What a device does on one connection while a capture is played to it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from testbed.wire.connection import Cutter

PARTED_WITHIN = 1.0
"""Seconds in which a connection is closed (assumed; what was sent on a line leaves it first)."""
MOST_HEARD = 4 << 20
"""Bytes that are taken from one connection (assumed, as much as the recorder keeps of a case)."""


class Hearing(asyncio.Protocol):
    """One connection: takes what comes, in ADUs, and how it ends.

    Args:
        cutter: cuts what comes into ADUs.
    """

    def __init__(self, cutter: Cutter) -> None:
        self.heard = 0
        self.adus: list[bytes] = []
        self.ended = ""
        self.was_left = False
        self.news = asyncio.Event()
        self.transport: asyncio.Transport | None = None
        self._cutter = cutter
        self._silence: asyncio.TimerHandle | None = None
        self._is_gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type asyncio gives
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Cut what came into ADUs; nobody can send without end."""
        self.heard += len(data)
        self.adus += self._cutter.feed(data)
        if self.heard > MOST_HEARD and self.transport is not None:
            self.transport.abort()
        if self._silence is not None:
            self._silence.cancel()
        if self._cutter.pending and self._cutter.quiet and self.transport is not None:
            self._silence = asyncio.get_running_loop().call_later(self._cutter.quiet, self.fall_silent)
        self.news.set()

    def fall_silent(self) -> None:
        """Take what silence has ended for ADUs."""
        self.adus += self._cutter.end()
        self.news.set()

    def eof_received(self) -> bool:
        """The device closed its side."""
        self._end("closed")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, closed or reset."""
        self._end("reset" if exc is not None else "closed")
        self._is_gone.set()
        if self._silence is not None:
            self._silence.cancel()

    @property
    def all(self) -> list[str]:
        """What the device did, in hexadecimal: ADUs, bytes that make none, and how it ended."""
        rest = self._cutter.pending
        whole = [adu.hex(" ") for adu in (*self.adus, *([rest] if rest else []))]
        return [*whole, self.ended] if self.ended and not self.was_left else whole

    def leave(self) -> None:
        """Take note that the tester ends the connection: what follows is no doing of the device."""
        self.was_left = self.was_left or not self.ended
        self.ended = self.ended or "left"

    async def part(self) -> None:
        """Close the connection, and wait until a serial port is free again."""
        if self.transport is not None:
            self.transport.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(PARTED_WITHIN):
                    await self._is_gone.wait()

    def _end(self, how: str) -> None:
        self.ended = self.ended or how
        self.news.set()
