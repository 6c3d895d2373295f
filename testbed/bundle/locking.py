"""One writer a bundle: a lock that ends with its process, however that ends."""

from __future__ import annotations

from typing import IO, Any


def lock(file: IO[Any]) -> bool:
    """Lock a file for this process; say whether nobody else had.

    A system without such locks (Windows) cannot tell, and lets everybody in.
    """
    try:
        import fcntl  # noqa: PLC0415 - not everywhere
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
