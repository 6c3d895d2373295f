"""How many files, and so connections, this process may have open at once."""

from __future__ import annotations

import sys

RESERVE = 64
"""Open files beside the listeners: the loop's own, modules being loaded, the first clients (assumed)."""
_CLIENTS = 4
"""Clients of each listener to leave room for, where the system lets us (assumed)."""


def allow_open_files(listeners: int) -> int:
    """Raise the limit as far as these listeners and their clients may want and the system allows.

    Returns:
        The limit now. A program that has set none itself starts with some thousand of them.
    """
    if sys.platform == "win32":
        return 1 << 24  # handles of a process, all of which may be sockets
    import resource  # noqa: PLC0415 - not everywhere

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = listeners * (1 + _CLIENTS) + RESERVE
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return sys.maxsize if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # some systems promise without limit, and keep less
        return soft
    return wanted
