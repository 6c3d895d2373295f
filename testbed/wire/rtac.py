"""Serial lines in captures: link type 250, "RTAC Serial", as Wireshark's dissector of that name reads it.

Twelve bytes stand before the characters: seconds and microseconds, an event, the states of the control lines,
two bytes of zero. A whole frame of Modbus RTU in one packet is what that dissector hands on to `mbrtu`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

LINK = 250
"""LINKTYPE_RTAC_SERIAL (tcpdump.org's register of link types)."""

_HEADER = struct.Struct(">IIBBH")
_EVENT_AT = 8
_OPEN = 0x18
"""Control lines of a port that is open: RTS and DTR."""


class Event(IntEnum):
    """What a packet tells of."""

    STATUS_CHANGE = 0
    TX_START = 1
    RX_START = 2
    TX_END = 3
    RX_END = 4


_EVENTS = frozenset(Event)


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of such an interface: an event, whether the port is open, and characters."""

    event: Event
    is_open: bool
    data: bytes

    @property
    def is_sent(self) -> bool:
        """Whether the characters went to the device."""
        return self.event in {Event.TX_START, Event.TX_END}


def characters(micros: int, data: bytes, *, sent: bool) -> bytes:
    """Return a packet of characters.

    Args:
        micros: POSIX time in microseconds: when the first one was sent, or when the last one had come.
        data: the characters.
        sent: whether they went to the device.
    """
    return _packet(micros, Event.TX_START if sent else Event.RX_END, _OPEN) + data


def status(micros: int, *, is_open: bool) -> bytes:
    """Return a packet that says that the port was opened, or closed."""
    return _packet(micros, Event.STATUS_CHANGE, _OPEN if is_open else 0)


def read(packet: bytes) -> Packet | None:
    """Return what a packet says; None where it is too short, or tells of something else."""
    if len(packet) < _HEADER.size or packet[_EVENT_AT] not in _EVENTS:
        return None
    _, _, event, lines, _ = _HEADER.unpack_from(packet)
    return Packet(Event(event), bool(lines & _OPEN), packet[_HEADER.size :])


def _packet(micros: int, event: Event, lines: int) -> bytes:
    return _HEADER.pack(*divmod(micros, 1_000_000), event, lines, 0)
