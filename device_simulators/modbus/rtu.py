"""Modbus RTU: frames between silences, each with a CRC (MODBUS over Serial Line V1.02, 2.5.1)."""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING

from device_simulators.modbus.serial import ModbusSerialProtocol, exceeds
from testbed.protocols.modbus.rtu import MAX_ADU, MIN_ADU, crc16
from testbed.wire.line import Run

if TYPE_CHECKING:
    from device_simulators.modbus.server import ModbusServer

SILENCE = 0.005
"""Seconds without a byte that end a frame where characters have no times (assumed; a pseudo-terminal passes
on at once what was written at once, and t3.5 at 19200 baud is 2 ms)."""


class ModbusRtuProtocol(ModbusSerialProtocol):
    """A device that takes RTU frames as the state diagram of SL 2.5.1.1 (Fig. 14) has it.

    Of a frame that is too long, no more than twice the longest one is kept.

    Args:
        server: the rules and the data.
    """

    def __init__(self, server: ModbusServer) -> None:
        super().__init__(server)
        self.frame = bytearray()
        self.is_damaged = False
        self.ended = -inf
        self._end: asyncio.TimerHandle | None = None

    # Rules

    def silence_between(self) -> float:
        """Seconds of silence that end a frame: t3.5 (SL 2.5.1.1)."""
        return self.line.line.shape.t35 if self.line is not None else SILENCE

    def silence_within(self) -> float:
        """Seconds of silence that a frame may have between two characters at most: t1.5 (SL 2.5.1.1)."""
        return self.line.line.shape.t15 if self.line is not None else inf

    def damages(self, run: Run, gap: float) -> bool:
        """A wrong parity or a gap longer than t1.5 spoils the frame (SL 2.5.1, 2.5.1.1)."""
        return bool(run.bad) or exceeds(gap, self.silence_within())

    def length_is_legal(self, length: int) -> bool:
        """A frame has an address, a PDU of 1 to 253 bytes and a CRC (SL 2.5.1)."""
        return MIN_ADU <= length <= MAX_ADU

    def crc_is_right(self, frame: bytes) -> bool:
        """The CRC of all that stands before it, its low byte first (SL 2.5.1.2)."""
        return crc16(frame) == 0

    def envelop(self, unit: int, pdu: bytes) -> bytes:
        """Put an answer into a frame with the device's own address (SL 2.2, 2.5.1)."""
        frame = bytes((unit,)) + pdu
        return frame + crc16(frame).to_bytes(2, "little")

    def frame_received(self, frame: bytes) -> None:
        """Serve what came between two silences, or discard and count it (SL, Appendix A: CPT2)."""
        if self.is_damaged or not self.length_is_legal(len(frame)) or not self.crc_is_right(frame):
            self.server.misheard()
        else:
            self.serve(frame[0], frame[1:-2])

    # Line

    def run_received(self, run: Run) -> None:
        """Add characters to the frame; it ends with a silence."""
        gap = run.began - self.ended if self.frame else 0.0
        self.is_damaged = self.is_damaged or self.damages(run, gap)
        self.frame += run.data[: 2 * MAX_ADU - len(self.frame)]
        self.ended = run.ended
        self.wait(run.ended + self.silence_between())

    def wait(self, until: float) -> None:
        """Wait for silence until a time of the loop's clock, in seconds."""
        if self._end is not None:
            self._end.cancel()
        self._end = self.loop.call_at(until, self.fall_silent)

    def fall_silent(self) -> None:
        """End the frame, unless a character has begun meanwhile."""
        if self.line is not None and self.line.is_busy():
            return  # a character has begun, and will come with its time
        frame = bytes(self.frame)
        self.frame.clear()
        self.frame_received(frame)
        self.is_damaged = False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - of the interface
        """Forget the frame."""
        if self._end is not None:
            self._end.cancel()
