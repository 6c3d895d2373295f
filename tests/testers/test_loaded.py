"""The decision rule: when a limit is kept, broken, or nobody can tell."""

import pytest

from testbed.model.performance import Harness, Measurement, Quantile, Stall
from testbed.testers.modbus.loaded import Loaded
from testbed.testers.trouble import Undecided


def quantile(value, low=None, high=None, share=0.99):
    return Quantile(share=share, value=value, low=low or value, high=high or value)


def seen(found=None, floor=0.2, late=0.1, stalls=(), **faults):
    harness = Harness(
        workers=1,
        loop="uvloop",
        late_p99=late,
        late_worst=late,
        floor=() if floor is None else (quantile(floor),),
    )
    counts = {"unanswered": 0, "wrong": 0} | faults
    return Measurement(
        kind="steady",
        rate=100,
        seconds=10,
        connections=2,
        transactions=1,
        seed=1,
        requests=1000,
        quantiles=() if found is None else (found,),
        harness=harness,
        stalls=tuple(Stall(at=1, seconds=one, requests=9) for one in stalls),
        **counts,
    )


def loaded(*arguments, **more):
    return Loaded(seen(*arguments, **more), {"p99": 0.05}, 0.5)


def test_a_limit_is_kept_where_the_upper_bound_keeps_it():
    assert loaded(quantile(40, 35, 50)).latency.agrees


def test_the_harness_can_only_have_added_to_what_keeps_the_limit():
    assert loaded(quantile(40, 35, 50), floor=39).latency.agrees


def test_a_limit_is_broken_where_the_lower_bound_less_the_harness_is_beyond_it():
    found = loaded(quantile(60, 51, 70)).latency

    assert not found.agrees
    assert found.is_absence  # it has to be shown in each of three tries
    assert found.expected.en == "p99 at most 50 ms"
    assert found.received.en == "p99 60.00 ms (95 %: 51.00…70.00 ms; harness 0.20 ms)"


def test_requests_that_nobody_answered_break_a_limit():
    found = loaded(Quantile(share=0.99, value=None, low=None, high=None)).latency

    assert "p99 not answered" in found.received.en


@pytest.mark.parametrize(
    ("measured", "reason"),
    [
        ((quantile(48, 45, 52),), "too near"),  # the bounds hold the limit
        ((quantile(60, 50.1, 70),), "too near"),  # so they do, less what the harness adds
        ((quantile(60, 58, 70), 21), "too near"),  # the harness is not three times faster
        ((quantile(60, 58, 70), None), "what the harness adds is not known"),
        ((quantile(40, 35, 45), 0.2, 17), "late by 17.00 ms itself"),
        ((), "1000 requests are too few for p99"),
    ],
)
def test_nobody_can_tell(measured, reason):
    with pytest.raises(Undecided, match=reason):
        _ = loaded(*measured).latency


def test_every_limit_of_the_profile_is_judged():
    """One that is broken is told, whichever it is, and also beside one of which nobody can tell."""

    def judged(*found):
        quantiles = tuple(quantile(value, share=share) for share, value in found)
        measured = seen(floor=None).model_copy(update={"quantiles": quantiles})
        floor = tuple(quantile(0.2, share=share) for share in (0.5, 0.9, 0.999))
        harness = measured.harness.model_copy(update={"floor": floor})
        limits = {"p99.9": 0.05, "p50": 0.05, "p90": 0.05}
        return Loaded(measured.model_copy(update={"harness": harness}), limits, 0.5).latency

    assert judged((0.5, 40), (0.9, 40), (0.999, 40)).agrees
    assert judged((0.5, 40), (0.9, 60), (0.999, 60)).received.en.startswith("p90 ")
    assert judged((0.5, 40), (0.9, 40), (0.999, 60)).received.en.startswith("p99.9 ")
    assert judged((0.5, 40), (0.999, 60)).received.en.startswith("p99.9 ")
    with pytest.raises(Undecided, match="too few for p90"):
        judged((0.5, 40), (0.999, 40))


@pytest.mark.parametrize("fault", ["unanswered", "wrong", "strange", "lost"])
def test_each_fault_is_told(fault):
    assert loaded(quantile(1)).answered.agrees
    found = loaded(quantile(1), **{fault: 3}).answered
    assert found.received.en.startswith("3 ")
    assert found.is_absence is (fault in {"unanswered", "lost"})


def test_what_may_have_been_read_too_late_is_not_unanswered():
    with pytest.raises(Undecided, match="late by 700"):
        _ = loaded(quantile(1), late=700, unanswered=3).answered
    assert not loaded(quantile(1), late=700, unanswered=3, wrong=1).answered.agrees
    assert not loaded(quantile(1), late=600, unanswered=3).answered.agrees


def test_a_drift_of_an_engine_that_was_late_is_nobodys():
    thirds = quantile(20, share=0.9), quantile(31, share=0.9)
    one = Loaded(seen(quantile(1), late=11), {"p99": 0.05}, 0.5, thirds=thirds, drift=1.5)

    with pytest.raises(Undecided, match="late by 11"):
        _ = one.steady


def test_a_connection_that_the_device_may_close_is_no_fault():
    one = Loaded(seen(quantile(1), lost=1, unanswered=2), {"p99": 0.05}, 0.5, closable=1)

    assert one.answered.agrees


def test_a_stall_longer_than_the_limit_is_told():
    assert loaded(quantile(1), stalls=[0.4, 0.5]).stall.agrees
    assert loaded(quantile(1), stalls=[0.4, 0.9]).stall.received.en == "a stall of 900 ms"
    with pytest.raises(Undecided, match="late by 60"):  # by so much the stall may be its own
        _ = loaded(quantile(1), late=60, stalls=[0.55]).stall
    with pytest.raises(Undecided, match="late by 200"):
        _ = loaded(quantile(1), late=200, stalls=[0.9]).stall


@pytest.mark.parametrize(("last", "agrees"), [(12, True), (29, True), (31, False)])
def test_a_drift_is_told_where_it_matters(last, agrees):
    first = quantile(20, share=0.9)
    one = Loaded(
        seen(quantile(1)),
        {"p99": 0.05},
        0.5,
        thirds=(first, quantile(last, share=0.9)),
        drift=1.5,
    )

    assert one.steady.agrees is agrees


def test_an_engine_that_was_late_is_told():
    assert loaded(quantile(1), late=16).hurried_ms is None
    assert loaded(quantile(1), late=17).hurried_ms == 17
    worst = seen(quantile(1)).model_copy(
        update={"harness": seen().harness.model_copy(update={"late_worst": 170})}
    )
    assert Loaded(worst, {"p99": 0.05}, 0.5).hurried_ms == 170
