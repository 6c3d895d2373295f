"""Lines of a drafted declaration that are alike whatever a device speaks: times, and what stands beside."""

from __future__ import annotations

import math
from collections.abc import Sequence

LEAST_REPLY_WITHIN = 500
TIMES_THE_LONGEST = 10
"""Milliseconds, and times the longest answer seen, that are proposed as `reply_within` (assumed)."""
MOST_REPLY_WITHIN = 60_000
LEAST_FOR_MEDIAN, LEAST_FOR_P95 = 5, 59
"""Least numbers of answers whose longest bounds these percentiles with 95 % confidence: 0.5^5 and 0.95^59 are
less than 0.05."""


def reply_within(times: Sequence[float]) -> str:
    """Propose a time within which a device answers: many times the longest seen, on steps of 1, 2 and 5."""
    wanted = max(LEAST_REPLY_WITHIN, TIMES_THE_LONGEST * 1000 * max(times, default=0.0))
    power = 10 ** math.floor(math.log10(wanted))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted)
    proposed = min(step, MOST_REPLY_WITHIN)
    return f"{proposed} ms" if proposed < 1000 else f"{proposed // 1000} s"  # noqa: PLR2004 - ms of a second


def seen(times: Sequence[float]) -> str:
    """Say how fast a device answered; no percentile stands on fewer answers than it takes."""
    ordered = sorted(1000 * time for time in times)
    if not ordered:
        return "no answer was timed"
    said = [f"longest of {len(ordered)} answers {ordered[-1]:.1f} ms"]
    if len(ordered) >= LEAST_FOR_P95:
        said.insert(0, f"95 % within {ordered[math.ceil(0.95 * len(ordered)) - 1]:.1f} ms")
    if len(ordered) >= LEAST_FOR_MEDIAN:
        said.insert(0, f"half within {ordered[math.ceil(0.5 * len(ordered)) - 1]:.1f} ms")
    return ", ".join(said)


def beside(line: str, remark: str) -> str:
    """Return a line with a remark behind it."""
    return f"{line:<43}  # {remark}" if remark else line
