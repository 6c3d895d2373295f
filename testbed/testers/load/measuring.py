"""From the outcome of a load to the values that a record keeps and a page draws: milliseconds, bounded."""

from __future__ import annotations

from collections.abc import Sequence

from testbed.model.performance import (
    POINTS_MOST,
    SLOTS_MOST,
    STALLS_MOST,
    Harness,
    Measurement,
    Quantile,
    Slot,
    Stall,
)
from testbed.testers.load.crew import Outcome
from testbed.testers.load.engine import UNANSWERED
from testbed.testers.load.histogram import encoded
from testbed.testers.load.plan import SECOND
from testbed.testers.load.statistics import Latencies, stalls

_SHARES = tuple(1 - 10 ** (-at / 12) for at in range(POINTS_MOST))
"""Shares of the curve: as many points between p90 and p99 as between p99 and p99.9."""
_SLOT = 0.1
"""Seconds of the shortest slot."""


def ms(nanoseconds: float | None) -> float | None:
    """Return nanoseconds as milliseconds, to a tenth of a microsecond."""
    return None if nanoseconds is None else round(nanoseconds / 1e6, 4)


def quantiles(latencies: Latencies) -> tuple[Quantile, ...]:
    """Return the percentiles that there are enough values for."""
    return tuple(
        Quantile(share=one.share, value=ms(one.value), low=ms(one.low), high=ms(one.high))
        for one in latencies.quantiles()
    )


def lateness(outcome: Outcome) -> Latencies:
    """Return the nanoseconds by which the engine itself was late to take requests up."""
    return Latencies(one for one in outcome.late if one != UNANSWERED)


def harness(outcome: Outcome, workers: int, floor: Outcome | None) -> Harness:
    """Return what the tester itself added to a load."""
    late = lateness(outcome)
    return Harness(
        workers=workers,
        loop=outcome.loop,
        late_p99=ms(late.at(0.99)) or 0.0,
        late_worst=ms(late.at(1.0)) or 0.0,
        floor=quantiles(Latencies(floor.latencies)) if floor is not None else (),
    )


def series(outcome: Outcome) -> tuple[Slot, ...]:
    """Return a load by stretches of its time."""
    length = max(outcome.plan.seconds / SLOTS_MOST, _SLOT)
    slots: dict[int, list[int]] = {}
    for offset, latency in zip(outcome.offsets, outcome.latencies, strict=True):
        slots.setdefault(min(int(offset / SECOND / length), SLOTS_MOST - 1), []).append(latency)
    return tuple(_slot(number * length, slots[number]) for number in sorted(slots))


def _slot(at: float, latencies: Sequence[int]) -> Slot:
    found = Latencies(latencies)
    answered = found.answered
    return Slot(
        at=round(at, 3),
        requests=len(latencies),
        median=ms(answered[len(answered) // 2]) if answered else None,
        worst=ms(answered[-1]) if answered else None,
        unanswered=len(latencies) - len(answered),
    )


def measured(
    kind: str, outcome: Outcome, workers: int, floor: Outcome | None = None, stall: float = 0.0
) -> Measurement:
    """Return a load as a record keeps it.

    Args:
        kind: of load.
        outcome: what came of it.
        workers: processes that shared it.
        floor: the same load on the loopback responder.
        stall: seconds from which on a stretch without timely answers is told; 0 for none.
    """
    plan, latencies = outcome.plan, Latencies(outcome.latencies)
    points = [(share, latencies.at(share)) for share in _SHARES if latencies.count * (1 - share) >= 1]
    waited = stalls(outcome.offsets, outcome.latencies, round(stall * SECOND)) if stall else []
    waited = sorted(waited, key=lambda one: one.first - one.end)[:STALLS_MOST]
    return Measurement(
        kind=kind,  # type: ignore[arg-type]  # one of the literals, by the callers
        rate=plan.rate,
        seconds=plan.seconds,
        arrivals="random" if plan.poisson else "even",
        connections=plan.connections,
        transactions=plan.transactions,
        seed=plan.seed,
        requests=plan.count,
        unanswered=outcome.unanswered,
        wrong=outcome.wrong,
        lost=outcome.ends.total(),
        strange=outcome.strange,
        quantiles=quantiles(latencies),
        curve=tuple((round(share, 6), round(value / 1e6, 4)) for share, value in points if value is not None),
        series=series(outcome),
        stalls=tuple(
            Stall(
                at=round(one.first / SECOND, 4),
                seconds=round((one.end - one.first) / SECOND, 4),
                requests=one.requests,
            )
            for one in sorted(waited, key=lambda one: one.first)
        ),
        extra=dict(outcome.extra),
        harness=harness(outcome, workers, floor),
        histogram=encoded(latencies.answered),
    )
