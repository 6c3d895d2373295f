"""Framings: how PDUs become ADUs on each transport, how a stream is cut again, what is watched on it.

A case does not see which one it talks through; only the suites of a transport do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from testbed.model.connect import Endpoint
from testbed.protocols.modbus import (
    Adu,
    AsciiAdu,
    AsciiFrame,
    RtuAdu,
    RtuFrame,
    is_request,
)
from testbed.testers.modbus.cutter import AsciiCutter, MbapCutter, RtuCutter
from testbed.testers.modbus.invariants import ModbusMonitor
from testbed.testers.modbus.layout import ASCII, MBAP, RTU, Layout
from testbed.testers.modbus.safety import Write, writes_of, writes_of_frame
from testbed.testers.modbus.serial_invariants import SerialMonitor
from testbed.wire.connection import Cutter
from testbed.wire.serial_format import SerialFormat

SILENCE_SEEN = 0.05
"""Seconds of silence that end a frame where no character's time is known (assumed: serial adapters hold
characters back for up to 16 ms, gateways for some more)."""

_LONGEST = 256
"""Bytes of an RTU frame (SL 2.5.1.1); in ASCII each is two characters."""


class Framing(Protocol):
    """One transport's way with PDUs."""

    layout: Layout

    def adu(self, transaction: int, unit: int, pdu: bytes) -> bytes:
        """Return the ADU of a PDU."""

    def cutter(self) -> Cutter:
        """Return what cuts the device's side of a connection."""

    def monitor(self) -> ModbusMonitor | SerialMonitor:
        """Return what watches one case."""

    def is_well_formed(self, data: bytes) -> bool:
        """Say whether bytes are whole ADUs that a good client could have sent."""

    def writes(self, data: bytes, behind: bytes) -> list[Write] | None:
        """Return every write that bytes ask for; None when they are not provably reads and sound writes.

        Args:
            data: bytes to be sent in one piece.
            behind: the beginning of an ADU that was sent before them, which they may complete to a write.
        """

    def on_the_wire(self, size: int) -> float:
        """Return the seconds that a request of some bytes and the longest answer take to be carried."""


class Mbap:
    """Modbus over TCP and TLS."""

    layout = MBAP

    def adu(self, transaction: int, unit: int, pdu: bytes) -> bytes:
        """See `Framing.adu`."""
        return Adu(transaction, unit, pdu).encode()

    def cutter(self) -> Cutter:
        """See `Framing.cutter`."""
        return MbapCutter()

    def monitor(self) -> ModbusMonitor:
        """See `Framing.monitor`."""
        return ModbusMonitor()

    def is_well_formed(self, data: bytes) -> bool:
        """See `Framing.is_well_formed`."""
        while data:
            length = int.from_bytes(data[4:6])
            pdu = data[7 : 6 + length]
            if data[2:4] != b"\0\0" or len(data) < 6 + length or length < 2:  # noqa: PLR2004 - of the header
                return False
            if not is_request(pdu):
                return False
            data = data[6 + length :]
        return True

    def writes(self, data: bytes, behind: bytes) -> list[Write] | None:
        """See `Framing.writes`."""
        return writes_of(data, behind)

    def on_the_wire(self, size: int) -> float:  # noqa: ARG002 - part of the interface
        """Return 0: a network carries an ADU in no time that counts."""
        return 0.0


@dataclass(frozen=True)
class Serial:
    """What RTU and ASCII framing share."""

    units: frozenset[int]
    """Addresses of the device, or of those behind a gateway."""
    shape: SerialFormat
    is_exact: bool
    """Whether the time of each character is known, as on an in-process line."""
    is_timed: bool
    """Whether a line with a rate carries the frames, and no network."""

    layout = RTU

    def monitor(self) -> SerialMonitor:
        """See `Framing.monitor`."""
        return SerialMonitor(self.layout, self.units)

    def writes(self, data: bytes, behind: bytes) -> list[Write] | None:  # noqa: ARG002 - frames are sent whole
        """See `Framing.writes`."""
        frame = self._frame(data)
        writes = writes_of_frame(frame.pdu, is_sound=frame.fault is None)
        return None if writes and frame.unit not in self.units else writes  # nobody leased what others have

    def is_well_formed(self, data: bytes) -> bool:
        """See `Framing.is_well_formed`."""
        frame = self._frame(data)
        return frame.fault is None and is_request(frame.pdu)

    def on_the_wire(self, size: int) -> float:
        """See `Framing.on_the_wire`."""
        if not self.is_timed:
            return 0.0
        return (size + _LONGEST * self.layout.width) * self.shape.character + 2 * self.shape.t35

    def _frame(self, data: bytes) -> RtuFrame | AsciiFrame:
        return RtuFrame(data) if self.layout is RTU else AsciiFrame(data)


class Rtu(Serial):
    """Modbus RTU, on a line or in a TCP stream."""

    def adu(self, transaction: int, unit: int, pdu: bytes) -> bytes:  # noqa: ARG002 - a line has none
        """See `Framing.adu`."""
        return RtuAdu(unit, pdu).encode()

    def cutter(self) -> Cutter:
        """See `Framing.cutter`."""
        return RtuCutter(self.shape.t35 if self.is_exact else SILENCE_SEEN, in_a_stream=not self.is_timed)


class Ascii(Serial):
    """Modbus ASCII."""

    layout = ASCII

    def adu(self, transaction: int, unit: int, pdu: bytes) -> bytes:  # noqa: ARG002 - a line has none
        """See `Framing.adu`."""
        return AsciiAdu(unit, pdu).encode()

    def cutter(self) -> Cutter:
        """See `Framing.cutter`."""
        return AsciiCutter()


def framing_of(endpoint: Endpoint, units: Iterable[int] = ()) -> Framing:
    """Return the framing of a transport.

    Args:
        endpoint: where the device is.
        units: other units that answer there, where it is a gateway.
    """
    if not endpoint.is_serial:
        return Mbap()
    kind = Ascii if endpoint.over == "ascii" else Rtu
    on_a_line = endpoint.over != "rtu+tcp"
    return kind(
        frozenset({endpoint.unit, *units}),
        SerialFormat.of(endpoint),
        is_exact=endpoint.is_simulated and on_a_line,
        is_timed=on_a_line,
    )
