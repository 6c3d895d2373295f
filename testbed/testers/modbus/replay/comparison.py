"""Holds what a device does now against what it did in a capture."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from testbed.testers.modbus.framing import Framing
from testbed.testers.modbus.replay.hearing import Hearing
from testbed.wire.connection import Cutter
from testbed.wire.playback import Step
from testbed.wire.recorder import Kind


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison: what was sent, or what the device did then and now."""

    connection: int
    sent: bool
    then: str
    """Bytes in hexadecimal, or how the connection ended; empty where the device does more now."""
    now: str
    """The same of this time; empty where it does less."""
    frame: int = 0
    """Frame number in the capture, of what was sent."""

    @property
    def is_same(self) -> bool:
        """Whether then and now are equal."""
        return self.then == self.now


def compared(steps: Sequence[Step], heard: Mapping[int, Hearing], framing: Framing) -> list[Line]:
    """Return what was said on each connection, then and now, in the order of the capture.

    Args:
        steps: of the capture.
        heard: of each connection, what the device did this time.
        framing: of the transport.
    """
    found: list[Line] = []
    for connection in dict.fromkeys(step.connection for step in steps):
        mine = [step for step in steps if step.connection == connection]
        sent, then = _told(mine, framing.cutter())
        now = heard[connection].all if connection in heard else []
        for at, line in _aligned(connection, then, now):
            while sent and sent[0][0] <= at:
                found.append(sent.pop(0)[1])
            found.append(line)
        found += [line for _, line in sent]
    return found


def _told(steps: Sequence[Step], cutter: Cutter) -> tuple[list[tuple[int, Line]], list[str]]:
    """Return what the tester sent, each with how much the device had done before, and all that it did."""
    device, sent = Hearing(cutter), list[tuple[int, Line]]()
    heard_at = 0.0
    for step in steps:
        if step.sent or step.at - heard_at > cutter.quiet:
            device.fall_silent()
        if step.sent and step.kind is Kind.DATA:
            said = step.data.hex(" ")
            line = Line(step.connection, sent=True, then=said, now=said, frame=step.frame)
            sent.append((len(device.adus), line))
        elif step.sent and step.kind in {Kind.FIN, Kind.RST}:
            device.leave()
        elif step.kind is Kind.DATA:
            device.data_received(step.data)
            heard_at = step.at
        elif step.kind is Kind.FIN:
            device.eof_received()
        elif step.kind is Kind.RST:
            device.connection_lost(ConnectionResetError())
    device.fall_silent()
    return sent, device.all


def _aligned(connection: int, then: Sequence[str], now: Sequence[str]) -> Iterator[tuple[int, Line]]:
    """Yield what the device did then and now side by side, each with its place among what it did then."""
    for _, first, after, start, end in difflib.SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        for at in range(max(after - first, end - start)):
            was = then[first + at] if first + at < after else ""
            does = now[start + at] if start + at < end else ""
            yield min(first + at, after), Line(connection, sent=False, then=was, now=does)
