"""One direction of a connection: bytes in at a time, pieces out at later times; no input, output or clock."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from testbed.model.delay import DIRECTIONS, Direction
from testbed.model.stream import Stream
from testbed.wire.impair.plan import Freezes, Plan, drawn, stalled, whole


@dataclass
class Link:
    """What all connections over one link share: when it stands still, and the throttled line."""

    plan: Plan
    began: float
    """Time at which it was first used, in seconds."""
    freezes: Freezes = field(init=False)
    sent_until: dict[Direction, float] = field(default_factory=lambda: dict.fromkeys(DIRECTIONS, 0.0))
    """When the line has sent all that it was given."""

    def __post_init__(self) -> None:
        self.freezes = self.plan.freezes()


class Lane:
    """Says when what comes in may go out; the order is always kept, as TCP keeps it.

    Args:
        link: over which it goes.
        connection: its number, from 0.
        direction: which of its two directions this is.
    """

    def __init__(self, link: Link, connection: int, direction: Direction) -> None:
        self._stream = link.plan.scenario.stream or Stream()
        self._choice = link.plan.random(connection, direction)
        self._link = link
        self._direction = direction
        self._last = 0.0
        self._joined_until = 0.0

    def take(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        """Take bytes that came; return pieces of them, and when each goes out."""
        ready = self._joined(now) + stalled(self._stream.stall, self._choice)
        ready += drawn(self._stream.delay, self._choice)
        out = []
        for at, piece in self._split(data):
            gone = self._carried(ready + at, len(piece))
            gone = self._link.began + self._link.freezes.through(gone - self._link.began)
            self._last = max(self._last, gone)
            out.append((self._last, piece))
        return out

    def end(self, now: float) -> float:
        """Return when the end of the stream goes out that came just now."""
        return max(self._last, now + drawn(self._stream.delay, self._choice))

    def _joined(self, now: float) -> float:
        """Return when what comes now goes on: with what came shortly before, if that still waits."""
        if self._stream.join is None:
            return now
        if now >= self._joined_until:
            self._joined_until = now + self._stream.join
        return self._joined_until

    def _split(self, data: bytes) -> Iterator[tuple[float, bytes]]:
        """Yield pieces, and how long after the first each comes."""
        split, throttle, at = self._stream.split, self._stream.throttle, 0.0
        rest = memoryview(data)
        while rest:
            size = max(1, whole(split.into, self._choice)) if split else len(rest)
            size = min(size, throttle.piece) if throttle else size
            yield at, bytes(rest[:size])
            rest = rest[size:]
            at += split.gap if split else 0.0

    def _carried(self, ready: float, size: int) -> float:
        """Return when a throttled line has carried a piece."""
        throttle = self._stream.throttle
        if throttle is None:
            return ready
        sent = max(self._link.sent_until[self._direction], ready) + size / throttle.rate
        self._link.sent_until[self._direction] = sent
        return sent


def round_trip(stream: Stream | None, choice: random.Random) -> float:
    """Draw for how long the handshake of a connection is under way, in seconds."""
    delay = stream.delay if stream else None
    return drawn(delay, choice) + drawn(delay, choice)
