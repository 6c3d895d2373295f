"""Two runs side by side: no change is hidden, and none is called better than it is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.bundle.conditions import _apart
from testbed.bundle.diff import Change, change, difference
from testbed.bundle.reader import Record
from testbed.model.lab import Laboratory
from testbed.model.record import Resumed
from testbed.model.verdict import Outcome, Verdict
from tests.model import sample

SUITE = {"id": "some_suite", "version": "1.0.0", "digest": "a" * 64}
VERDICTS = st.dictionaries(st.sampled_from(["MB-A-A", "MB-A-B", "MB-A-C"]), st.sampled_from(Verdict))


def record(found, outcome=Outcome.CONFORMANT, *, ended=True, interrupted=False, declaration=None, **header):
    plain = sample.header().declaration.model_dump(mode="json")
    made = sample.header(suites=(SUITE,), declaration=plain | (declaration or {}))
    cases = tuple(
        sample.case({name: Verdict(verdict)}, name=f"test_a.py::test_{name}")
        for name, verdict in found.items()
    )
    footer = sample.footer(outcome, interrupted=interrupted) if ended else None
    return Record(made.model_copy(update=header), cases, footer)


def barriers(was, now):
    return [(one.what.en, one.was, one.now) for one in difference(was, now).conditions if one.is_barrier]


def remarks(was, now):
    return [(one.what.en, one.was, one.now) for one in difference(was, now).conditions if not one.is_barrier]


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("PASS", "FAIL", "worse"),
        ("INCONCLUSIVE", "FAIL", "worse"),
        ("NOT_APPLICABLE", "FAIL", "worse"),
        (None, "FAIL", "worse"),
        ("PASS", "WEAK", "worse"),
        ("PASS", "INFO", "worse"),
        ("PASS", "INCONCLUSIVE", "worse"),
        ("WEAK", "ERROR", "worse"),
        ("FAIL", "PASS", "better"),
        ("WEAK", "PASS", "better"),
        ("INCONCLUSIVE", "PASS", "better"),
        ("ERROR", "WEAK", "better"),
        ("FAIL", "INCONCLUSIVE", "other"),
        ("FAIL", "NOT_APPLICABLE", "other"),
        ("FAIL", None, "other"),
        ("PASS", "NOT_TESTED", "other"),
        ("NOT_APPLICABLE", "PASS", "other"),
        ("INCONCLUSIVE", "ERROR", "other"),
        (None, "PASS", "other"),
        ("PASS", "PASS", "same"),
        (None, None, "same"),
    ],
)
def test_what_became_of_a_verdict(was, now, expected):
    assert change(was and Verdict(was), now and Verdict(now)) == expected


@given(st.sampled_from([None, *Verdict]), st.sampled_from([None, *Verdict]))
def test_what_is_better_one_way_is_never_better_back(was, now):
    there, back = change(was, now), change(now, was)

    assert (there is Change.SAME) == (was is now)
    if there is Change.BETTER:
        assert back is Change.WORSE


@given(VERDICTS, VERDICTS)
def test_no_change_is_hidden(was, now):
    found = difference(record(was), record(now))

    expected = {name: (was.get(name), now.get(name)) for name in {*was, *now}}
    assert {one.name: (one.was, one.now) for one in found.requirements} == expected
    assert {one.name for one in found.cases if one.was is None} == {
        f"test_a.py::test_{x}" for x in now.keys() - was
    }
    assert {one.name for one in found.cases if one.now is None} == {
        f"test_a.py::test_{x}" for x in was.keys() - now
    }
    assert (found.exit_status == 0) == (was == now)


def test_a_requirement_has_the_worst_of_its_findings_in_either_run():
    cases = (
        sample.case({"MB-A-A": Verdict.FAIL}, name="t.py::one"),
        sample.case({"MB-A-A": Verdict.PASS}, name="t.py::two"),
    )
    before = record({})
    after = Record(before.header, cases, before.footer)

    assert [one.now for one in difference(before, after).requirements] == [Verdict.FAIL]


@pytest.mark.parametrize(
    ("was", "now", "status"),
    [
        ({"MB-A-A": "PASS"}, {"MB-A-A": "PASS"}, 0),
        ({"MB-A-A": "PASS"}, {"MB-A-A": "FAIL"}, 1),
        ({"MB-A-A": "PASS", "MB-A-B": "FAIL"}, {"MB-A-A": "WEAK", "MB-A-B": "PASS"}, 1),
        ({"MB-A-A": "FAIL"}, {"MB-A-A": "PASS"}, 2),
        ({"MB-A-A": "FAIL"}, {"MB-A-A": "NOT_TESTED"}, 2),
        ({"MB-A-A": "PASS"}, {"MB-A-A": "PASS", "MB-A-B": "PASS"}, 2),
    ],
)
def test_the_exit_status(was, now, status):
    assert difference(record(was), record(now)).exit_status == status


def test_a_run_that_is_no_longer_conformant_is_worse():
    was, now = record({}), record({}, Outcome.INCOMPLETE)

    assert difference(was, now).exit_status == 1
    assert difference(now, was).exit_status == 2


def test_a_case_that_moved_below_an_unmoved_requirement_is_a_change():
    def run(one, two):
        verdicts = {"t.py::one": Verdict(one), "t.py::two": Verdict(two)}
        cases = tuple(sample.case({"MB-A-A": verdict}, name=name) for name, verdict in verdicts.items())
        return Record(record({}).header, cases, sample.footer(Outcome.NOT_CONFORMANT))

    found = difference(run("FAIL", "PASS"), run("PASS", "FAIL"))

    assert [one.change for one in found.requirements] == ["same"]
    assert [one.change for one in found.cases] == ["better", "worse"]
    assert found.exit_status == 2


def test_a_waiver_that_ends_is_worse():
    waiver = {
        "requirement": "MB-A-A",
        "vendor": "V",
        "model": "M",
        "firmware": "F",
        "reason": "R",
        "link": "L",
        "approver": "A",
    }
    accepted = sample.header(waivers=[waiver | {"expires": "2099-01-01"}]).waivers
    was = record({"MB-A-A": "FAIL"}, Outcome.CONFORMANT_WITH_WAIVERS, waivers=accepted)
    now = record({"MB-A-A": "FAIL"}, Outcome.NOT_CONFORMANT)

    assert [one.change for one in difference(was, now).requirements] == ["worse"]
    assert [one.change for one in difference(now, was).requirements] == ["other"]
    assert difference(now, was).exit_status == 2
    late = Resumed(at="2099-01-02T00:00:00Z", kept=1, ran_s=1.0, tester="t", platform="p")
    lapsed = replace(was, resumed=(late,))
    assert [one.change for one in difference(was, lapsed).requirements] == ["worse"]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"suites": ()}, "suite some_suite"),
        ({"profile": "another@2"}, "profile"),
        ({"profile_sha256": "b" * 64}, "profile"),
        ({"clock": "real"}, "clock"),
        ({"tester": "mother-factory 9"}, "test bed"),
        ({"selected_by_hand": "-k x"}, "cases left out by hand"),
        ({"ended": False}, "end of the run"),
        ({"interrupted": True}, "end of the run"),
        ({"declaration": {"supports": ["fc03", "fc16"]}}, "declaration.supports"),
        ({"declaration": {"isolated": True}}, "declaration.isolated"),
        ({"declaration": {"timing": {"reply_within": "1 s"}}}, "declaration.timing.reply_within"),
    ],
)
def test_what_bars_a_comparison_is_named(more, what):
    was, now = record({}), record({}, **more)

    assert [one[0] for one in barriers(was, now)] == [what]
    assert not difference(was, now).is_comparable
    assert not difference(now, was).is_comparable


def test_another_product_met_bars_a_comparison():
    def met(peer):
        plain = record({})
        return Record(plain.header, (sample.case({"MB-A-A": Verdict.PASS}, peer=peer),), plain.footer)

    assert barriers(met("a client 1.0"), met("a client 2.0")) == [
        ("independent products met", "a client 1.0", "a client 2.0")
    ]


def test_what_one_compares_bars_nothing():
    device = {"vendor": "V", "model": "M", "firmware": "G"}
    was, now = record({}), record({}, declaration={"device": device, "connect": "sim:other"}, seed=2, jobs=1)

    assert remarks(was, now) == [
        ("device.firmware", "F", "G"),
        ("address", "sim:plc", "sim:other"),
        ("seed of random choices", "1", "2"),
        ("cases at once", "8", "1"),
    ]
    assert difference(was, now).is_comparable


def test_two_runs_narrowed_alike_say_so():
    was, now = (record({}, selected_by_hand="-k x") for _ in range(2))

    assert barriers(was, now) == []
    assert remarks(was, now) == [("cases left out by hand", "-k x", "-k x")]


def test_another_laboratory_is_told():
    line = {"en": "A", "ko": "가"}
    people = {"tester": {"name": "T", "role": line}, "approver": {"name": "P", "role": line}}
    plain = {"name": line, "address": line, "contact": "c", "environment": line, "people": people}
    item = {"received": "2026-11-01", "condition": line}
    lab = Laboratory.model_validate(plain | {"client": {"name": line, "contact": "c"}, "item": item})

    assert remarks(record({}), record({}, lab=lab)) == [("laboratory", "", "A")]


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (
            [{"id": "a", "n": 1}, {"id": "b"}],
            [{"id": "a", "n": 2}, {"id": "b"}],
            [('{"id": "a", "n": 1}', '{"id": "a", "n": 2}')],
        ),
        (["a", "b"], ["b", "c", "d"], [("a", ""), ("", "c"), ("", "d")]),
        ("", ["a"], [("", "a")]),
        (["a", "b"], ["b", "a"], [("1. a", "1. b")]),
        (["a", "a"], ["a"], [('["a", "a"]', '["a"]')]),
        ("x", "y", [("x", "y")]),
    ],
)
def test_of_lists_what_differs_is_told(was, now, expected):
    assert list(_apart(was, now)) == expected
