"""The recorder under every transport: what was on the wire during one case, in order and bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

MOST_BYTES = 256 << 10
"""Bytes kept of one case (assumed; the longest honest case stays under 100 kB)."""
MOST_PACKETS = 8192
"""Packets kept of one case (assumed; 1968 coils written one by one, and restored, take as many)."""
MOST_NOTES = 500


class Kind(StrEnum):
    """What a packet is."""

    OPEN = "open"
    DATA = "data"
    FIN = "fin"
    RST = "rst"

    @property
    def frames(self) -> int:
        """How many frames a capture shows for it: an opening is SYN, SYN+ACK and ACK."""
        return 3 if self is Kind.OPEN else 1


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of a case."""

    number: int
    """Number of its (last) frame in the capture, counted from 1."""
    at: float
    """Seconds since the case began."""
    connection: int
    kind: Kind
    sent: bool
    """True from the tester to the device."""
    data: bytes = b""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Peers:
    """The two ends of a connection: host and port of tester and device."""

    tester: tuple[str, int]
    device: tuple[str, int]


@dataclass(slots=True)
class Recorder:
    """Everything that one case put on the wire or got from it, and what the tester decided meanwhile."""

    clock: Callable[[], float]
    packets: list[Packet] = field(default_factory=list)
    connections: list[Peers] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: int = 0
    """Packets beyond the bounds, not kept."""
    fault: Exception | None = None
    """An error of the tester's own while it took in what came."""
    _began: float = 0.0
    _bytes: int = 0
    _frames: int = 0

    def __post_init__(self) -> None:
        self._began = self.clock()

    def now(self) -> float:
        """Return the seconds since the case began."""
        return self.clock() - self._began

    def opened(self, tester: tuple[str, int], device: tuple[str, int]) -> int:
        """Record a connection; return its number, counted from 0."""
        self.connections.append(Peers(tester, device))
        self.record(len(self.connections) - 1, Kind.OPEN, sent=True)
        return len(self.connections) - 1

    def record(self, connection: int, kind: Kind, *, sent: bool, data: bytes = b"", comment: str = "") -> int:
        """Keep one packet; return its frame number, or 0 where the bounds are reached."""
        if self._bytes + len(data) > MOST_BYTES or len(self.packets) >= MOST_PACKETS:
            self.left_out += 1
            return 0
        self._bytes += len(data)
        self._frames += kind.frames
        self.packets.append(Packet(self._frames, self.now(), connection, kind, sent, data, comment))
        return self._frames

    def note(self, text: str) -> None:
        """Keep a decision of the tester's own."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(f"{self.now():.3f} s: {text}")
