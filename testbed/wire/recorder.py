"""The recorder under every transport: what was on the wire during one case, in order and bounded."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum

from testbed.wire.masking import SAID, masked

MOST_BYTES = 256 << 10
"""Bytes kept of one case (assumed; the longest honest case stays under 100 kB)."""
MOST_PACKETS = 8192
"""Packets kept of one case (assumed; 1968 coils written one by one, and restored, take as many)."""
MOST_NOTES = 500
_TCP_OPENING = 3
"""Frames that a capture shows for the opening of a TCP connection: SYN, SYN+ACK and ACK."""


class Kind(StrEnum):
    """What a packet is."""

    OPEN = "open"
    DATA = "data"
    TLS = "tls"
    """Records of TLS that carry no ADU: a handshake, an alert."""
    FIN = "fin"
    RST = "rst"


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
    records: bytes | None = None
    """What went over the wire instead of the data: records of TLS. None where the data went themselves;
    empty where they came in the records of the packet before."""


@dataclass(frozen=True, slots=True)
class Peers:
    """The two ends of a connection."""

    tester: tuple[str, int]
    """Host and port, or nothing on a serial line."""
    device: tuple[str, int]
    line: str = ""
    """Of a serial line, its rate and the shape of its characters, as "19200 8E1"; empty over TCP."""


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
    waited: float = 0.0
    """Seconds of the longest wait for an answer that was in vain."""
    secrets: dict[str, None] = field(default_factory=dict)
    """Lines of the key log by which records of TLS are read, in order and each once."""
    channel_keys: dict[str, None] = field(default_factory=dict)
    """Lines of the key log by which messages of OPC UA are read, likewise."""
    hidden: Collection[bytes] = ()
    """Passwords: they are masked wherever they stand in clear. More may come while the case goes on."""
    bodies: dict[int, bytes] = field(default_factory=dict)
    """By the last frame's number, the whole body in clear of messages that were secured or in chunks."""
    _carried: dict[tuple[int, bool], bytes] = field(default_factory=dict)
    """Records of TLS by connection and direction, whose data have not been recorded yet."""
    _sealed: set[int] = field(default_factory=set)
    """Connections whose data go in records of TLS."""
    _began: float = 0.0
    _bytes: int = 0
    _frames: int = 0

    def __post_init__(self) -> None:
        self._began = self.clock()

    def now(self) -> float:
        """Return the seconds since the case began."""
        return self.clock() - self._began

    def opened(
        self, tester: tuple[str, int], device: tuple[str, int], line: str = "", *, accepted: bool = False
    ) -> int:
        """Record a connection, or that a serial port was opened; return its number, counted from 0.

        A connection that was `accepted` is one that the device opened to the tester.
        """
        self.connections.append(Peers(tester, device, line))
        self.record(len(self.connections) - 1, Kind.OPEN, sent=not accepted)
        return len(self.connections) - 1

    def record(self, connection: int, kind: Kind, *, sent: bool, data: bytes = b"", comment: str = "") -> int:
        """Keep one packet; return its frame number, or 0 where the bounds are reached."""
        kept = masked(data, self.hidden)
        if kept != data:
            data, comment = kept, "; ".join(filter(None, (comment, SAID)))
        records = None
        if connection in self._sealed and kind is Kind.DATA:
            records = self._carried.pop((connection, sent), b"")
        size = len(data) + len(records or b"")
        if self._bytes + size > MOST_BYTES or len(self.packets) >= MOST_PACKETS:
            self.left_out += 1
            return 0
        self._bytes += size
        over_tcp = kind is Kind.OPEN and not self.connections[connection].line
        self._frames += _TCP_OPENING if over_tcp else 1
        self.packets.append(Packet(self._frames, self.now(), connection, kind, sent, data, comment, records))
        return self._frames

    def keep_body(self, number: int, body: bytes) -> None:
        """Keep the body of a message in clear, as long as there is room; frame 0 is one that was not kept."""
        if number and self._bytes + len(body) <= MOST_BYTES:
            self._bytes += len(body)
            self.bodies[number] = masked(body, self.hidden)

    def carry(self, connection: int, records: bytes, *, sent: bool) -> None:
        """Keep records of TLS until what they carry is recorded."""
        self._sealed.add(connection)
        self._carried[connection, sent] = self._carried.get((connection, sent), b"") + records

    def carried(self, connection: int, *, sent: bool) -> bytes:
        """Return the records whose data have not been recorded yet."""
        return self._carried.get((connection, sent), b"")

    def settle(self, connection: int, *, sent: bool) -> None:
        """Record what was carried and turned out to hold no data."""
        if records := self._carried.pop((connection, sent), b""):
            self.record(connection, Kind.TLS, sent=sent, data=records)

    @property
    def is_filling(self) -> bool:
        """Whether half of what is kept at most is used."""
        return 2 * self._bytes > MOST_BYTES or 2 * len(self.packets) > MOST_PACKETS

    def mark(self) -> tuple[int, int, int]:
        """Return where the record stands, to come back to it."""
        return len(self.packets), self._bytes, self._frames

    def rewind(self, mark: tuple[int, int, int]) -> None:
        """Forget the packets behind a mark; the connections that they belong to have to be closed."""
        count, self._bytes, self._frames = mark
        del self.packets[count:]

    def note(self, text: str) -> None:
        """Keep a decision of the tester's own."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(f"{self.now():.3f} s: {text}")
