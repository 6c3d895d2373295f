"""Loads as the page draws them: inside the drawing, with the numbers beside it."""

import pytest
from pydantic import ValidationError

from reports.loads import loads, name
from reports.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, linear, logarithmic
from testbed.model.performance import Harness, Measurement, Performance, Quantile, Slot, Stall, Step
from testbed.model.profile import Profile
from testbed.model.record import CaseRecord
from testbed.model.verdict import Verdict

WANTED = Performance.model_validate(
    {
        "steady": {"rate": 100, "seconds": 10},
        "latency": {"p50": "50 ms", "p99": "200 ms"},
        "stall": "500 ms",
        "throughput": {"at_least": 200, "up_to": 1600, "within": "40 ms"},
        "soak": {"rate": 100, "seconds": 10},
        "churn": {"rate": 10, "seconds": 5, "within": "250 ms"},
    }
)
PROFILE = Profile.model_validate(
    {"id": "p@1", "title": {"en": "P", "ko": "P"}, "suites": ["s"], "performance": WANTED}
)


def measurement(kind="steady", **more):
    return Measurement(
        kind=kind,
        rate=100,
        seconds=10,
        connections=2,
        transactions=1,
        seed=1,
        requests=1000,
        unanswered=0,
        wrong=0,
        harness=Harness(workers=1, loop="uvloop", late_p99=0.1, late_worst=2),
        **more,
    )


def view(seen):
    case = CaseRecord(
        suite="s", case="c", title="t", verifies=(), verdict=Verdict.PASS, findings=(), measurement=seen
    )
    (one,) = loads([case], PROFILE)
    return one


def inside(plot):
    places = [tuple(map(float, point.split(","))) for line in plot.lines for point in line.points.split()]
    places += [(mark.x, mark.y) for mark in plot.marks]
    return all(LEFT <= x <= WIDTH - RIGHT and TOP <= y <= HEIGHT - BOTTOM for x, y in places)


def test_a_search_shows_what_held_what_did_not_and_the_knee():
    steps = tuple(
        Step(rate=rate, held=rate < 500, value=None if rate > 700 else rate / 20, unanswered=0)
        for rate in (200, 400, 800, 566, 480)
    )
    plot = view(measurement("search", steps=steps, limit=40, knee=566)).against

    assert inside(plot)
    assert sorted(mark.name for mark in plot.marks) == ["broken", "broken", "held", "held", "held"]
    assert [knee.label for knee in plot.knees] == ["100/s"]
    assert [limit.label for limit in plot.limits] == ["40 ms"]


def test_a_load_that_held_everywhere_has_no_knee():
    seen = measurement("search", steps=(Step(rate=200, held=True, value=1, unanswered=0),), limit=40)

    assert view(seen).against.knees == ()


def test_stalls_are_marked_where_they_were():
    series = tuple(
        Slot(at=at / 2, requests=50, median=None if at == 5 else 1, worst=2 + at, unanswered=0)
        for at in range(20)
    )
    plot = view(measurement(series=series, stalls=(Stall(at=5, seconds=1, requests=99),))).over_time
    (band,) = plot.bands

    assert inside(plot)
    assert band.x == pytest.approx(LEFT + (WIDTH - LEFT - RIGHT) / 2, abs=0.1)
    assert band.width == pytest.approx((WIDTH - LEFT - RIGHT) / 10, abs=0.2)


def test_a_curve_stretches_the_slow_ones_and_shows_the_limits():
    curve = tuple((1 - 10 ** (-at / 12), 0.2 * 1.1**at) for at in range(37))
    plot = view(measurement(curve=curve)).curve

    assert inside(plot)
    assert [tick.label for tick in plot.horizontal] == ["p50", "p90", "p99", "p99.9"]
    assert len(plot.marks) == 2


def test_percentiles_stand_beside_those_of_the_harness():
    one, floor = (Quantile(share=0.99, value=v, low=v, high=v) for v in (3, 1))
    seen = measurement(quantiles=(one,))
    seen = seen.model_copy(update={"harness": seen.harness.model_copy(update={"floor": (floor,)})})

    assert view(seen).rows == (("p99", one, floor),)
    assert name(0.999) == "p99.9"


@pytest.mark.parametrize("values", [[], [0], [5], [1e-4, 3e6], [0.2, 0.2]])
def test_any_values_have_a_scale(values):
    scale, ticks = logarithmic(values)

    assert 1 <= len(ticks) <= 12
    assert all(0 <= scale(value) <= 1 for value in values)


def test_a_linear_scale_begins_at_nothing():
    scale, ticks = linear(9)

    assert ticks == (0, 2, 4, 6, 8)
    assert scale(9) == 1


@pytest.mark.parametrize("value", [float("inf"), float("nan"), -1, 1e12])
def test_a_record_that_no_drawing_could_hold_is_refused(value):
    with pytest.raises(ValidationError):
        Step(rate=1, held=True, value=value, unanswered=0)
