"""Opening a serial port through pyserial, alone, and saying plainly why that failed.

pyserial opens and sets up the port. Reading and writing is `testbed.wire.serial_transport`'s:
pyserial-asyncio was last released in 2021, and what followed it knows no silence between frames.
"""

from __future__ import annotations

import errno
import grp
import os
import sys
import termios
from pathlib import Path
from typing import TYPE_CHECKING

from testbed.wire.dial import UnreachableError

if TYPE_CHECKING:
    import serial

    from testbed.wire.serial_format import SerialFormat

RESOLUTION = 0.01
"""Seconds by which the time of a character is uncertain on a port that says nothing of it (assumed; a busy
system lets a program wait as long, and no device shall be charged with that)."""

_BUSY = {errno.EAGAIN, errno.EBUSY}
_NO_PORT = {errno.ENOTTY, errno.EINVAL, errno.EISDIR, errno.ENXIO, errno.ENODEV, errno.EIO}
_PSEUDO = ("/dev/pts/", "/dev/ttys" if sys.platform == "darwin" else "/dev/ptyp")


def open_port(path: str, shape: SerialFormat) -> serial.Serial:
    """Open a port for this program alone.

    A pseudo-terminal has no parity and no stop bits, and takes it ill to be asked for any.

    Raises:
        UnreachableError: it does not exist, is no serial port, is not allowed, in use, or refuses the format.
    """
    from serial import Serial, SerialException  # noqa: PLC0415 - only who has a port needs it

    is_pseudo = resolution(path) is None
    try:
        port = Serial(
            path,
            baudrate=shape.baud,
            bytesize=8 if is_pseudo else shape.data_bits,
            parity="N" if is_pseudo else shape.parity[0].upper(),
            stopbits=1 if is_pseudo else shape.stop_bits,
            timeout=0,
            exclusive=True,
        )
    except SerialException as error:
        raise UnreachableError(_cause(path, error)) from error
    except (ValueError, OverflowError, termios.error) as error:
        raise UnreachableError(
            f"the serial port {path} refuses {shape}; try another rate or parity"
        ) from error
    if not is_pseudo:
        _check_parity(port)
    return port


def resolution(path: str) -> float | None:
    """Return by how many seconds the times of characters are uncertain; None where a port shows none at all.

    A pseudo-terminal has no characters that take time. An adapter on USB gathers them for as long as its
    driver says (`latency_timer`, milliseconds).
    """
    real = os.path.realpath(path)
    if real.startswith(_PSEUDO):
        return None
    said = Path("/sys/class/tty", Path(real).name, "device", "latency_timer")
    try:
        return max(RESOLUTION, int(said.read_text()) / 1000)
    except (OSError, ValueError):
        return RESOLUTION


def _check_parity(port: serial.Serial) -> None:
    """Let a character with a wrong parity be read as 0, which no checksum takes for good (termios, INPCK)."""
    settings = termios.tcgetattr(port.fileno())
    settings[0] |= termios.INPCK
    termios.tcsetattr(port.fileno(), termios.TCSANOW, settings)


def _cause(path: str, error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return f"the serial port {path} does not exist; is it plugged in? `ls /dev/tty*` lists all"
    if error.errno == errno.EACCES:
        return f"the serial port {path} may not be opened by this user; {_remedy(path)}"
    if error.errno in _BUSY:
        return f"the serial port {path} is in use by another program; `fuser {path}` names it"
    if error.errno is None or error.errno in _NO_PORT:
        return f"{path} is no serial port"
    return f"the serial port {path} cannot be opened: {os.strerror(error.errno)}"


def _remedy(path: str) -> str:
    try:
        group = grp.getgrgid(Path(path).stat().st_gid).gr_name
    except (OSError, KeyError):
        return "ask for the right to read and write it"
    return f"its group is `{group}`: `sudo usermod -aG {group} $USER`, then log in again"
