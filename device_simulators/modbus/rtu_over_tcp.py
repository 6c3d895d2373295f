"""RTU frames in a TCP stream, as many gateways carry them: address, PDU and CRC, but no silence to go by.

No standard has this transport. A frame is what came in one piece, where its CRC is right; else its function
tells where it ends (`testbed.protocols.modbus.sizes`); what never becomes a frame is discarded after a pause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from device_simulators.modbus.rtu import ModbusRtuProtocol
from testbed.protocols.modbus.rtu import MAX_ADU, MIN_ADU, crc16
from testbed.protocols.modbus.sizes import request_size

if TYPE_CHECKING:
    from device_simulators.modbus.server import ModbusServer

PAUSE = 0.1
"""Seconds after which the rest of a frame does not come any more (assumed; segments of one frame follow each
other within a round trip on a plant network)."""


class ModbusRtuOverTcpProtocol(ModbusRtuProtocol):
    """One connection to a device behind a gateway that passes frames on as they are.

    Args:
        server: the rules and the data, shared by all connections.
    """

    def __init__(self, server: ModbusServer) -> None:
        super().__init__(server)
        self._peer_reads = True

    def size_of_first(self) -> int:
        """Return how many of the pending bytes are the first frame; 0 while nobody can tell."""
        pending = bytes(self.frame)
        if MIN_ADU <= len(pending) <= MAX_ADU and crc16(pending) == 0:
            return len(pending)
        size = request_size(pending[1:])
        return 0 if size is None or size + 3 > len(pending) else size + 3

    def data_received(self, data: bytes) -> None:
        """Serve all frames that are whole, as long as the peer reads."""
        self.frame += data
        while self._peer_reads and (size := self.size_of_first()):
            frame = bytes(self.frame[:size])
            if not self.crc_is_right(frame):
                self.frame.clear()  # nobody knows where the next frame would begin
            del self.frame[:size]
            self.frame_received(frame)
        if self.frame:
            self.wait(self.loop.time() + PAUSE)

    def fall_silent(self) -> None:
        """Discard what did not become a frame."""
        if self._peer_reads and self.frame:
            self.frame.clear()
            self.server.misheard()

    def pause_writing(self) -> None:
        """Stop answering and reading: the peer does not take its answers."""
        self._peer_reads = False
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Answer what had to wait, then read on."""
        self._peer_reads = True
        if not self.transport.is_closing():
            self.data_received(b"")
        if self._peer_reads and not self.transport.is_closing():
            self.transport.resume_reading()
