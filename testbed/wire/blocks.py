"""Blocks of a pcapng file: its packets, of whatever interface, in either byte order.

A capture may come from a stranger: every length in it is checked. Format: draft-ietf-opsawg-pcapng.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_INTERFACE, _PACKET = 1, 6
_MAGIC = 0x1A2B3C4D
_COMMENT, _RESOLUTION = 1, 9


class UnreadableError(ValueError):
    """A capture that cannot be read; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One packet of a capture."""

    number: int
    """Counted from 1."""
    at: float
    """Seconds since 1970."""
    interface: int
    """Counted from 0 over the whole file."""
    link: int
    """Link type of the interface (tcpdump.org's register)."""
    data: bytes
    comment: str


def packets(capture: bytes) -> Iterator[Captured]:
    """Yield the packets of a capture, in order.

    Raises:
        UnreadableError: it is no capture, or damaged.
    """
    order, at, number, before = "<", 0, 0, 0
    interfaces: list[tuple[int, float]] = []
    while at < len(capture):
        if len(capture) - at < 12:  # noqa: PLR2004 - the shortest block
            raise UnreadableError(f"the capture ends in the middle of a block at byte {at}")
        if capture[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order = _order(capture, at)
            before += len(interfaces)
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
            interface, time, data, comment = _packet(body, order, interfaces, at)
            link, tick = interfaces[interface]
            yield Captured(number, time * tick, before + interface, link, data, comment)
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
) -> tuple[int, int, bytes, str]:
    """Return interface, time in its ticks, bytes and comment."""
    if len(body) < 20:  # noqa: PLR2004 - the fixed fields
        raise UnreadableError(f"the packet at byte {at} is cut short")
    interface, high, low, size, _ = struct.unpack_from(f"{order}IIIII", body)
    if interface >= len(interfaces) or 20 + size > len(body):
        raise UnreadableError(f"the packet at byte {at} does not fit its block")
    said = [value for code, value in _options(body[20 + size + -size % 4 :], order) if code == _COMMENT]
    comment = said[0].decode(errors="replace") if said else ""
    return interface, high << 32 | low, body[20 : 20 + size], comment


def _options(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(data):
        code, size = struct.unpack_from(f"{order}HH", data, at)
        if code == 0 or at + 4 + size > len(data):
            return
        yield code, data[at + 4 : at + 4 + size]
        at += 4 + size + -size % 4
