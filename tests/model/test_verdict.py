"""Verdicts: their order, how a level makes one, and what a whole run amounts to."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.verdict import BAD_INPUT, Basis, Level, Outcome, Verdict, broken, join, outcome

WORSE = ["NOT_TESTED", "NOT_APPLICABLE", "INFO", "PASS", "WEAK", "INCONCLUSIVE", "ERROR", "FAIL"]
verdicts = st.sampled_from(Verdict)


def roll(*judged, finished=True, **trouble):
    rows = [
        (level, verdict, *waived) if waived else (level, verdict, False) for level, verdict, *waived in judged
    ]
    return outcome(rows, finished=finished, **trouble)


PASSED = (Level.SHALL, Verdict.PASS)
FAILED = (Level.SHALL, Verdict.FAIL)
WAIVED = (Level.SHALL, Verdict.FAIL, True)


@pytest.mark.parametrize(("better", "worse"), list(pairwise(WORSE)))
def test_each_verdict_hides_behind_the_next(better, worse):
    assert join([Verdict(better), Verdict(worse)]) == join([Verdict(worse), Verdict(better)]) == worse


def test_every_verdict_has_its_place():
    assert sorted(WORSE) == sorted(Verdict)


@given(verdicts, verdicts, verdicts)
def test_join_is_a_semilattice(one, two, three):
    assert join([one, two]) == join([two, one])
    assert join([join([one, two]), three]) == join([one, join([two, three])])
    assert join([one, one]) == one == join([one])


@given(st.lists(verdicts))
def test_join_is_one_of_them_and_nothing_hides_a_fail(found):
    assert join(found) in (found or [Verdict.NOT_TESTED])
    assert (join(found) is Verdict.FAIL) == (Verdict.FAIL in found)


@pytest.mark.parametrize(
    ("level", "verdict"),
    [(Level.SHALL, Verdict.FAIL), (Level.SHOULD, Verdict.WEAK), (Level.MAY, Verdict.INFO)],
)
def test_the_standard_decides_severity(level, verdict):
    assert broken(level, Basis.READ) is broken(level, Basis.SECONDARY) is verdict
    assert broken(level, Basis.MEMORY) is Verdict.INFO


@pytest.mark.parametrize(
    ("judged", "trouble", "expected"),
    [
        ([PASSED], {}, Outcome.CONFORMANT),
        ([PASSED, FAILED], {}, Outcome.NOT_CONFORMANT),
        ([PASSED, FAILED, (Level.SHALL, Verdict.ERROR)], {}, Outcome.NOT_CONFORMANT),
        ([PASSED, WAIVED, FAILED], {}, Outcome.NOT_CONFORMANT),
        ([FAILED], {"finished": False}, Outcome.NOT_CONFORMANT),
        ([FAILED], {"selected_by_hand": True}, Outcome.NOT_CONFORMANT),
        ([FAILED], {"stale_waiver": True}, Outcome.NOT_CONFORMANT),
        ([PASSED, (Level.SHALL, Verdict.INCONCLUSIVE)], {}, Outcome.INCOMPLETE),
        ([PASSED, (Level.SHALL, Verdict.ERROR)], {}, Outcome.INCOMPLETE),
        ([PASSED, WAIVED, (Level.SHALL, Verdict.ERROR)], {}, Outcome.INCOMPLETE),
        ([PASSED, (Level.SHALL, Verdict.INCONCLUSIVE, True)], {}, Outcome.INCOMPLETE),
        ([PASSED], {"finished": False}, Outcome.INCOMPLETE),
        ([PASSED], {"selected_by_hand": True}, Outcome.INCOMPLETE),
        ([PASSED], {"stale_waiver": True}, Outcome.INCOMPLETE),
        ([PASSED, WAIVED], {"stale_waiver": True}, Outcome.INCOMPLETE),
        ([PASSED, WAIVED], {}, Outcome.CONFORMANT_WITH_WAIVERS),
        ([WAIVED], {}, Outcome.CONFORMANT_WITH_WAIVERS),
        ([], {}, Outcome.INCOMPLETE),
        ([(Level.SHALL, Verdict.NOT_APPLICABLE)], {}, Outcome.INCOMPLETE),
        ([(Level.SHALL, Verdict.NOT_TESTED)], {}, Outcome.INCOMPLETE),
        ([(Level.SHALL, Verdict.INFO)], {}, Outcome.INCOMPLETE),
        ([PASSED, (Level.SHALL, Verdict.NOT_TESTED)], {}, Outcome.CONFORMANT),
        ([PASSED, (Level.SHALL, Verdict.NOT_APPLICABLE)], {}, Outcome.CONFORMANT),
        ([PASSED, (Level.SHOULD, Verdict.WEAK)], {}, Outcome.CONFORMANT),
        ([PASSED, (Level.SHOULD, Verdict.INCONCLUSIVE)], {}, Outcome.CONFORMANT),
        ([PASSED, (Level.SHOULD, Verdict.ERROR)], {}, Outcome.CONFORMANT),
        ([PASSED, (Level.MAY, Verdict.INFO)], {}, Outcome.CONFORMANT),
        ([PASSED, (Level.MAY, Verdict.INCONCLUSIVE)], {}, Outcome.CONFORMANT),
    ],
)
def test_outcome(judged, trouble, expected):
    assert roll(*judged, **trouble) is expected


rows = st.lists(st.tuples(st.sampled_from(Level), verdicts, st.booleans()), max_size=8)


@given(rows, st.booleans(), st.booleans(), st.booleans())
def test_outcome_by_its_rules_in_words(judged, finished, by_hand, stale):
    found = outcome(judged, finished=finished, selected_by_hand=by_hand, stale_waiver=stale)

    shalls = [(verdict, waived) for level, verdict, waived in judged if level == "SHALL"]
    assert (found == "NOT_CONFORMANT") == (("FAIL", False) in shalls)
    if found in {"CONFORMANT", "CONFORMANT_WITH_WAIVERS"}:
        assert finished
        assert not by_hand
        assert not stale
        assert not {"INCONCLUSIVE", "ERROR"} & {verdict for verdict, _ in shalls}
        assert (found == "CONFORMANT_WITH_WAIVERS") == (("FAIL", True) in shalls)


@given(rows, st.permutations(range(8)))
def test_outcome_does_not_depend_on_order(judged, order):
    shuffled = [judged[at] for at in order if at < len(judged)]
    assert roll(*judged) is roll(*shuffled)


def test_exit_statuses():
    assert {str(one): one.exit_status for one in Outcome} == {
        "CONFORMANT": 0,
        "CONFORMANT_WITH_WAIVERS": 0,
        "NOT_CONFORMANT": 1,
        "INCOMPLETE": 2,
    }
    assert BAD_INPUT == 64
