"""Network namespaces that last as long as they are used: two rooms, and the link between them.

A room is a thread that has moved into a namespace of its own. Sockets and processes that it makes are born
there and stay there, whoever uses them. Nothing has a name, nothing is left behind: with the last of them the
system takes the namespace away, even where this program was killed.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from testbed.wire.dial import UnreachableError
from testbed.wire.impair.means import TUN

Made = TypeVar("Made")

NAME = "testbed0"
HERE, THERE = "192.0.2.1", "192.0.2.2"
"""Addresses of the two ends, of a network for documentation: no real one is hidden by it (RFC 5737)."""
_CLONE_NEWNET = 0x40000000
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_WITHIN = 10.0
"""Seconds that a program of iproute2 has (assumed; it takes some milliseconds)."""
_BACKLOG = 100


class Room:
    """A network namespace of its own.

    Raises:
        UnreachableError: the system refuses it.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="testbed-room")
        try:
            self.thread_id = self.do(_enter)
            self.run("ip", "link", "set", "lo", "up")
        except BaseException:
            self.close()
            raise

    def do(self, make: Callable[[], Made]) -> Made:
        """Do something in the room; return what came of it."""
        return self._thread.submit(make).result()

    def run(self, *command: str) -> None:
        """Run a program in the room.

        Raises:
            UnreachableError: it fails.
        """

        def call() -> subprocess.CompletedProcess[str]:
            return subprocess.run(command, capture_output=True, text=True, timeout=_WITHIN, check=False)  # noqa: S603 - our own words

        try:
            done = self.do(call)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UnreachableError(f"`{' '.join(command)}` does not run: {error}") from error
        if done.returncode:
            raise UnreachableError(f"`{' '.join(command)}`: {done.stderr.strip()[:200]}")

    def bring_up(self, address: str, mtu: int) -> None:
        """Give the room's end of the link its address."""
        self.run("ip", "address", "add", f"{address}/30", "dev", NAME)
        self.run("ip", "link", "set", NAME, "mtu", str(mtu), "up")

    def tun(self) -> int:
        """Make a device whose packets this program reads and writes; return its file descriptor."""

        def make() -> int:
            device = os.open(TUN, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                asked = struct.pack("16sH22x", NAME.encode(), _IFF_TUN | _IFF_NO_PI)
                fcntl.ioctl(device, _TUNSETIFF, asked)
            except BaseException:
                os.close(device)
                raise
            return device

        try:
            return self.do(make)
        except OSError as error:
            raise UnreachableError(f"{TUN}: {error.strerror or error}") from error

    def socket(self, address: str, *, listens: bool = False) -> socket.socket:
        """Make a socket of TCP at an address of the room."""

        def make() -> socket.socket:
            one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                one.setblocking(False)  # noqa: FBT003 - its only parameter
                one.bind((address, 0))
                if listens:
                    one.listen(_BACKLOG)
            except BaseException:
                one.close()
                raise
            return one

        return self.do(make)

    def close(self) -> None:
        """Leave the room; it vanishes with the last socket."""
        self._thread.shutdown()


def _enter() -> int:
    """Move this thread into a namespace of its own; return the thread's number."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET):
        said = os.strerror(ctypes.get_errno())
        raise UnreachableError(
            f"the system gives no network namespace: {said}; it takes root (CAP_SYS_ADMIN)"
        )
    return threading.get_native_id()
