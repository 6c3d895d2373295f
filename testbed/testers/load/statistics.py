"""Percentiles of latencies with the bounds that their number allows, and stretches in which answers stalled.

A percentile is an order statistic: the value of one rank. How many of n independent values lie below the true
percentile follows the binomial distribution, whatever the values' own is, and so two other ranks bound it
(David and Nagaraja, Order Statistics, 7.1). A request that nobody answered counts as slower than any
that was. Where answers stall together they are not independent, and the true interval is wider than printed.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

CONFIDENCE = 0.95
"""Of each bound by itself."""
SHARES = (0.5, 0.9, 0.95, 0.99, 0.999)
"""Percentiles that are told where there are enough values."""
NEVER = 1 << 62
"""Nanoseconds: the answer of whoever does not answer."""
_WIDE = 12.0
"""Standard deviations around the mean beyond which a binomial term is nothing (below 1e-30)."""


@dataclass(frozen=True, slots=True)
class Quantile:
    """One percentile with its one-sided 95 % bounds in nanoseconds; None where nobody answered so many."""

    share: float
    value: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Stall:
    """A stretch in which requests waited and nothing was answered."""

    first: int
    """Nanoseconds from the start to the intended time of its first request."""
    end: int
    """Nanoseconds from the start to the first answer, or to the last request where none came."""
    requests: int
    """How many were due in it."""


def smallest(share: float, confidence: float = CONFIDENCE) -> int:
    """Return how many values an upper bound takes: 59 for p95, 299 for p99, 2,995 for p99.9."""
    return math.ceil(math.log(1 - confidence) / math.log(share))


@lru_cache(maxsize=256)
def ranks(count: int, share: float, confidence: float = CONFIDENCE) -> tuple[int, int, int] | None:
    """Return the ranks, from 1, of a percentile's lower bound, itself and its upper bound; None for too few.

    Args:
        count: values, at least one.
        share: of the values that lie below, 0 to 1.
        confidence: of each bound by itself.
    """
    if count < smallest(share, confidence):
        return None
    spread = math.sqrt(count * share * (1 - share))
    first = max(0, math.floor(count * share - _WIDE * spread - _WIDE))
    log_term = (
        math.lgamma(count + 1)
        - math.lgamma(first + 1)
        - math.lgamma(count - first + 1)
        + first * math.log(share)
        + (count - first) * math.log1p(-share)
    )
    odds = math.log(share) - math.log1p(-share)
    below, low, high = 0.0, 1, 0
    for number in range(first, count):  # `below` becomes the chance that at most `number` values lie below
        below += math.exp(log_term)
        if below <= 1 - confidence:
            low = number + 1
        if below >= confidence:
            high = number + 1
            break
        log_term += math.log(count - number) - math.log(number + 1) + odds
    return low, math.ceil(count * share), high or count


class Latencies:
    """What became of all requests of a load."""

    def __init__(self, latencies: Iterable[int]) -> None:
        """Take them in.

        Args:
            latencies: nanoseconds; negative for a request that was not answered, or wrongly.
        """
        every = sorted(latencies)
        missing = next((at for at, one in enumerate(every) if one >= 0), len(every))
        self.answered: Sequence[int] = every[missing:]
        """Of those that were answered, ascending."""
        self.count = len(every)

    def quantile(self, share: float) -> Quantile | None:
        """Return a percentile of all requests; None where there are too few for its upper bound."""
        found = ranks(self.count, share) if self.count else None
        if found is None:
            return None
        low, value, high = (self._ranked(rank) for rank in found)
        return Quantile(share, value, low, high)

    def quantiles(self) -> tuple[Quantile, ...]:
        """Return every percentile that is told and that there are enough values for."""
        return tuple(one for share in SHARES if (one := self.quantile(share)) is not None)

    def at(self, share: float) -> int | None:
        """Return the value that a share of all requests does not exceed, with no bound claimed."""
        return self._ranked(max(1, math.ceil(self.count * share)))

    def _ranked(self, rank: int) -> int | None:
        return self.answered[rank - 1] if rank <= len(self.answered) else None


def stalls(offsets: Sequence[int], latencies: Sequence[int], limit: int) -> list[Stall]:
    """Return the stretches, longer than a limit, in which requests waited and nothing at all was answered.

    Args:
        offsets: intended times in nanoseconds, ascending.
        latencies: nanoseconds, negative where no right answer came.
        limit: nanoseconds.
    """
    pairs = zip(offsets, latencies, strict=True)
    answers = sorted((offset + latency, offset) for offset, latency in pairs if latency >= 0)
    oldest = array("q", bytes(8 * len(answers)))  # of those answered then or later
    waiting = NEVER
    for at in range(len(answers) - 1, -1, -1):
        waiting = oldest[at] = min(waiting, answers[at][1])
    found: list[Stall] = []
    before = 0
    for at, (end, _) in enumerate(answers):
        if end - before > limit:
            start = before if oldest[at] < before else offsets[bisect_left(offsets, before)]
            due = bisect_left(offsets, end) - bisect_left(offsets, start)
            if end - start > limit and due:  # one slow answer behind the last request is no stall
                found.append(Stall(start, end, due))
        before = end
    left = bisect_left(offsets, before)
    if left < len(offsets) and offsets[-1] - offsets[left] > limit:
        found.append(Stall(offsets[left], offsets[-1], len(offsets) - left))
    return found
