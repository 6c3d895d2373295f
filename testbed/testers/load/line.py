"""One connection under load: bytes out, bytes in, nothing made that is not needed. The hot path."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

LARGEST = 260
"""Bytes of the largest frame of Modbus/TCP (AP 4.1)."""
_HEADER, _LENGTH_AT = 6, 4
_READ = 4096
"""Bytes read at once: a larger buffer costs more to get than a second read."""
CLOSED, FRAMING = "closed by the device", "bytes that are no frame of Modbus/TCP"

monotonic_ns = time.monotonic_ns


class Office(Protocol):
    """Whoever hands requests to lines."""

    def answered(self, line: Line, request: int, now: int) -> None:
        """A request was answered, and whatever else is due may be sent."""

    def refused(self, line: Line, request: int) -> None:
        """A request was answered by an exception, or by something of another size."""

    def strange(self) -> None:
        """A frame came that answers no pending request."""

    def lost(self, line: Line, why: str) -> None:
        """The connection is gone."""


class Line:
    """One connection, by its socket: a transport would join requests into one segment (IG 4.2.1.1 r6)."""

    __slots__ = (
        "_at",
        "_head",
        "_loop",
        "_office",
        "_rest",
        "_send",
        "_size",
        "is_open",
        "pending",
        "requests",
        "sock",
    )

    def __init__(
        self, office: Office, requests: Sequence[bytes], unit: int, function: int, size: int
    ) -> None:
        self._office, self.requests = office, requests
        self._head = bytes((0, 0, *(size - _HEADER).to_bytes(2, "big"), unit, function))
        self._size = size
        self._rest = b""
        self._at = 0
        self.pending: dict[int, int] = {}
        self.is_open = False

    async def connect(self, host: str, port: int, within: float) -> None:
        """Connect.

        Raises:
            OSError: nobody is there, or not in time.
        """
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(within):
                self.sock = await _connected(self._loop, host, port)
        except TimeoutError:
            raise OSError(f"no connection within {within:g} s") from None
        self.is_open = True
        self._send = self.sock.send
        self._loop.add_reader(self.sock.fileno(), self._readable)

    def send(self, request: int) -> None:
        """Send a request. Few are pending at most, so a full buffer is a device that never reads."""
        self._at = transaction = (self._at + 1) & 0xFFFF
        self.pending[transaction] = request
        data = self.requests[transaction]
        try:
            if self._send(data) != len(data):
                self.end(CLOSED)
        except OSError as error:
            self.end(error.strerror or CLOSED)

    def _readable(self) -> None:
        try:
            data = self.sock.recv(_READ)
        except BlockingIOError:
            return
        except OSError as error:
            self.end(error.strerror or CLOSED)
            return
        now = monotonic_ns()
        if not data:
            self.end(CLOSED)
            return
        if len(data) == self._size and not self._rest and data.startswith(self._head, 2):
            request = self.pending.pop(data[0] << 8 | data[1], None)
            if request is None:
                self._office.strange()
            else:
                self._office.answered(self, request, now)
        else:
            self._cut(self._rest + data, now)

    def _cut(self, data: bytes, now: int) -> None:
        """Take the frames of bytes that are not just one good answer."""
        at = 0
        while len(data) - at >= _HEADER + 2 and self.is_open:
            end = at + _HEADER + (data[at + _LENGTH_AT] << 8 | data[at + _LENGTH_AT + 1])
            if not at + _HEADER + 2 < end <= at + LARGEST or data[at + 2] or data[at + 3]:
                self.end(FRAMING)
                return
            if end > len(data):
                break
            request = self.pending.pop(data[at] << 8 | data[at + 1], None)
            if request is None:
                self._office.strange()
            elif end - at == self._size and data.startswith(self._head, at + 2):
                self._office.answered(self, request, now)
            else:
                self._office.refused(self, request)
            at = end
        self._rest = data[at:]

    def end(self, why: str) -> None:
        """Close it, and say so."""
        if self.is_open:
            self.close()
            self._office.lost(self, why)

    def close(self) -> None:
        """Close it."""
        if self.is_open:
            self.is_open = False
            self._loop.remove_reader(self.sock.fileno())
            self.sock.close()


async def _connected(loop: asyncio.AbstractEventLoop, host: str, port: int) -> socket.socket:
    """Return a connected socket to the first address of a host that takes one."""
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    trouble = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)  # noqa: FBT003 - its only argument
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            trouble = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise trouble


@lru_cache(maxsize=2)
def requests_of(request: bytes) -> Sequence[bytes]:
    """Return a request under each transaction identifier: none is put together while time counts."""
    tail = b"\0\0" + len(request).to_bytes(2, "big") + request
    return tuple(transaction.to_bytes(2, "big") + tail for transaction in range(0x10000))
