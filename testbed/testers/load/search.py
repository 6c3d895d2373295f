"""The throughput knee: the highest rate at which a device keeps a limit, found by doubling and halving."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence

from testbed.testers.load.crew import Outcome
from testbed.testers.load.engine import UNANSWERED
from testbed.testers.load.plan import SECOND
from testbed.testers.load.statistics import Latencies

PRECISION = 0.02
"""How near, as a share, the rates stand between which the knee is found."""
SHORTEST, LONGEST = 1.0, 4.0
"""Seconds of one rate, at least, and at most for the sake of the limit (assumed)."""
LIMITS = 25
"""A rate is kept for so many times the limit: an overload of 2 % then falls behind by half of it."""
FORGOTTEN_AFTER = 1.0
"""Seconds after which a request without an answer is taken to be forgotten (assumed)."""
DEEPEST = 8
"""How far below the rate that is demanded the search goes, as a divisor."""


def seconds_of(rate: float, limit: float, needed: int) -> float:
    """Return how long a rate is tried.

    Args:
        rate: requests a second.
        limit: seconds.
        needed: requests that the percentile takes.
    """
    return max(min(max(LIMITS * limit, SHORTEST), LONGEST), needed / rate)


def held(outcome: Outcome, share: float, limit: int) -> bool:
    """Say whether a device kept a limit: no wrong answer, none forgotten, and no queue that grows.

    Args:
        outcome: of some seconds at one rate.
        share: the percentile that is to keep the limit.
        limit: nanoseconds.
    """
    value = Latencies(outcome.latencies).at(share)
    if value is None or value > limit or outcome.wrong or _forgotten(outcome):
        return False
    return not falls_behind(outcome.latencies, limit)


def _forgotten(outcome: Outcome) -> bool:
    """Say whether a request was not answered that had time enough; one of the last is late at worst."""
    plan = outcome.plan
    last = (plan.seconds + plan.drain - FORGOTTEN_AFTER) * SECOND
    answers = zip(outcome.offsets, outcome.latencies, strict=True)
    return any(latency == UNANSWERED and offset <= last for offset, latency in answers)


def falls_behind(latencies: Sequence[int], limit: int) -> bool:
    """Say whether a device takes more requests than it can: each waits a little longer than the one before.

    The median of the last quarter is held against that of the second: a queue that grows by more than half
    of what would use up a quarter of the limit in that time has no end.

    Args:
        latencies: nanoseconds in the order of intended times; negative where not answered.
        limit: nanoseconds.
    """
    quarter = len(latencies) // 4
    early, late = Latencies(latencies[quarter : 2 * quarter]), Latencies(latencies[3 * quarter :])
    before, after = early.at(0.5), late.at(0.5)
    return before is None or after is None or after - before > limit // 4


async def knee(
    holds: Callable[[float], Awaitable[bool]], first: float, most: float
) -> tuple[float, float | None]:
    """Return the highest rate that held, 0 where none did, and the lowest above it that did not.

    What does not hold is tried once more: one hiccup of a host is no knee.

    Args:
        holds: tries a rate, in requests a second.
        first: the rate to begin with.
        most: the highest rate to try.
    """
    good, bad, rate = 0.0, None, min(first, most)
    while True:
        if await holds(rate) or await holds(rate):
            good = rate
        else:
            bad = rate
        if bad is None:
            if good >= most:
                return good, None
            rate = min(2 * rate, most)
        elif not good:
            if bad < first / DEEPEST:
                return 0.0, bad
            rate = bad / 2
        elif bad / good <= 1 + PRECISION:
            return good, bad
        else:
            rate = math.sqrt(good * bad)
