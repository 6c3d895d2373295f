"""What a protocol inside a TLS session writes to: a transport that says farewell before it closes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from testbed.wire.tls import TlsLayer


class TlsTransport(asyncio.Transport):
    """What the protocol above writes to."""

    def __init__(self, layer: TlsLayer, below: asyncio.Transport) -> None:
        super().__init__()
        self._layer, self._below = layer, below

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what the transport below knows."""
        return self._below.get_extra_info(name, default)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes inside records."""
        self._layer.write(bytes(data))

    def write_eof(self) -> None:
        """Say that no more data come, and close the sending half."""
        self._layer.say_farewell()
        self._below.write_eof()

    def can_write_eof(self) -> bool:
        """Say that a half can be closed."""
        return True

    def close(self) -> None:
        """Say farewell, then close."""
        self._layer.say_farewell()
        self._below.close()

    def abort(self) -> None:
        """Reset the connection below."""
        self._below.abort()

    def is_closing(self) -> bool:
        """Say whether the connection below is closed or about to be."""
        return self._below.is_closing()

    def is_reading(self) -> bool:
        """Say whether bytes are taken."""
        return self._below.is_reading()

    def pause_reading(self) -> None:
        """Take no bytes for a while."""
        self._below.pause_reading()

    def resume_reading(self) -> None:
        """Take bytes again."""
        self._below.resume_reading()

    def get_write_buffer_size(self) -> int:
        """Return the bytes that the other side has not taken."""
        return self._below.get_write_buffer_size()
