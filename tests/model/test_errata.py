"""Suite errata: what they withdraw, what of an older report they touch, and which are refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from testbed.model.document import DocumentError
from testbed.model.errata import Erratum, read_errata, touched, withdrawn
from testbed.model.record import Finding
from testbed.model.verdict import Verdict
from tests.model.sample import case, catalogue, requirement

A, S, M = "MB-A-ONE", "MB-S-ONE", "MB-M-ONE"
SUITE = catalogue(requirement(A), requirement(S, level="SHOULD"), requirement(M, level="MAY"))
ONE, TWO = "test_a.py::test_b", "test_a.py::test_c[1]"

LINES = """\
- id: E-2026-001
  date: 2026-11-22
  requirement: MB-A-ONE
  cases: [test_a.py::test_b]
  versions: ["1.0.0"]
  fault: { en: The limit was wrong., ko: 한계값이 잘못되었습니다. }
  effect: false FAIL
  fixed_in: 1.1.0
"""


def erratum(**changes):
    plain = {
        "id": "E-2026-001",
        "date": date(2026, 11, 22),
        "requirement": A,
        "cases": [ONE],
        "versions": ["1.0.0"],
        "fault": {"en": "The limit was wrong.", "ko": "한계값이 잘못되었습니다."},
        "effect": "both",
        "fixed_in": None,
    }
    return Erratum.model_validate(plain | changes)


def judged(findings, name=ONE):
    """A case whose findings are broken where their verdict says so."""
    record = case(findings, name=name)
    told = tuple(
        one.model_copy(update={"broken": one.verdict in {Verdict.FAIL, Verdict.WEAK, Verdict.INFO}})
        for one in record.findings
    )
    return record.model_copy(update={"findings": told})


def test_the_document_is_read():
    (one,) = read_errata(LINES, "errata.yaml", SUITE)

    assert (one.id, one.cases, one.fixed_in) == ("E-2026-001", (ONE,), "1.1.0")
    assert one.said.en == "suite erratum E-2026-001: The limit was wrong.; update the suite to 1.1.0"
    assert "1.1.0" in one.said.ko
    assert read_errata("[]", "errata.yaml", SUITE) == ()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            ("MB-A-ONE", "MB-A-ON"),
            "errata.yaml: line 3: some_suite has no requirement MB-A-ON; did you mean MB-A-",
        ),
        (("test_a.py::test_b", "everything"), "errata.yaml: line 4"),
        (("[test_a.py::test_b]", "[]"), "errata.yaml: line 4"),
        (('["1.0.0"]', "[]"), "errata.yaml: line 5"),
        (('"1.0.0"', '"1.0"'), "errata.yaml: line 5"),
        (("false FAIL", "false"), "errata.yaml: line 7"),
        (("1.1.0", "1.0.0"), "`fixed_in` 1.0.0 is among the faulty `versions`"),
        (("  fixed_in: 1.1.0\n", ""), "`0.fixed_in` is missing"),
        (("  fixed_in", "  fixd_in"), "unknown key `0.fixd_in`; did you mean `fixed_in`?"),
        (("- id", "id"), "must be a list"),
        (("- id: E-2026-001", "- id: 1"), "errata.yaml: line 1"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(change, complaint):
    assert change[0] in LINES
    text = LINES.replace(*change)
    if change[0] == "- id":
        text = text.replace("\n  ", "\n")

    with pytest.raises(DocumentError) as refused:
        read_errata(text, "errata.yaml", SUITE)

    assert complaint in str(refused.value)


def test_an_id_stands_once():
    with pytest.raises(DocumentError, match=r"line 9: E-2026-001 stands twice"):
        read_errata(LINES + LINES, "errata.yaml", SUITE)


@pytest.mark.parametrize(
    ("versions", "version", "applies"),
    [
        (["1.0.0"], "1.0.0", True),
        (["1.0.0"], "1.0.1", False),
        (["<1.10.0"], "1.9.9", True),
        (["<1.10.0"], "1.10.0", False),
        (["0.9.0", "<0.5.0"], "0.4.0", True),
        (["0.9.0", "<0.5.0"], "0.5.0", False),
    ],
)
def test_versions_are_compared_as_numbers(versions, version, applies):
    assert erratum(versions=versions).applies_to(version) is applies


def test_a_range_may_not_hold_its_own_remedy():
    with pytest.raises(ValidationError, match="among the faulty"):
        erratum(versions=["<1.2.0"], fixed_in="1.1.0")
    assert erratum(versions=["<1.2.0"], fixed_in="1.2.0").fixed_in == "1.2.0"


@pytest.mark.parametrize(
    ("cases", "name", "about"),
    [
        ([ONE], ONE, True),
        ([ONE], TWO, False),
        (["test_a.py::test_c"], TWO, True),
        (["test_a.py::test_c[1]"], TWO, True),
        (["test_a.py::test_c[2]"], TWO, False),
        ("all", "(all traffic)", True),
    ],
)
def test_a_case_without_parameters_means_all_of_them(cases, name, about):
    assert erratum(cases=cases).is_about(name) is about


@pytest.mark.parametrize(
    ("effect", "verdict", "left"),
    [
        ("false FAIL", Verdict.FAIL, Verdict.INCONCLUSIVE),
        ("false FAIL", Verdict.PASS, Verdict.PASS),
        ("false PASS", Verdict.FAIL, Verdict.FAIL),
        ("false PASS", Verdict.PASS, Verdict.INCONCLUSIVE),
        ("both", Verdict.FAIL, Verdict.INCONCLUSIVE),
        ("both", Verdict.PASS, Verdict.INCONCLUSIVE),
        ("both", Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE),
        ("both", Verdict.ERROR, Verdict.ERROR),
    ],
)
def test_what_is_doubted_is_withdrawn_and_the_reason_said(effect, verdict, left):
    before = judged({A: verdict, S: Verdict.PASS})
    after = withdrawn(before, [erratum(effect=effect)])

    assert [one.verdict for one in after.findings] == [left, Verdict.PASS]
    if left is verdict:
        assert after is before
    else:
        assert after.verdict is Verdict.INCONCLUSIVE
        assert after.reason.en.startswith("suite erratum E-2026-001: The limit was wrong.")
        assert not after.findings[0].broken
        assert withdrawn(after, [erratum(effect=effect)]) is after


def test_other_cases_keep_their_findings():
    other = judged({A: Verdict.FAIL}, TWO)

    assert withdrawn(other, [erratum()]) is other


@pytest.mark.parametrize(
    ("effect", "findings", "might"),
    [
        ("false FAIL", {ONE: Verdict.PASS}, None),  # a false FAIL cannot hide where nothing failed
        ("false FAIL", {ONE: Verdict.FAIL}, Verdict.PASS),
        ("false FAIL", {ONE: Verdict.FAIL, TWO: Verdict.FAIL}, None),  # a sound case failed it too
        ("false FAIL", {ONE: Verdict.FAIL, TWO: Verdict.PASS}, Verdict.PASS),
        ("false PASS", {ONE: Verdict.PASS}, Verdict.FAIL),
        ("false PASS", {ONE: Verdict.FAIL}, None),
        ("false PASS", {ONE: Verdict.PASS, TWO: Verdict.PASS}, Verdict.FAIL),
        ("false PASS", {ONE: Verdict.PASS, TWO: Verdict.FAIL}, None),  # it fails anyway
        ("both", {ONE: Verdict.PASS}, Verdict.FAIL),
        ("both", {ONE: Verdict.FAIL}, Verdict.PASS),
        ("both", {ONE: Verdict.INCONCLUSIVE}, None),
        ("both", {TWO: Verdict.PASS}, None),
    ],
)
def test_a_verdict_is_touched_only_where_it_could_be_another(effect, findings, might):
    record = [judged({A: verdict}, name) for name, verdict in findings.items()]
    found = list(touched(SUITE, "1.0.0", [erratum(effect=effect)], record))

    assert [one.might for one in found] == ([] if might is None else [might])
    assert list(touched(SUITE, "1.0.1", [erratum(effect=effect)], record)) == []


@pytest.mark.parametrize(("name", "broken"), [(S, Verdict.WEAK), (M, Verdict.INFO)])
def test_a_missed_should_and_may_are_touched_as_well(name, broken):
    weak, good = [judged({name: broken})], [judged({name: Verdict.PASS})]

    (lower,) = touched(SUITE, "1.0.0", [erratum(requirement=name, effect="false FAIL")], weak)
    (upper,) = touched(SUITE, "1.0.0", [erratum(requirement=name, effect="false PASS")], good)

    assert (lower.verdict, lower.might) == (broken, Verdict.PASS)
    assert (upper.verdict, upper.might) == (Verdict.PASS, broken)
    assert lower.said.en.startswith(f"{name}: {broken} may be PASS (suite erratum E-2026-001")


@given(
    st.lists(
        st.tuples(st.sampled_from([ONE, TWO]), st.sampled_from([Verdict.PASS, Verdict.FAIL])), max_size=5
    ),
    st.sampled_from(["false FAIL", "false PASS", "both"]),
)
def test_what_is_not_touched_stays_whichever_doubted_findings_were_wrong(found, effect):
    """Flip every subset of the doubted findings: an untouched verdict is the same in all of those worlds."""
    one = erratum(effect=effect)
    record = [judged({A: verdict}, name) for name, verdict in found]
    worlds = [[]]
    for entry in record:
        (finding,) = entry.findings
        choices = [finding]
        if one.doubts(entry.case, finding):
            other = Verdict.PASS if finding.broken else Verdict.FAIL
            choices.append(Finding(requirement=A, verdict=other, broken=not finding.broken))
        worlds = [[*world, choice] for world in worlds for choice in choices]
    verdicts = {max((f.verdict for f in world), key=list(Verdict).index, default=None) for world in worlds}

    assert bool(list(touched(SUITE, "1.0.0", [one], record))) == (len(verdicts) > 1)
