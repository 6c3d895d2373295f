"""Two serial ports joined by wires: pseudo-terminals with a thread that carries characters both ways."""

from __future__ import annotations

import os
import selectors
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_PIECE = 4096


@contextmanager
def wires() -> Iterator[tuple[str, str]]:
    """Join two new serial ports; yield their paths. Whoever opens one reads what is written to the other.

    Both stay open here, so that programs may come and go. What nobody reads is lost in the end, as on a line
    without handshake.
    """
    ends = [os.openpty() for _ in range(2)]
    (near, _), (far, _) = ends
    stop_read, stop_write = os.pipe()
    for master, slave in ends:
        tty.setraw(slave)
        os.set_blocking(master, False)
    carrying = threading.Thread(target=_carry, args=({near: far, far: near}, stop_read))
    carrying.start()
    try:
        yield os.ttyname(ends[0][1]), os.ttyname(ends[1][1])
    finally:
        os.close(stop_write)
        carrying.join()
        for descriptor in (*ends[0], *ends[1], stop_read):
            os.close(descriptor)


def _carry(across: dict[int, int], stop: int) -> None:
    with selectors.DefaultSelector() as watched:
        for descriptor in (*across, stop):
            watched.register(descriptor, selectors.EVENT_READ)
        while True:
            for key, _ in watched.select():
                if key.fd == stop:
                    return
                with suppress(BlockingIOError):
                    os.write(across[key.fd], os.read(key.fd, _PIECE))
