"""One direction of a link: a packet in at a time, packets out at later times; no input, output or clock."""

from __future__ import annotations

import struct

from testbed.model.delay import Direction
from testbed.model.packets import Packets
from testbed.wire.impair.plan import Plan, drawn

_IPV4, _TCP, _UDP = 4, 6, 17
_SUM_AT = {_TCP: 16, _UDP: 6}
"""Where the checksum stands in a segment (RFC 9293, 3.1; RFC 768)."""
_HEADER = 20


class PacketLane:
    """Says what becomes of each packet. The n-th packet meets the same fate under the same seed.

    Args:
        plan: every choice.
        direction: which of the two directions this is.
    """

    def __init__(self, plan: Plan, direction: Direction) -> None:
        self._packets = plan.scenario.packets or Packets()
        of = ("loss", "corrupt", "duplicate", "reorder", "delay")
        self._choice = {name: plan.random("packets", direction, name) for name in of}
        self._is_bad = False
        """Whether the channel is in the state in which it loses bursts."""
        self._last = 0.0
        self._sent_until = 0.0
        self.seen = 0
        """Packets that came in."""
        self.lost = 0
        """Of them, how many go out nowhere."""

    def take(self, packet: bytes, now: float) -> list[tuple[float, bytes]]:
        """Take a packet that came; return what goes out, and when."""
        self.seen += 1
        rules, choice = self._packets, self._choice
        lost = self._loses() or (rules.black_hole and len(packet) > rules.mtu)
        is_wrong = rules.corrupt is not None and choice["corrupt"].random() < rules.corrupt.share
        is_double = choice["duplicate"].random() < rules.duplicate
        is_late = rules.reorder is not None and choice["reorder"].random() < rules.reorder.share
        ready = now + drawn(rules.delay, choice["delay"])
        if lost:
            self.lost += 1
            return []
        if is_wrong and rules.corrupt is not None:
            packet = self._corrupted(packet, right=rules.corrupt.checksum == "right")
        if rules.rate:
            self._sent_until = max(self._sent_until, ready) + len(packet) / rules.rate
            ready = self._sent_until
        if is_late and rules.reorder is not None:
            out = [(max(self._last, ready) + rules.reorder.by, packet)]
        else:
            self._last = max(self._last, ready)
            out = [(self._last, packet)]
        return out * 2 if is_double else out

    def _loses(self) -> bool:
        """Draw whether a packet is lost; the state of a channel with bursts is drawn first."""
        choice, burst = self._choice["loss"], self._packets.burst
        if burst is None:
            return choice.random() < self._packets.loss
        turns = choice.random() < (burst.leave if self._is_bad else burst.enter)
        self._is_bad ^= turns
        return choice.random() < (burst.lost if self._is_bad else burst.else_lost)

    def _corrupted(self, packet: bytes, *, right: bool) -> bytes:
        """Return a packet with one wrong bit behind its header; in the payload where sums are to be right."""
        first = (packet[0] & 0xF) * 4
        if right:
            first += payload_at(packet[first:], packet[9])
        at = self._choice["corrupt"].randrange(max(len(packet) - first, 1)) + first
        bit = 1 << self._choice["corrupt"].randrange(8)
        if at >= len(packet):
            return packet  # it carries nothing
        wrong = bytearray(packet)
        wrong[at] ^= bit
        return summed(bytes(wrong)) if right else bytes(wrong)


def payload_at(segment: bytes, protocol: int) -> int:
    """Return where the payload of a segment begins."""
    if protocol == _TCP and len(segment) >= _HEADER:
        return (segment[12] >> 4) * 4
    return 8 if protocol == _UDP else len(segment)


def summed(packet: bytes) -> bytes:
    """Return a packet of IPv4 whose segment has the right checksum (RFC 9293, 3.1; RFC 768)."""
    header, protocol = (packet[0] & 0xF) * 4, packet[9]
    segment = bytearray(packet[header:])
    at = _SUM_AT.get(protocol)
    if at is None or len(segment) < at + 2:
        return packet
    segment[at : at + 2] = b"\0\0"
    pseudo = packet[12:20] + struct.pack(">BBH", 0, protocol, len(segment))
    found = checksum(pseudo + segment)
    segment[at : at + 2] = struct.pack(">H", found or 0xFFFF if protocol == _UDP else found)
    return packet[:header] + bytes(segment)


def checksum(data: bytes) -> int:
    """Return the internet checksum of bytes (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total: int = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def is_carried(packet: bytes) -> bool:
    """Say whether a packet is one of IPv4: what else a system sends by itself is no traffic of a test."""
    return len(packet) >= _HEADER and packet[0] >> 4 == _IPV4
