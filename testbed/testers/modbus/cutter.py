"""The framings of Modbus, as a connection of the wire wants them."""

from __future__ import annotations

from testbed.protocols.modbus import Framer, crc16, response_size

_CRC = 2
_COLON, _CR = 0x3A, 0x0D
_LONGEST_RUN = 1 << 12
"""Bytes of a frame that never ends, before they are taken for one (assumed; 256 are legal, in ASCII 513)."""
_SHORTEST = 5
"""Bytes of the shortest response, an exception (SL 2.5.1, AP 4.1)."""


class MbapCutter:
    """Cuts ADUs by their length field (IG 3.1.3)."""

    quiet = 0.0

    def __init__(self) -> None:
        self._framer = Framer()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes as they come; return the frames that are now whole."""
        return [frame.raw for frame in self._framer.feed(data)]

    @property
    def pending(self) -> bytes:
        """Bytes that do not make a whole frame yet."""
        return self._framer.pending

    def drop(self) -> bytes:
        """Take the pending bytes away."""
        pending, self._framer = self._framer.pending, Framer()
        return pending

    def end(self) -> list[bytes]:
        """Return nothing: silence ends no frame of TCP."""
        return []


class Buffered:
    """What cutters share that keep what makes no frame yet."""

    quiet = 0.0

    def __init__(self) -> None:
        self._buffer = b""

    @property
    def pending(self) -> bytes:
        """Bytes that do not make a whole frame yet."""
        return self._buffer

    def drop(self) -> bytes:
        """Take the pending bytes away."""
        pending, self._buffer = self._buffer, b""
        return pending

    def end(self) -> list[bytes]:
        """Return nothing: the bytes themselves tell where a frame ends."""
        return []


class RtuCutter(Buffered):
    """Cuts frames by silence (SL 2.5.1.1), or at once where size and CRC agree on the end.

    Args:
        quiet: seconds of silence that end a frame.
        in_a_stream: whether TCP carries the frames: it may hold the rest of one back for longer, where a
            segment got lost, so that silence ends none of which more is to come.
    """

    def __init__(self, quiet: float, *, in_a_stream: bool = False) -> None:
        super().__init__()
        self.quiet = quiet
        self._in_a_stream = in_a_stream

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes as they come; return the frames that are whole whatever follows."""
        self._buffer += data
        frames = []
        while (size := self._size()) and len(self._buffer) >= size and not crc16(self._buffer[:size]):
            frames.append(self._buffer[:size])
            self._buffer = self._buffer[size:]
        if len(self._buffer) >= _LONGEST_RUN:
            frames.append(self.drop())
        return frames

    def _size(self) -> int:
        size = response_size(self._buffer[1:])
        return 0 if size is None else 1 + size + _CRC

    def end(self) -> list[bytes]:
        """Return what came before the silence as a frame, whatever it is."""
        if self._in_a_stream and len(self._buffer) < max(self._size(), _SHORTEST):
            return []
        return [self.drop()] if self._buffer else []


class AsciiCutter(Buffered):
    """Cuts frames from colon to the character behind CR (SL 2.5.2); what stands outside is a frame too."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take characters as they come; return the frames that are now whole."""
        frames = []
        for character in data:
            if character == _COLON and self._buffer:
                frames.append(self.drop())
            self._buffer += bytes((character,))
            if self._buffer[-2:-1] == bytes((_CR,)) or len(self._buffer) >= _LONGEST_RUN:
                frames.append(self.drop())
        return frames
