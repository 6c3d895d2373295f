"""Reads a capture back into what each side of its connections did, so that it can be done again.

Captures of this bed and of other programs (Wireshark, tcpdump) are read alike: pcapng of either byte order,
TCP on Ethernet, Linux's cooked mode or raw IP, and serial lines as `testbed.wire.rtac` has them. A capture
may come from a stranger: every length in it is checked. RFC 791, RFC 8200, RFC 9293.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from testbed.wire import rtac
from testbed.wire.blocks import Captured, UnreadableError, packets
from testbed.wire.pcapng import NO_ADU
from testbed.wire.recorder import Kind

LARGEST = 64 << 20
"""Bytes of the largest capture that is read (assumed; the recorder keeps 4 MiB of a case)."""
MOST_STEPS = 100_000
"""Packets of the longest capture that is read (assumed; the recorder keeps 20,000)."""

_ETHERNET, _RAW_IP, _COOKED = 1, 101, 113
_TCP = 6
_FIN, _SYN, _RST, _ACK = 0x01, 0x02, 0x04, 0x10
_CUT = re.compile(r"the first \d+ of \d+ bytes$")
_DECRYPTED = re.compile(r"decrypted(?:, from the records before)?: ((?:[0-9a-f]{2})*)(?:;|$)")
_SEGMENTS = re.compile(
    r"sent in \d+ segments of (?P<sizes>[1-9]\d{0,4}(?:,[1-9]\d{0,4})*) bytes, "
    r"(?P<pause>\d{1,6}(?:\.\d+)?) ms apart"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that one side of a connection did."""

    frame: int
    """Number of the frame in the capture, counted from 1."""
    at: float
    """Seconds since the first frame."""
    connection: int
    kind: Kind
    sent: bool
    """True from the side that opened the connection."""
    data: bytes = b""
    pieces: tuple[int, ...] = ()
    """Sizes of the segments in which the data went, where the capture joins several."""
    pause: float = 0.0
    """Seconds between those segments."""


@dataclass(slots=True)
class _Stream:
    """One TCP connection as the capture shows it."""

    number: int
    opener: tuple[bytes, int]
    expected: dict[tuple[bytes, int], int] = field(default_factory=dict)
    """Of each side, the sequence number that comes next."""
    ended: set[tuple[bytes, int]] = field(default_factory=set)
    """The sides that send no more."""


@dataclass(frozen=True, slots=True)
class _Segment:
    source: tuple[bytes, int]
    target: tuple[bytes, int]
    sequence: int
    flags: int
    data: bytes


def steps(capture: bytes) -> tuple[Step, ...]:
    """Return what happened on the connections of a capture, in order.

    Raises:
        UnreadableError: it is no capture, damaged, too large, or lacks bytes that were sent.
    """
    if len(capture) > LARGEST:
        raise UnreadableError(f"the capture is larger than {LARGEST >> 20} MiB")
    found: list[Step] = []
    reader = _Reader()
    began = None
    for packet in packets(capture):
        began = packet.at if began is None else began
        for step in reader.read(packet, packet.at - began):
            found.append(step)
            if len(found) > MOST_STEPS:
                raise UnreadableError(f"the capture has more than {MOST_STEPS} packets")
    if not any(step.sent and step.data for step in found):
        raise UnreadableError(
            "nothing in the capture was sent over TCP by the side that opened the connection, or on a line"
        )
    return tuple(found)


class _Reader:
    """Knows the connections of a capture as far as it was read."""

    def __init__(self) -> None:
        self._streams: dict[frozenset[tuple[bytes, int]], _Stream] = {}
        self._lines: dict[int, int] = {}
        """By interface, the number of the connection that is open on it."""
        self._opened = 0

    def read(self, packet: Captured, at: float) -> Iterator[Step]:
        if packet.link == rtac.LINK:
            yield from self._on_line(packet, at)
        elif segment := _segment(packet.link, packet.data):
            pair = frozenset((segment.source, segment.target))
            opens = segment.flags & (_SYN | _ACK) == _SYN
            if opens or pair not in self._streams:
                self._streams[pair] = _Stream(self._number(), segment.source)
            yield from _steps(self._streams[pair], segment, packet.number, at, packet.comment)

    def _on_line(self, packet: Captured, at: float) -> Iterator[Step]:
        line = rtac.read(packet.data)
        if line is None:
            return
        is_open = packet.interface in self._lines
        if line.event is rtac.Event.STATUS_CHANGE and is_open != line.is_open:
            number = self._number() if line.is_open else self._lines.pop(packet.interface)
            if line.is_open:
                self._lines[packet.interface] = number
            yield Step(packet.number, at, number, Kind.OPEN if line.is_open else Kind.FIN, sent=True)
        elif line.data:
            if not is_open:
                self._lines[packet.interface] = self._number()
            step = Step(packet.number, at, self._lines[packet.interface], Kind.DATA, line.is_sent, line.data)
            yield _with_comment(step, packet.comment)

    def _number(self) -> int:
        self._opened += 1
        return self._opened - 1


def _steps(stream: _Stream, segment: _Segment, number: int, at: float, comment: str) -> Iterator[Step]:
    sent = segment.source == stream.opener
    if segment.flags & (_SYN | _ACK) == _SYN:
        stream.expected = {segment.source: (segment.sequence + 1) & 0xFFFFFFFF}
        yield Step(number, at, stream.number, Kind.OPEN, sent=True)
        return
    if segment.flags & _SYN:
        stream.expected[segment.source] = (segment.sequence + 1) & 0xFFFFFFFF
        return
    if segment.flags & _RST:
        yield Step(number, at, stream.number, Kind.RST, sent=sent)
        return
    due = stream.expected.get(segment.source, segment.sequence)
    ahead = (segment.sequence - due) & 0xFFFFFFFF
    if ahead >= 1 << 31:  # sent before (RFC 9293, 3.4): keep what is new
        known = (1 << 32) - ahead
        data = segment.data[known:]
    elif ahead:
        raise UnreadableError(f"frame {number}: {ahead} bytes before it are missing in the capture")
    else:
        data = segment.data
    stream.expected[segment.source] = (due + len(data)) & 0xFFFFFFFF
    if data and segment.source in stream.ended:
        raise UnreadableError(f"frame {number}: {len(data)} bytes from a side that had ended")
    if data := _inside(data, comment):
        yield _with_comment(Step(number, at, stream.number, Kind.DATA, sent, data), comment)
    if segment.flags & _FIN:
        stream.ended.add(segment.source)
        stream.expected[segment.source] = (stream.expected[segment.source] + 1) & 0xFFFFFFFF
        yield Step(number, at, stream.number, Kind.FIN, sent=sent)


def _inside(data: bytes, comment: str) -> bytes:
    """Return the ADU that a comment of this bed tells of, where records of TLS carried it."""
    if NO_ADU in comment:
        return b""
    said = _DECRYPTED.search(comment)
    return bytes.fromhex(said[1]) if said else data


def _with_comment(step: Step, comment: str) -> Step:
    """Return a step with what its frame's comment tells; UnreadableError where data were cut."""
    if cut := _CUT.search(comment):
        raise UnreadableError(f"frame {step.frame}: the capture has only {cut[0]}")
    pieces, pause = _pieces(comment, len(step.data))
    return replace(step, pieces=pieces, pause=pause)


def _pieces(comment: str, size: int) -> tuple[tuple[int, ...], float]:
    """Return the sizes of the segments that a comment of this bed tells of, and the pause between them."""
    said = _SEGMENTS.search(comment)
    if said is None:
        return (), 0.0
    sizes = tuple(map(int, said["sizes"].split(",")))
    return (sizes, float(said["pause"]) / 1000) if sum(sizes) == size else ((), 0.0)


def _segment(link: int, frame: bytes) -> _Segment | None:
    """Return the TCP segment of a frame; None where it holds something else, or is cut."""
    if link == _ETHERNET:
        frame = frame[14:] if frame[12:14] in {b"\x08\x00", b"\x86\xdd"} else b""
    elif link == _COOKED:
        frame = frame[16:] if frame[14:16] in {b"\x08\x00", b"\x86\xdd"} else b""
    elif link != _RAW_IP:
        return None
    if not frame:
        return None
    match frame[0] >> 4:
        case 4:
            head, size = (frame[0] & 0x0F) * 4, int.from_bytes(frame[2:4])
            source, target, protocol = frame[12:16], frame[16:20], frame[9:10]
        case 6:
            head, size = 40, 40 + int.from_bytes(frame[4:6])
            source, target, protocol = frame[8:24], frame[24:40], frame[6:7]
        case _:
            return None
    tcp = frame[head:size]
    if protocol != bytes([_TCP]) or len(frame) < size or len(tcp) < 20:  # noqa: PLR2004 - the shortest header
        return None
    from_port, to_port, sequence, _, offset, flags = struct.unpack_from(">HHIIBB", tcp)
    return _Segment((source, from_port), (target, to_port), sequence, flags, tcp[(offset >> 4) * 4 :])
