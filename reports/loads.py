"""Loads as the page draws them: percentile curve, latency against load with the knee, latency over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reports.plots import Band, Mark, Plot, Scale, Tick, across, line, linear, logarithmic, number, up
from reports.words import word
from testbed.model.base import Text
from testbed.model.performance import Measurement, Performance, Quantile
from testbed.model.profile import Profile
from testbed.model.record import CaseRecord

_NAMED = (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
_NINES = 6.0


@dataclass(frozen=True)
class LoadView:
    """One load, with what is drawn of it."""

    case: CaseRecord
    seen: Measurement
    rows: tuple[tuple[str, Quantile, Quantile | None], ...]
    """Name of a percentile, of the device with the harness, of the harness alone."""
    curve: Plot | None
    against: Plot | None
    over_time: Plot | None
    shares: tuple[tuple[str, float], ...]
    """The curve in numbers."""

    def named(self, key: str) -> Text:
        """Return a sentence of the page with the load that it is of: no two tables are called the same."""
        said = word(key)
        return Text(en=f"{self.seen.title.en}: {said.en}", ko=f"{self.seen.title.ko}: {said.ko}")


def loads(cases: Sequence[CaseRecord], profile: Profile) -> tuple[LoadView, ...]:
    """Return the loads of a run, in the order of its cases."""
    return tuple(_view(case, case.measurement, profile.performance) for case in cases if case.measurement)


def _view(case: CaseRecord, seen: Measurement, wanted: Performance | None) -> LoadView:
    floor = {round(one.share, 6): one for one in seen.harness.floor}
    return LoadView(
        case=case,
        seen=seen,
        rows=tuple((name(one.share), one, floor.get(round(one.share, 6))) for one in seen.quantiles),
        curve=_curve(seen, _limits(seen, wanted)) if len(seen.curve) > 1 else None,
        against=_against(seen) if seen.steps else None,
        over_time=_over_time(seen, wanted) if seen.series and seen.kind != "search" else None,
        shares=tuple((name(share), value) for share, value in seen.curve),
    )


def _limits(seen: Measurement, wanted: Performance | None) -> dict[str, float]:
    """Return the limits in seconds that a load is held against, by percentile."""
    if wanted is None:
        return {}
    if seen.kind == "search":
        return {wanted.throughput.share: wanted.throughput.within}
    return {"p95": wanted.churn.within} if seen.kind == "churn" else dict(wanted.latency)


def name(share: float) -> str:
    """Return a percentile's usual name."""
    return f"p{share * 100:.6g}"


def _curve(seen: Measurement, limits: dict[str, float]) -> Plot:
    """Draw how long which share of the requests waited at most; the scale stretches the slow ones."""
    last = max(share for share, _ in seen.curve)
    scale, ticks = logarithmic(
        [value for _, value in seen.curve] + [limit * 1000 for limit in limits.values()]
    )
    most = max(_nines(last), 1.0)
    known = tuple((float(key[1:]) / 100, limit * 1000) for key, limit in limits.items())
    marks = [
        Mark("limit", across(_nines(share) / most), up(scale(value)))
        for share, value in known
        if share <= last
    ]
    return Plot(
        horizontal=tuple(
            Tick(across(_nines(share) / most), name(share)) for share in _NAMED if share <= last
        ),
        vertical=_vertical(ticks, scale),
        lines=(
            line("median", [(across(_nines(share) / most), up(scale(value))) for share, value in seen.curve]),
        ),
        marks=tuple(marks),
    )


def _against(seen: Measurement) -> Plot:
    """Draw the percentile of each rate that was tried, which of them held, and where the knee is."""
    steps = sorted(seen.steps, key=lambda one: one.rate)
    top = 10 * max(seen.limit or 0, *(one.value or 0 for one in steps if one.held), 1e-3)
    shown = [(one, min(one.value if one.value is not None else top, top)) for one in steps]
    scale, ticks = logarithmic([value for _, value in shown] + ([seen.limit] if seen.limit else []))
    rates, rate_ticks = logarithmic([one.rate for one in steps])
    held = [(across(rates(one.rate)), up(scale(value))) for one, value in shown if one.held]
    knee = seen.rate if seen.knee is not None and seen.rate else None
    return Plot(
        horizontal=tuple(Tick(across(rates(at)), f"{number(at)}/s") for at in rate_ticks),
        vertical=_vertical(ticks, scale),
        lines=(line("median", held),) if len(held) > 1 else (),
        marks=tuple(
            Mark("held" if one.held else "broken", across(rates(one.rate)), up(scale(value)))
            for one, value in shown
        ),
        limits=(Tick(up(scale(seen.limit)), f"{number(seen.limit)} ms"),) if seen.limit else (),
        knees=(Tick(across(rates(knee)), f"{number(knee)}/s"),) if knee else (),
    )


def _over_time(seen: Measurement, wanted: Performance | None) -> Plot:
    """Draw median and worst latency over the time of a load, with stalls as bands."""
    times, time_ticks = linear(seen.seconds)
    worst = [(one.at, one.worst) for one in seen.series if one.worst is not None]
    median = [(one.at, one.median) for one in seen.series if one.median is not None]
    limit = wanted.stall * 1000 if wanted is not None else None
    scale, ticks = logarithmic([value for _, value in worst + median] + ([limit] if limit else []))
    return Plot(
        horizontal=tuple(Tick(across(times(at)), f"{number(at)} s") for at in time_ticks),
        vertical=_vertical(ticks, scale),
        lines=(
            line("worst", [(across(times(at)), up(scale(value))) for at, value in worst]),
            line("median", [(across(times(at)), up(scale(value))) for at, value in median]),
        ),
        bands=tuple(
            Band(
                across(times(one.at)),
                round(max(2.0, across(times(one.at + one.seconds)) - across(times(one.at))), 1),
            )
            for one in seen.stalls
        ),
        limits=(Tick(up(scale(limit)), f"{number(limit)} ms"),) if limit else (),
    )


def _vertical(ticks: Sequence[float], scale: Scale) -> tuple[Tick, ...]:
    return tuple(Tick(up(scale(at)), f"{number(at)} ms") for at in ticks)


def _nines(share: float) -> float:
    """Return how many nines a share has: 1 for 90 %, 2 for 99 %."""
    return min(_NINES, -math.log10(max(1 - share, 10**-_NINES)))
