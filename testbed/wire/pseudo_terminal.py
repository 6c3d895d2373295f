"""Pseudo-terminals: a serial port for other programs, with a device of this process behind it.

Bytes pass at once, whatever the rate: no character takes time, and no gap is kept.
"""

from __future__ import annotations

import os
import tty
from dataclasses import dataclass

from testbed.wire.serial_format import SerialFormat
from testbed.wire.serial_transport import SerialTransport
from testbed.wire.simulator import Serve


@dataclass
class Terminal:
    """A pseudo-terminal in raw mode; its own end of the port stays open, so that clients may come and go."""

    name: str
    """Path of the port."""
    _master: int
    _slave: int

    def fileno(self) -> int:
        """Return the number of the device's end."""
        return self._master

    def close(self) -> None:
        """Take the port away from under whoever has it open."""
        os.close(self._slave)
        os.close(self._master)


def open_terminal() -> Terminal:
    """Return a new pseudo-terminal.

    Raises:
        OSError: the system has none left.
    """
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    return Terminal(os.ttyname(slave), master, slave)


def serve_on_terminal(serve: Serve) -> SerialTransport:
    """Serve a device on a new pseudo-terminal of the running loop until the transport is closed.

    Its path is `get_extra_info("serial").name`.

    Raises:
        OSError: the system has no pseudo-terminal left.
    """
    return SerialTransport(open_terminal(), serve(), SerialFormat(), silence=0.0, resolution=None)
