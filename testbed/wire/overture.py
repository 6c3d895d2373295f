"""The first flight of a TLS handshake, spoken by hand: what the `ssl` module cannot be made to offer."""

from __future__ import annotations

import asyncio

from testbed.protocols.tls import Flight, read_flight
from testbed.wire.recorder import Kind, Recorder

MOST_HEARD = 1 << 16
"""Bytes of a first flight that are read (assumed; a long chain has ten thousand)."""


class Overture(asyncio.Protocol):
    """A connection on which nothing is ever encrypted; every packet is recorded as it is."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.heard = b""
        self.ended = False
        self.frames: list[int] = []
        self._number = -1
        self._news = asyncio.Event()
        self._transport: asyncio.Transport | None = None

    @property
    def flight(self) -> Flight:
        """What has come so far."""
        return read_flight(self.heard)

    def send(self, data: bytes) -> None:
        """Send bytes in one piece."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
        self.frames.append(self.recorder.record(self._number, Kind.TLS, sent=True, data=data))

    async def hears(self, within: float) -> None:
        """Wait some seconds for a whole flight, an alert, the end, or bytes that are no TLS."""
        try:
            async with asyncio.timeout(within):
                while not self.is_over:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            self.recorder.note(f"nothing more within {within * 1000:g} ms")

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for."""
        flight = self.flight
        return self.ended or flight.is_done or flight.alert is not None or flight.strange

    async def ends(self, within: float) -> bool:
        """Wait some seconds for the device to close, and say whether it has."""
        try:
            async with asyncio.timeout(within):
                while not self.ended:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            self.recorder.note(f"the connection stays open for {within * 1000:g} ms")
        return self.ended

    def close(self) -> None:
        """Close."""
        if self._transport is not None and not self._transport.is_closing():
            if not self.ended:
                self.recorder.record(self._number, Kind.FIN, sent=True)
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Record the new connection."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type asyncio gives
        self._transport = transport
        here = transport.get_extra_info("sockname") or ("0.0.0.0", 0)  # noqa: S104 - nobody's
        there = transport.get_extra_info("peername") or (here[0], 0)
        self._number = self.recorder.opened(tuple(here[:2]), tuple(there[:2]))

    def data_received(self, data: bytes) -> None:
        """Keep what came, to its bound."""
        if len(self.heard) < MOST_HEARD:
            self.heard += data
            self.frames.append(self.recorder.record(self._number, Kind.TLS, sent=False, data=data))
        else:
            self.close()
        self._news.set()

    def eof_received(self) -> bool:
        """Record that the device closed."""
        self._end(Kind.FIN)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Record that the connection is gone."""
        self._end(Kind.RST if exc is not None else None)

    def _end(self, how: Kind | None) -> None:
        if not self.ended and how is not None:
            self.frames.append(self.recorder.record(self._number, how, sent=False))
        self.ended = True
        self._news.set()
