"""The framing of Modbus over TCP, as a connection of the wire wants it."""

from __future__ import annotations

from testbed.protocols.modbus import Framer


class MbapCutter:
    """Cuts ADUs by their length field."""

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
