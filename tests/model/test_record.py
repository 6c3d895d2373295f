"""From the lines of a record to the verdict of each requirement, and of the run."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from testbed.bundle.reader import BundleError, read_record
from testbed.bundle.writer import BundleWriter
from testbed.model.base import Text
from testbed.model.record import (
    ALL_TRAFFIC,
    LINE,
    UnknownRequirementError,
    counts,
    in_order,
    outcome_of,
    roll_up,
)
from testbed.model.verdict import Outcome, Verdict, join
from tests.model.sample import TEXT, case, catalogue, footer, header, requirement

A, B = "MB-A-ONE", "MB-B-TWO"
SUITE = catalogue(requirement(A), requirement(B, "SHOULD"))


def verdicts(*cases):
    return {one.requirement.id: str(one.verdict) for one in roll_up([SUITE], cases)}


def test_a_requirement_gets_the_worst_of_its_findings():
    found = [case({A: Verdict.PASS, B: Verdict.WEAK}), case({A: Verdict.FAIL}), case({A: Verdict.ERROR})]

    assert verdicts(*found) == {A: "FAIL", B: "WEAK"}


def test_a_requirement_that_nothing_looked_at_is_not_tested():
    assert verdicts() == {A: "NOT_TESTED", B: "NOT_TESTED"}


def test_findings_of_another_suite_do_not_count():
    assert verdicts(case({A: Verdict.FAIL}, suite="other_suite")) == {A: "NOT_TESTED", B: "NOT_TESTED"}


def test_a_finding_about_a_requirement_that_its_suite_does_not_have_is_never_left_out_silently():
    with pytest.raises(UnknownRequirementError, match="MB-C is not in the suite's catalogue"):
        verdicts(case({A: Verdict.PASS, "MB-C": Verdict.FAIL}))


@given(
    st.permutations([("a", ALL_TRAFFIC), ("a", "y"), ("b", "x"), ("a", "z"), ("b", ALL_TRAFFIC), ("c", "x")])
)
def test_cases_stand_by_suite_and_name_whatever_ended_first(ended):
    used = [{"id": suite, "version": "1.0.0", "digest": "0" * 64} for suite in ("b", "a")]
    cases = in_order(header(suites=used), [case({}, suite=suite, name=name) for suite, name in ended])
    assert [(one.suite, one.case) for one in cases] == [
        ("b", "x"),
        ("b", ALL_TRAFFIC),
        ("a", "y"),
        ("a", "z"),
        ("a", ALL_TRAFFIC),
        ("c", "x"),
    ]


@given(st.lists(st.dictionaries(st.sampled_from([A, B]), st.sampled_from(Verdict)), max_size=5))
def test_roll_up_is_the_join_in_any_order(found):
    cases = [case(findings) for findings in found]

    rolled = verdicts(*cases)

    assert rolled == verdicts(*reversed(cases))
    assert rolled == {one: join(f[one] for f in found if one in f) for one in (A, B)}


def test_reasons_are_told_once_and_only_where_nothing_was_judged():
    why = Text(en="not declared", ko="선언되지 않음")
    cases = [case({A: Verdict.INCONCLUSIVE, B: Verdict.PASS}, reason=why) for _ in range(2)]

    one, two = roll_up([SUITE], cases)

    assert (one.reasons, two.reasons) == ((why,), ())
    assert [name for name, _ in one.findings] == ["test_a.py::test_b"] * 2


def test_counts_name_every_verdict():
    counted = counts(roll_up([SUITE], [case({A: Verdict.PASS})]))

    assert list(counted) == list(Verdict)
    assert {verdict: number for verdict, number in counted.items() if number} == {"PASS": 1, "NOT_TESTED": 1}


@pytest.mark.parametrize(
    ("row", "verdict", "expected"),
    [
        ({}, Verdict.FAIL, Outcome.NOT_CONFORMANT),
        ({}, Verdict.INCONCLUSIVE, Outcome.INCOMPLETE),
        ({"basis": "memory"}, Verdict.FAIL, Outcome.CONFORMANT),
        ({"basis": "memory"}, Verdict.INCONCLUSIVE, Outcome.CONFORMANT),
        ({"basis": "secondary"}, Verdict.FAIL, Outcome.NOT_CONFORMANT),
        ({"level": "SHOULD"}, Verdict.INCONCLUSIVE, Outcome.CONFORMANT),
        ({"untestable": "not observable on the wire"}, Verdict.INCONCLUSIVE, Outcome.CONFORMANT),
    ],
)
def test_outcome_of(row, verdict, expected):
    suite = catalogue(requirement(A), requirement(B, **row))
    judged = roll_up([suite], [case({A: Verdict.PASS, B: verdict})])

    assert outcome_of(judged, finished=True, selected_by_hand=False) is expected


def test_a_waiver_is_of_one_requirement():
    judged = roll_up([SUITE], [case({A: Verdict.FAIL})])

    def outcome(waived):
        return outcome_of(judged, finished=True, selected_by_hand=False, waived=waived)

    assert outcome({A: True}) is Outcome.CONFORMANT_WITH_WAIVERS
    assert outcome({B: True}) is Outcome.NOT_CONFORMANT


wild = st.text(st.characters(exclude_categories=["Cs"]))


@given(said=wild, at=st.floats(0, 1e6), numbers=st.lists(st.integers(1)))
@settings(deadline=None)  # a disk may be slow
def test_a_record_is_read_as_it_was_written(tmp_path_factory, said, at, numbers):
    """Whatever a device said in it: line separators of Unicode end no line."""
    found = case({A: Verdict.FAIL}, reason=Text(en=said, ko=said), at=at, duration_s=at / 7, log=(said,))
    finding = found.findings[0].model_copy(
        update={"frames": tuple(numbers), "received": Text(en=said, ko=said)}
    )
    found = found.model_copy(update={"findings": (finding,), "peer": said})
    folder = tmp_path_factory.mktemp("bundle")
    writer = BundleWriter(folder, declaration=b"", profile=b"")
    for line in (header(), found, footer()):
        writer.line(line)
    writer.close()

    record = read_record(folder)

    assert (record.header, record.cases, record.footer) == (header(), (found,), footer())


HEAD, CASE, FOOT = (one.model_dump_json() for one in (header(), case({A: Verdict.PASS}), footer()))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (CASE, "line 1: a case cannot stand here"),
        (f"{HEAD}\n{HEAD}\n", "line 2: a header cannot stand here"),
        (f"{HEAD}\n{FOOT}\n{CASE}\n", "line 3: a case cannot stand here"),
        (f"{HEAD}\n{FOOT}\n{FOOT}\n", "line 3: a footer cannot stand here"),
        (f"{HEAD}\n\n{FOOT}\n", "line 2: Invalid JSON"),
        (f"{HEAD}\n{CASE[:-9]}", "line 2: Invalid JSON"),
        (f"{HEAD}\n{'[' * 9999}", "line 2: "),
        (f"{HEAD}\n{{}}", "line 2: Unable to extract tag"),
        (HEAD.replace("V", "\ud800").replace("\ud800", "\\ud800"), "line 1: "),
    ],
)
def test_a_forged_record_is_refused_by_its_line(tmp_path, text, said):
    (tmp_path / "results.jsonl").write_text(text, encoding="utf-8")

    with pytest.raises(BundleError) as caught:
        read_record(tmp_path)

    assert str(caught.value).startswith(str(tmp_path / "results.jsonl"))
    assert said in str(caught.value)


def test_a_record_without_footer_is_read_and_has_none(tmp_path):
    (tmp_path / "results.jsonl").write_text(f"{HEAD}\n{CASE}\n", encoding="utf-8")

    assert read_record(tmp_path).footer is None


@given(st.binary(max_size=60))
def test_any_short_line_is_a_validation_error(line):
    with pytest.raises(ValidationError):
        LINE.validate_json(line)


def test_values_are_frozen_and_closed():
    one = Text.model_validate(TEXT)

    with pytest.raises(ValidationError, match="frozen"):
        one.en = "other"
    with pytest.raises(ValidationError, match="Extra inputs"):
        Text.model_validate(TEXT | {"de": "so"})
    assert [one.in_language(language) for language in ("en", "ko")] == list(TEXT.values())


def test_a_demand_about_which_nothing_was_found_leaves_the_run_incomplete():
    """Its cases were left out of the record: nobody can say that it was met."""
    both = catalogue(requirement(A), requirement(B))
    bare = roll_up([both], [case({A: Verdict.PASS})])
    assert [one.is_bare for one in bare] == [False, True]
    assert outcome_of(bare, finished=True, selected_by_hand=False) is Outcome.INCOMPLETE
    whole = roll_up([both], [case({A: Verdict.PASS}), case({B: Verdict.PASS})])
    assert outcome_of(whole, finished=True, selected_by_hand=False) is Outcome.CONFORMANT
