"""A tester's connection: raw bytes both ways, recorded and watched, nothing lenient."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from testbed.wire.monitor import Monitor
from testbed.wire.recorder import Kind, Recorder
from testbed.wire.serial_transport import PortVanishedError

_NOWHERE = ("0.0.0.0", 0)  # noqa: S104 - no address that anybody listens on
MOST_UNASKED = 64
"""Frames that may come on one connection beyond the times that the tester sent something (assumed).

No case sends as many requests in one piece, so that a device which exceeds it sends what nobody asked for.
"""
MOST_UNREAD = 128 << 10
"""Bytes of frames that may wait unread on one connection (assumed; sixteen answers have 4 kB)."""


class Ended(StrEnum):
    """How a connection came to its end."""

    CLOSED = "closed"
    RESET = "reset"
    FLOODED = "flooded"


@dataclass(frozen=True, slots=True)
class Received:
    """A frame from the device: its bytes, its number in the capture, and when its last byte came."""

    data: bytes
    number: int
    at: float
    whole: bool = True


class Cutter(Protocol):
    """Cuts one direction of a connection into frames, as the protocol delimits them."""

    quiet: float
    """Seconds of silence that end a frame; 0 where the bytes themselves tell."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes as they come; return the frames that are now whole."""

    @property
    def pending(self) -> bytes:
        """Bytes that do not make a whole frame yet."""

    def drop(self) -> bytes:
        """Take the pending bytes away."""

    def end(self) -> list[bytes]:
        """Return the frames that silence has ended."""


class Connection(asyncio.Protocol):
    """One connection to the device under test."""

    most_unasked = MOST_UNASKED
    most_unread = MOST_UNREAD

    def __init__(self, recorder: Recorder, cutter: Cutter, monitor: Monitor) -> None:
        self.recorder = recorder
        self.ended: Ended | None = None
        self._cutter = cutter
        self._monitor = monitor
        self._transport: asyncio.Transport | None = None
        self._inbox: deque[Received] = deque()
        self._news = asyncio.Event()
        self._number = -1
        self._finished_sending = False
        self._deaf = False
        """Whether nothing is read any more: then TCP can end the connection by a reset only."""
        self._unasked = 0
        self._unread = 0
        self._silence: asyncio.TimerHandle | None = None

    # What a case does.

    def send(self, data: bytes, *, comment: str = "") -> int:
        """Send bytes in one piece; return the frame number."""
        return self._sent(self._write(data), comment)

    async def send_in_pieces(self, pieces: Sequence[bytes], pause: float, *, comment: str = "") -> int:
        """Send bytes in several segments with a pause after each but the last; return the frame number.

        A capture shows them as one packet, with the sizes of the segments in its comment: a dissector that
        starts on a stump of a header would not show the ADU at all.
        """
        sizes = ",".join(str(len(piece)) for piece in pieces)
        said = f"sent in {len(pieces)} segments of {sizes} bytes, {pause * 1000:g} ms apart"
        number = self._sent(b"".join(pieces), f"{comment}; {said}" if comment else said)
        for piece in pieces[:-1]:  # a request that is whole in one of them may be answered before the last
            self._write(piece)
            await asyncio.sleep(pause)
        self._write(pieces[-1])
        return number

    async def receive(self, within: float) -> Received | Ended | None:
        """Return the next frame, how the connection ended, or None when nothing came within some seconds."""
        try:
            async with asyncio.timeout(within):
                while not self._inbox and self.ended is None:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            if not await self._arrives():  # something may have come as the time ran out
                self._give_up_stump()
                self._monitor.forget(self._number)
                self.recorder.waited = max(self.recorder.waited, within)
                self.recorder.note(f"no answer within {within * 1000:g} ms")
                return None
        if not self._inbox:
            return self.ended
        received = self._inbox.popleft()
        self._unread -= len(received.data)
        return received

    async def _arrives(self) -> bool:
        """Say whether something has come after all."""
        return bool(self._inbox) or self.ended is not None

    async def ends(self, within: float) -> bool:
        """Wait some seconds for the device to end the connection, whatever it sends; say whether it has."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self.ended is None:
                    self._news.clear()
                    await self._news.wait()
        return self.ended is not None

    @property
    def number(self) -> int:
        """Its number in the recorder, counted from 0; -1 before it is made."""
        return self._number

    def waiting(self) -> int:
        """Return how many frames wait to be received."""
        return len(self._inbox)

    def stop_reading(self) -> None:
        """Read nothing more from the device, as a client that hangs: its window runs full."""
        self._deaf = True
        if self._transport is not None and not self._transport.is_closing():
            plug: socket.socket | None = self._transport.get_extra_info("socket")
            if plug is not None:
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # the least that the system has
            self._transport.pause_reading()
            self.recorder.note("reads no more")

    def finish_sending(self) -> None:
        """Close the sending half; reset where answers are left unread."""
        if self._deaf:
            self.reset()
        elif self._transport is not None and not self._finished_sending and self.ended is None:
            self._finished_sending = True
            try:
                self._transport.write_eof()
            except OSError:
                self.recorder.note("nothing left to close: the device had broken the connection")
            else:
                self.recorder.record(self._number, Kind.FIN, sent=True)

    def close(self) -> None:
        """Close the connection as a good client does."""
        if self._transport is not None and not self._transport.is_closing():
            finishes = not self._finished_sending and self.ended is None
            self._finished_sending = True
            self._transport.close()  # TLS says farewell before the FIN
            if finishes:
                self.recorder.record(self._number, Kind.FIN, sent=True)
            self._give_up_stump()

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        if self._transport is None or self._transport.is_closing():
            return
        self._finished_sending = True
        self.recorder.record(self._number, Kind.RST, sent=True)
        plug: socket.socket | None = self._transport.get_extra_info("socket")
        if plug is not None:
            layout = "hh" if sys.platform == "win32" else "ii"
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(layout, 1, 0))
        self._transport.abort()

    # What the transport says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Record the new connection."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type asyncio gives
        self._transport = transport
        shape = transport.get_extra_info("format")
        if shape is not None:  # a serial line
            port = transport.get_extra_info("serial")
            self._number = self.recorder.opened(_NOWHERE, (port.name if port else "", 0), str(shape))
            return
        here = transport.get_extra_info("sockname") or _NOWHERE
        there = transport.get_extra_info("peername") or (here[0], 0)  # it may have reset by now
        self._number = self.recorder.opened(tuple(here[:2]), tuple(there[:2]))

    def data_received(self, data: bytes) -> None:
        """Cut what came into frames, record and watch each."""
        self._cut(self._cutter.feed(data))
        if self._silence is not None:
            self._silence.cancel()
        if self._cutter.pending and self._cutter.quiet:
            loop = asyncio.get_running_loop()
            self._silence = loop.call_later(self._cutter.quiet, self._fell_silent)
        elif self._cutter.pending and self.ended is None and not self._monitor.expects(self._number):
            self._give_up_stump()  # bytes that nothing asked for and no length field accounts for
        self._news.set()

    def _fell_silent(self) -> None:
        """Take what silence has ended for frames."""
        self._cut(self._cutter.end())
        if self._cutter.pending and self.ended is None and not self._monitor.expects(self._number):
            self._give_up_stump()  # bytes that nothing asked for are not waited for
        self._news.set()

    def _cut(self, frames: Sequence[bytes]) -> None:
        for at, frame in enumerate(frames, 1):
            if self.ended is not None:
                return
            self._take(frame, followed=at == len(frames) and bool(self._cutter.pending))

    def eof_received(self) -> bool:
        """Record that the device closed."""
        self._give_up_stump()
        self.recorder.record(self._number, Kind.FIN, sent=False)
        self._end(Ended.CLOSED)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Record that the connection is gone, and how."""
        if exc is not None and self.ended is None:
            self._give_up_stump()
            self.recorder.record(self._number, Kind.RST, sent=False)
            if isinstance(exc, PortVanishedError):
                self.recorder.note(str(exc))
            self._end(Ended.RESET)
        self._end(Ended.CLOSED)

    def _take(self, frame: bytes, *, followed: bool) -> None:
        number = self.recorder.record(self._number, Kind.DATA, sent=False, data=frame)
        if self._monitor.received(self._number, frame, number, followed=followed):
            self.recorder.note(f"frame {number} came too late and is not taken for the next answer")
        else:
            self._inbox.append(Received(frame, number, self.recorder.now()))
            self._unread += len(frame)
        self._count(number)

    def _count(self, number: int) -> None:
        """Stop a device that sends without end; what it sent behind the last good answer is read no more."""
        self._unasked += 1
        if self.ended is None and (self._unasked > self.most_unasked or self._unread > self.most_unread):
            self._monitor.flooded(self._number, number)
            self._stop_flood()

    def _stop_flood(self) -> None:
        """Read nothing more of a device that sends without end."""
        self.recorder.note("the device floods: reading stopped, connection reset by the tester")
        self._inbox.clear()
        self._cutter.drop()
        self._end(Ended.FLOODED)
        self.reset()

    def _end(self, how: Ended) -> None:
        if self._silence is not None:
            self._silence.cancel()
        self.ended = self.ended or how
        self._news.set()

    def _give_up_stump(self) -> None:
        """Record and judge bytes that never became a frame, and start afresh behind them."""
        if stump := self._cutter.drop():
            number = self.recorder.record(
                self._number, Kind.DATA, sent=False, data=stump, comment="incomplete frame"
            )
            self._monitor.incomplete(self._number, stump, number)
            self._count(number)

    def _write(self, data: bytes) -> bytes:
        self._unasked -= 1
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
        return data

    def _sent(self, data: bytes, comment: str) -> int:
        number = self.recorder.record(self._number, Kind.DATA, sent=True, data=data, comment=comment)
        self._monitor.sent(self._number, data, number)
        return number
