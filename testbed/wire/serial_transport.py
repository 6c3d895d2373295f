"""A serial port as an asyncio transport: characters out at their time, characters in as they come."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from typing import Protocol

from testbed.wire.serial_format import SerialFormat

_AT_ONCE = 4096
"""Bytes to read in one piece, as many as a terminal of Linux holds."""


class Port(Protocol):
    """What has characters to read and takes some, never waiting for either: an open serial port."""

    @property
    def name(self) -> str | None:
        """Its path."""

    def fileno(self) -> int:
        """Return its number."""

    def close(self) -> None:
        """Close it."""


class PortVanishedError(ConnectionResetError):
    """A port that is no more: its adapter was unplugged, or the other end of a pseudo-terminal closed."""


class SerialTransport(asyncio.Transport):
    """A port that was opened for this program.

    Args:
        port: the open port.
        protocol: what reads and writes there.
        shape: rate and shape of the characters.
        silence: seconds of silence that `write` lets pass on the line first.
        resolution: seconds by which times are uncertain; None where the port shows none.
    """

    def __init__(
        self,
        port: Port,
        protocol: asyncio.Protocol,
        shape: SerialFormat,
        *,
        silence: float,
        resolution: float | None,
    ) -> None:
        super().__init__({"serial": port, "format": shape, "resolution": resolution})
        self.loop = asyncio.get_running_loop()
        self.quiet_from = self.drained_at = self.loop.time()
        """When the last character came or will have left; when the last one written will have left."""
        self.closed = asyncio.Event()
        """Set as soon as the port is free again."""
        self._port = port
        self._number = port.fileno()
        self._protocol: asyncio.BaseProtocol = protocol
        self._character = 0.0 if resolution is None else shape.character
        self._silence = silence
        self._due: deque[tuple[float, bytes]] = deque()
        """What is to be written, and when."""
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False
        self.loop.call_soon(protocol.connection_made, self)
        self.loop.call_soon(self._begin_reading)  # not before the protocol knows where from

    # What a protocol asks of its transport.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send characters without a gap, once the line has been silent for as long as this end waits."""
        free = max(self.loop.time(), self.drained_at)
        self.send(bytes(data), gap=max(0.0, self.quiet_from + self._silence - free))

    def send(self, data: bytes, *, gap: float = 0.0) -> None:
        """Send characters without a gap, as nearly when told to as the system can.

        Args:
            data: the characters; none are sent where the port is closed.
            gap: seconds from now, or from the last character that is still to be sent, to the first one.
        """
        if self._closing or not data:
            return
        due = max(self.loop.time(), self.drained_at) + gap
        self.drained_at = due + len(data) * self._character
        self.quiet_from = max(self.quiet_from, self.drained_at)
        self._due.append((due, data))
        if len(self._due) == 1:
            self._write()

    def close(self) -> None:
        """Close the port once all has left it."""
        if not self._closing:
            self._closing = True
            self.loop.remove_reader(self._number)
            self.loop.call_at(self.drained_at, self._close, None)

    def abort(self) -> None:
        """Close the port at once; what has not left it falls away."""
        self._break(None)

    def is_closing(self) -> bool:
        """Say whether the port is closed or about to be."""
        return self._closing

    def is_reading(self) -> bool:
        """Say whether characters are taken."""
        return not self._closing

    def can_write_eof(self) -> bool:
        """Say that a line has no half to close."""
        return False

    def get_write_buffer_size(self) -> int:
        """Return the number of characters that the system has not taken yet."""
        return sum(len(data) for _, data in self._due)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the port to another protocol."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol of this port."""
        return self._protocol

    # What the port does.

    def _begin_reading(self) -> None:
        if not self._closing:
            self.loop.add_reader(self._number, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._number, _AT_ONCE)
        except BlockingIOError:
            return
        except OSError as error:
            self._vanish(error)
            return
        if not data:  # readable and empty: as pyserial, too, knows an unplugged adapter
            self._vanish(None)
            return
        self.quiet_from = max(self.quiet_from, self.loop.time())
        try:
            self._protocol.data_received(data)  # type: ignore[attr-defined]
        except Exception as error:  # noqa: BLE001 - a protocol's fault ends its port, not the loop
            self.loop.call_exception_handler(
                {
                    "message": "exception in a protocol callback",
                    "exception": error,
                    "transport": self,
                    "protocol": self._protocol,
                }
            )
            self._break(error)

    def _write(self) -> None:
        """Write what is due; of what the system does not take now, the rest waits."""
        self.loop.remove_writer(self._number)
        while self._due:
            due, data = self._due[0]
            if due > self.loop.time():
                self._timer = self.loop.call_at(due, self._write)
                return
            try:
                taken = os.write(self._number, data)
            except BlockingIOError:
                taken = 0
            except OSError as error:
                self._vanish(error)
                return
            if taken < len(data):
                self._due[0] = (due, data[taken:])
                self.loop.add_writer(self._number, self._write)
                return
            self._due.popleft()

    def _vanish(self, error: OSError | None) -> None:
        said = f": {os.strerror(error.errno)}" if error is not None and error.errno else ""
        self._break(PortVanishedError(f"the serial port {self._port.name} vanished{said}"))

    def _break(self, error: Exception | None) -> None:
        if not self.closed.is_set():
            self._closing = True
            self._due.clear()
            self.loop.remove_reader(self._number)
            self.loop.remove_writer(self._number)
            self.loop.call_soon(self._close, error)

    def _close(self, error: Exception | None) -> None:
        if self.closed.is_set():
            return
        self.loop.remove_writer(self._number)
        if self._timer is not None:
            self._timer.cancel()
        self._port.close()
        self.closed.set()
        self._protocol.connection_lost(error)
