"""Reads a capture back into what each side of its TCP connections did, so that it can be done again.

Captures of this bed and of other programs (Wireshark, tcpdump) are read alike: pcapng of either byte order,
on Ethernet, Linux's cooked mode or raw IP. A capture may come from a stranger: every length in it is checked.
Format: draft-ietf-opsawg-pcapng; RFC 791, RFC 8200, RFC 9293.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from testbed.wire.recorder import Kind

LARGEST = 64 << 20
"""Bytes of the largest capture that is read (assumed; the recorder keeps 4 MiB of a case)."""
MOST_STEPS = 100_000
"""Packets of the longest capture that is read (assumed; the recorder keeps 20,000)."""

_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_MAGIC = 0x1A2B3C4D
_COMMENT, _RESOLUTION = 1, 9
_ETHERNET, _RAW_IP, _COOKED = 1, 101, 113
_TCP = 6
_FIN, _SYN, _RST, _ACK = 0x01, 0x02, 0x04, 0x10
_CUT = re.compile(r"the first \d+ of \d+ bytes$")
_SEGMENTS = re.compile(
    r"sent in \d+ segments of (?P<sizes>[1-9]\d{0,4}(?:,[1-9]\d{0,4})*) bytes, "
    r"(?P<pause>\d{1,6}(?:\.\d+)?) ms apart"
)


class UnreadableError(ValueError):
    """A capture that cannot be read; the message says where and why."""


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
    """Return what happened on the TCP connections of a capture, in order.

    Raises:
        UnreadableError: it is no capture, damaged, too large, or lacks bytes that were sent.
    """
    if len(capture) > LARGEST:
        raise UnreadableError(f"the capture is larger than {LARGEST >> 20} MiB")
    found: list[Step] = []
    streams: dict[frozenset[tuple[bytes, int]], _Stream] = {}
    opened, began = 0, None
    for number, at, link, frame, comment in _packets(capture):
        began = at if began is None else began
        segment = _segment(link, frame)
        if segment is None:
            continue
        pair = frozenset((segment.source, segment.target))
        opens = segment.flags & (_SYN | _ACK) == _SYN
        if opens or pair not in streams:
            streams[pair] = _Stream(opened, segment.source)
            opened += 1
        for step in _steps(streams[pair], segment, number, at - began, comment):
            found.append(step)
            if len(found) > MOST_STEPS:
                raise UnreadableError(f"the capture has more than {MOST_STEPS} packets")
    if not any(step.sent and step.data for step in found):
        raise UnreadableError(
            "nothing in the capture was sent over TCP by the side that opened the connection"
        )
    return tuple(found)


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
    if data:
        if segment.source in stream.ended:
            raise UnreadableError(f"frame {number}: {len(data)} bytes from a side that had ended")
        if cut := _CUT.search(comment):
            raise UnreadableError(f"frame {number}: the capture has only {cut[0]}")
        pieces, pause = _pieces(comment, len(data))
        yield Step(number, at, stream.number, Kind.DATA, sent=sent, data=data, pieces=pieces, pause=pause)
    if segment.flags & _FIN:
        stream.ended.add(segment.source)
        stream.expected[segment.source] = (stream.expected[segment.source] + 1) & 0xFFFFFFFF
        yield Step(number, at, stream.number, Kind.FIN, sent=sent)


def _pieces(comment: str, size: int) -> tuple[tuple[int, ...], float]:
    """Return the sizes of the segments that a comment of this bed tells of, and the pause between them."""
    said = _SEGMENTS.search(comment)
    if said is None:
        return (), 0.0
    sizes = tuple(map(int, said["sizes"].split(",")))
    return (sizes, float(said["pause"]) / 1000) if sum(sizes) == size else ((), 0.0)


# The file.


def _packets(capture: bytes) -> Iterator[tuple[int, float, int, bytes, str]]:
    """Yield number, time in seconds, link type, bytes and comment of each packet."""
    order, at, number = "<", 0, 0
    interfaces: list[tuple[int, float]] = []
    while at < len(capture):
        if len(capture) - at < 12:  # noqa: PLR2004 - the shortest block
            raise UnreadableError(f"the capture ends in the middle of a block at byte {at}")
        if capture[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order = _order(capture, at)
            interfaces = []
        elif at == 0:
            raise UnreadableError("this is no pcapng capture")
        kind, length = struct.unpack_from(f"{order}II", capture, at)
        if length < 12 or length % 4 or at + length > len(capture):  # noqa: PLR2004 - the shortest block
            raise UnreadableError(f"the block at byte {at} claims {length} bytes")
        body = capture[at + 8 : at + length - 4]
        if kind == _INTERFACE:
            interfaces.append(_interface(body, order))
        elif kind == _PACKET:
            number += 1
            yield number, *_packet(body, order, interfaces, at)
        at += length


def _order(capture: bytes, at: int) -> str:
    for order in "<>":
        if capture[at + 8 : at + 12] == struct.pack(f"{order}I", _MAGIC):
            return order
    raise UnreadableError(f"the section at byte {at} has no byte order")


def _interface(body: bytes, order: str) -> tuple[int, float]:
    if len(body) < 8:  # noqa: PLR2004 - link type, reserved, snap length
        raise UnreadableError("an interface of the capture is cut short")
    (link,) = struct.unpack_from(f"{order}H", body)
    tick = 1e-6
    for code, value in _options(body[8:], order):
        if code == _RESOLUTION and value:
            exponent = value[0] & 0x7F
            tick = 2.0**-exponent if value[0] & 0x80 else 10.0**-exponent
    return link, tick


def _packet(
    body: bytes, order: str, interfaces: list[tuple[int, float]], at: int
) -> tuple[float, int, bytes, str]:
    if len(body) < 20:  # noqa: PLR2004 - the fixed fields
        raise UnreadableError(f"the packet at byte {at} is cut short")
    interface, high, low, size, _ = struct.unpack_from(f"{order}IIIII", body)
    if interface >= len(interfaces) or 20 + size > len(body):
        raise UnreadableError(f"the packet at byte {at} does not fit its block")
    link, tick = interfaces[interface]
    said = [value for code, value in _options(body[20 + size + -size % 4 :], order) if code == _COMMENT]
    comment = said[0].decode(errors="replace") if said else ""
    return (high << 32 | low) * tick, link, body[20 : 20 + size], comment


def _options(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(data):
        code, size = struct.unpack_from(f"{order}HH", data, at)
        if code == 0 or at + 4 + size > len(data):
            return
        yield code, data[at + 4 : at + 4 + size]
        at += 4 + size + -size % 4


# The packet.


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
