"""How gently a scout asks, and where asking ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

BUSY_WAITS = (0.2, 0.5, 1.0, 2.0)
"""Seconds to wait, one after the other, where a device says that it is busy (assumed)."""
REDIAL_WAITS = (0.0, 0.2, 0.5, 1.0, 2.0)
"""Seconds to wait before each try to connect again: a device of one session must notice the end of the last
connection first (assumed)."""
LEAST_PATIENCE, TIMES_THE_LONGEST = 1.0, 20.0
"""Seconds, and times the longest answer so far, that are waited for the next (assumed)."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How gently a device is asked, and where asking ends; all assumed."""

    per_second: float = 20.0
    """Reads a second at most."""
    reads: int = 2000
    """Reads in all."""
    seconds: float = 900.0
    """Time in all."""
    patience: float = 3.0
    """Seconds to wait for one answer."""


Tell = Callable[[str], None]
"""Hears, before each read, what is looked for."""


class Spent(Exception):  # noqa: N818 - not an error of this program
    """The reads or the time that were granted are used up; the message says which."""


class FellSilent(Exception):  # noqa: N818 - not an error of this program
    """The device had answered, and does not any more."""
