"""Modbus ASCII: frames from ":" to CR and LF, two digits a byte (MODBUS over Serial Line V1.02, 2.5.2)."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from device_simulators.modbus.serial import ModbusSerialProtocol, exceeds
from testbed.protocols.modbus.ascii import MAX_ADU, lrc
from testbed.wire.line import Run

if TYPE_CHECKING:
    from device_simulators.modbus.server import ModbusServer

START, CR = b":\r"
DIGITS = frozenset(b"0123456789ABCDEF")
LONGEST_GAP = 1.0
"""Seconds between two characters of one frame at most, as nothing else is configured (SL 2.5.2.1)."""
_FEWEST = 3  # address, function code and LRC


class ModbusAsciiProtocol(ModbusSerialProtocol):
    """A device that takes ASCII frames as the state diagram of SL 2.5.2.1 (Fig. 18) has it.

    Of a frame that is too long, no more than twice the longest one is kept: then only a colon helps.

    Args:
        server: the rules and the data.
    """

    def __init__(self, server: ModbusServer) -> None:
        super().__init__(server)
        self.frame = bytearray()
        self.is_damaged = False
        self.ended = -inf

    # Rules

    def is_start(self, character: int) -> bool:
        """A colon begins a frame, wherever it comes (SL 2.5.2.1)."""
        return character == START

    def is_end(self, frame: bytes) -> bool:
        """CR and the delimiter end a frame: LF, unless it was changed (SL 2.5.2.1, AP 6.8.1)."""
        return frame[-2:] == bytes((CR, self.server.counters.ascii_delimiter))

    def damages(self, gap: float) -> bool:
        """A gap of more than a second spoils the frame (SL 2.5.2.1)."""
        return exceeds(gap, LONGEST_GAP)

    def length_is_legal(self, length: int) -> bool:
        """A frame has at most 513 characters (SL 2.5.2.1)."""
        return length <= MAX_ADU

    def digits_are_legal(self, digits: bytes) -> bool:
        """Between colon and CR stand the digits 0 to 9 and A to F alone (SL 2.5.2)."""
        return DIGITS.issuperset(digits)

    def bytes_of(self, digits: bytes) -> bytes:
        """Two digits make a byte; none are made of an odd number of digits (SL 2.5.2)."""
        return b"" if len(digits) % 2 else bytes.fromhex(digits.decode())

    def lrc_is_right(self, body: bytes) -> bool:
        """The LRC makes the sum of all bytes zero (SL 2.5.2.2)."""
        return lrc(body) == 0

    def envelop(self, unit: int, pdu: bytes) -> bytes:
        """Put an answer into a frame with the device's own address (SL 2.2, 2.5.2).

        Only the delimiter of what the device takes in can be changed (AP 6.8.1, 03).
        """
        body = bytes((unit,)) + pdu
        digits = (body + bytes((lrc(body),))).hex().upper()
        return b":%b\r\n" % digits.encode()

    def frame_received(self, frame: bytes) -> None:
        """Serve what came from a colon to the delimiter, or discard and count it (SL, Appendix A: CPT2)."""
        digits = frame[1:-2]
        is_sound = not self.is_damaged and self.length_is_legal(len(frame)) and self.digits_are_legal(digits)
        body = self.bytes_of(digits) if is_sound else b""
        if len(body) >= _FEWEST and self.lrc_is_right(body):
            self.serve(body[0], body[1:-1])
        else:
            self.server.misheard()

    # Line

    def run_received(self, run: Run) -> None:
        """Look for frames in what came; all outside of them is noise."""
        gap = run.began - self.ended if self.frame else 0.0
        self.is_damaged = self.is_damaged or self.damages(gap)
        self.ended = run.ended
        for at, character in enumerate(run.data):
            self._take(character, is_bad=at in run.bad)

    def _take(self, character: int, *, is_bad: bool) -> None:
        if self.is_start(character) and not is_bad:
            self.frame[:] = bytes((character,))
            self.is_damaged = False
        elif self.frame and len(self.frame) < 2 * MAX_ADU:
            self.is_damaged = self.is_damaged or is_bad
            self.frame.append(character)
            frame = bytes(self.frame)
            if self.is_end(frame):
                self.frame.clear()
                self.frame_received(frame)
