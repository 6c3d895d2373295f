"""An in-process serial line: two wires, any number of ends, and each character at its time.

What one end sends, all others hear, as on RS-485 with two wires. On a virtual clock
(`testbed.wire.clock`) times are exact to a nanosecond, whatever the machine is doing meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from testbed.wire.serial_format import SerialFormat

EXACT = 1e-7
"""Seconds within which two times are one (assumed: a hundredth of a bit at 115200 baud; an event loop calls
back up to a nanosecond early)."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that followed each other without a gap.

    Attributes:
        data: the characters, as they were sent.
        began: when the start bit of the first one began, by the loop's clock in seconds.
        ended: when the last stop bit of the last one ended.
        bad: places of characters that arrived with an error: of parity, or two ends sent at once.
        own: whether the end that hears them has sent them itself.
    """

    data: bytes
    began: float
    ended: float
    bad: frozenset[int] = frozenset()
    own: bool = False


class LineProtocol(asyncio.Protocol):
    """A protocol that wants characters with their times; `data_received` is not called on a line."""

    def characters_received(self, run: Run) -> None:
        """Take a run of characters; it is called as the last of them has ended."""


@dataclass(slots=True)
class _Sending:
    data: bytes
    began: float
    ended: float
    bad: set[int] = field(default_factory=set)


class Line:
    """The wires, in the running loop.

    Args:
        shape: rate and shape of all characters on it.
    """

    def __init__(self, shape: SerialFormat) -> None:
        self.shape = shape
        self.loop = asyncio.get_running_loop()
        self.quiet_from = self.loop.time()
        """When the last character known of ends or has ended, by the loop's clock in seconds."""
        self._ends: list[LineTransport] = []

    def attach(
        self, protocol: asyncio.Protocol, *, silence: float = 0.0, hears_itself: bool = False
    ) -> LineTransport:
        """Attach one more end and tell its protocol.

        Args:
            protocol: what hears and sends there.
            silence: seconds of silence that `write` lets pass on the line first.
            hears_itself: whether its receiver stays on while it sends.
        """
        end = LineTransport(self, protocol, silence=silence, hears_itself=hears_itself)
        self._ends.append(end)
        end.tell("connection_made", end)
        return end

    def detach(self, end: LineTransport) -> None:
        """Take an end away; what it has sent still arrives."""
        self._ends.remove(end)

    def carry(self, sender: LineTransport, sending: _Sending) -> None:
        """Carry characters to all ends; where two ends send at once, what both send is spoilt."""
        self.quiet_from = max(self.quiet_from, sending.ended)
        for end in self._ends:
            if end is not sender:
                for other in end.sending:
                    self._collide(sending, other)
                    self._collide(other, sending)
        self.loop.call_at(sending.ended, self._arrive, sender, sending)

    def is_busy(self, besides: LineTransport) -> bool:
        """Say whether any other end is sending a character just now."""
        now = self.loop.time()
        return any(
            end.sending and end.sending[0].began + EXACT < now < end.sending[0].ended - EXACT
            for end in self._ends
            if end is not besides
        )

    def _collide(self, one: _Sending, other: _Sending) -> None:
        """Spoil the characters of one that overlap with any of another."""
        first = (other.began - one.began + EXACT) / self.shape.character
        last = (other.ended - one.began - EXACT) / self.shape.character
        one.bad.update(range(max(0, int(first)), min(len(one.data), int(last) + 1)) if last > 0 else ())

    def _arrive(self, sender: LineTransport, sending: _Sending) -> None:
        sender.sending.popleft()
        run = Run(sending.data, sending.began, sending.ended, frozenset(sending.bad))
        for end in tuple(self._ends):
            if end is not sender:
                end.hear(run)
            elif end.hears_itself:
                end.hear(Run(run.data, run.began, run.ended, run.bad, own=True))


class LineTransport(asyncio.Transport):
    """One end of a line. A line has no connections: nothing says when another end comes or goes."""

    def __init__(self, line: Line, protocol: asyncio.Protocol, *, silence: float, hears_itself: bool) -> None:
        super().__init__({"format": line.shape, "resolution": EXACT})
        self.line = line
        self.hears_itself = hears_itself
        self.sending: deque[_Sending] = deque()
        """What this end has begun to send, or is about to, oldest first."""
        self.drained_at = line.loop.time()
        """When the last character written has left, or will have, by the loop's clock in seconds."""
        self._protocol: asyncio.BaseProtocol = protocol
        self._silence = silence
        self._closing = False

    # What a protocol asks of its transport.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send characters without a gap, once the line has been silent for as long as this end waits."""
        free = max(self.line.loop.time(), self.drained_at)
        self.send(bytes(data), gap=max(0.0, self.line.quiet_from + self._silence - free))

    def send(self, data: bytes, *, gap: float = 0.0, bad: Iterable[int] = ()) -> Run:
        """Send characters without a gap, exactly when told to; return them with their times.

        Args:
            data: the characters; none where this end is closed.
            gap: seconds from now, or from the last character that is still to be sent, to the first one.
            bad: places of characters whose parity bit is wrong.
        """
        began = max(self.line.loop.time(), self.drained_at) + gap
        data = b"" if self._closing else data
        sending = _Sending(data, began, began + len(data) * self.line.shape.character, set(bad))
        if data:
            self.drained_at = sending.ended
            self.sending.append(sending)
            self.line.carry(self, sending)
        return Run(data, sending.began, sending.ended, frozenset(sending.bad))

    def is_busy(self) -> bool:
        """Say whether a character is arriving just now."""
        return self.line.is_busy(self)

    def close(self) -> None:
        """Leave the line; what was written is still sent."""
        if not self._closing:
            self._closing = True
            self.line.loop.call_soon(self._leave, None)

    def abort(self) -> None:
        """Leave the line."""
        self.close()

    def is_closing(self) -> bool:
        """Say whether this end has left or is about to."""
        return self._closing

    def is_reading(self) -> bool:
        """Say whether this end hears."""
        return not self._closing

    def can_write_eof(self) -> bool:
        """Say that a line has no half to close."""
        return False

    def get_write_buffer_size(self) -> int:
        """Return the number of characters that have not arrived yet."""
        return sum(len(sending.data) for sending in self.sending)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand this end to another protocol."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol at this end."""
        return self._protocol

    # What the line says.

    def hear(self, run: Run) -> None:
        """Give a run to the protocol.

        One that takes bytes alone gets 0 in place of a bad character, as from a terminal (termios, INPCK).
        """
        if self._closing:
            return
        try:
            if isinstance(self._protocol, LineProtocol):
                self._protocol.characters_received(run)
            else:
                heard = bytes(0 if at in run.bad else byte for at, byte in enumerate(run.data))
                self._protocol.data_received(heard if run.bad else run.data)  # type: ignore[attr-defined]
        except Exception as error:  # noqa: BLE001 - a protocol's fault ends its attachment, not the loop
            self._report(error)
            self._closing = True
            self.line.loop.call_soon(self._leave, error)

    def tell(self, callback: str, *arguments: object) -> None:
        """Call the protocol back; what it raises is reported to the loop."""
        try:
            getattr(self._protocol, callback)(*arguments)
        except Exception as error:  # noqa: BLE001 - as asyncio's own transports do
            self._report(error)

    def _leave(self, error: Exception | None) -> None:
        self.line.detach(self)
        self.tell("connection_lost", error)

    def _report(self, error: Exception) -> None:
        self.line.loop.call_exception_handler(
            {
                "message": "exception in a protocol callback",
                "exception": error,
                "transport": self,
                "protocol": self._protocol,
            }
        )
