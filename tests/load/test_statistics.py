import random

import pytest

from testbed.testers.load.histogram import HIGHEST, encoded
from testbed.testers.load.plan import Plan
from testbed.testers.load.statistics import Latencies, ranks, smallest, stalls


@pytest.mark.parametrize(("share", "count"), [(0.95, 59), (0.99, 299), (0.999, 2995)])
def test_a_percentile_needs_so_many_values_and_none_is_told_of_fewer(share, count):
    assert smallest(share) == count
    assert Latencies(range(count)).quantile(share).high == count - 1
    assert Latencies(range(count - 1)).quantile(share) is None


def test_bounds_hold_the_true_percentile_as_often_as_they_claim():
    chance = random.Random(7)  # noqa: S311
    low, _, high = ranks(1000, 0.9)
    tries = [
        sum(chance.random() < 0.9 for _ in range(1000)) for _ in range(2000)
    ]  # values below the true p90

    assert sum(below >= low for below in tries) / 2000 == pytest.approx(0.95, abs=0.02)
    assert sum(below < high for below in tries) / 2000 == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("count", [5_000_000, 100_000])
def test_ranks_of_many_values_are_near_those_of_the_normal_distribution(count):
    low, value, high = ranks(count, 0.99)

    assert value == round(count * 0.99)
    assert (high - low) / 2 == pytest.approx(1.645 * (count * 0.99 * 0.01) ** 0.5, rel=0.02)


def test_who_was_not_answered_is_slower_than_any_who_was():
    found = Latencies([-1, -2, *range(98)])

    assert found.quantile(0.95).value == 94
    assert found.quantile(0.95).high is None
    assert found.at(0.99) is None


def test_a_stall_lasts_from_a_request_to_the_first_answer_to_it_or_to_a_later_one():
    (stall,) = stalls([0, 10, 20, 30, 40, 50], [1, 35, 24, -1, 8, 1], 8)

    assert (stall.first, stall.end, stall.requests) == (10, 44, 4)


def test_who_works_off_what_waited_does_not_stall():
    (stall,) = stalls([0, 10, 20, 30, 40], [1, 30, 22, 14, 6], 5)

    assert (stall.first, stall.end) == (10, 40)


def test_one_slow_request_among_others_is_no_stall():
    assert stalls([0, 10, 20, 30], [1, 900, 1, 1], 15) == []


def test_a_device_that_answers_no_more_stalls_to_the_end():
    (stall,) = stalls([0, 10, 20, 30], [1, -1, -1, -1], 15)

    assert (stall.first, stall.end, stall.requests) == (10, 30, 3)


def test_other_tools_read_the_histogram():
    histogram = pytest.importorskip("hdrh.histogram", reason="hdrhistogram of PyPI is not installed")
    chance = random.Random(3)  # noqa: S311
    values = sorted(int(chance.lognormvariate(12, 2)) for _ in range(10_000))
    read = histogram.HdrHistogram.decode(encoded(values))

    assert read.get_total_count() == len(values)
    for percentile in (50, 90, 99, 99.9):
        assert read.get_value_at_percentile(percentile) == pytest.approx(
            values[int(percentile * 100) - 1], rel=0.001
        )


def test_what_is_longer_than_an_hour_is_told_as_an_hour():
    assert encoded([2 * HIGHEST]) == encoded([HIGHEST])


def test_the_same_seed_gives_the_same_times():
    def plan(seed, *, poisson=True):
        return Plan("", 0, b"", 0, 1000, 10, poisson=poisson, seed=seed).schedule()

    assert plan(1) == plan(1)
    assert plan(1) != plan(2)
    assert plan(1)[-1] == pytest.approx(10e9, rel=0.05)
    assert plan(1, poisson=False)[:3].tolist() == [0, 1_000_000, 2_000_000]


@pytest.mark.parametrize("rate", [0, 1e9])
def test_a_plan_is_bounded(rate):
    with pytest.raises(ValueError, match="a plan has 1 to 5000000 requests"):
        Plan("", 0, b"", 0, rate, 1)
