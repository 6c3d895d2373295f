"""Errata of a suite: read with it, outside its digest, and applied to what a run finds."""

import re
from dataclasses import replace

import pytest

from testbed.model.document import DocumentError
from testbed.model.errata import Erratum
from testbed.model.record import ALL_TRAFFIC
from testbed.model.verdict import Outcome, Verdict
from testbed.plugin.gather import GatherError, gather
from testbed.plugin.run import Run
from testbed.plugin.shelf import read_suite, suites
from testbed.wire.simulator import simulators
from tests.plugin.bench import declared, setup, suite_cases

ZERO, ECHO = "MB-FC03-QUANTITY-ZERO", "MB-MBAP-TRANSACTION-ECHO"
ZERO_CASE = "test_read_holding_registers.py::test_quantity_zero"
PARAMETERS = "test_read_holding_registers.py::test_quantity_over"

SUITE = """\
id: own_suite
version: 1.0.0
title: { en: A suite., ko: 시험 스위트. }
protocol: modbus
documents: { AP: { title: T, edition: "1" } }
"""
REQUIREMENTS = """\
- id: OWN-ONE
  clause: { AP: "1" }
  level: SHALL
  basis: read
  text: { en: It holds., ko: 성립하여야 한다. }
"""
CASES = '''\
"""T, edition 1, 1: Own."""


@verifies("OWN-ONE")
async def test_holds(modbus):
    """It holds."""
'''
ERRATUM = """\
- id: E-2026-001
  date: 2026-11-22
  requirement: OWN-ONE
  cases: ["test_own.py::test_holds[1]"]
  versions: ["<1.1.0"]
  fault: { en: The limit was wrong., ko: 한계값이 잘못되었습니다. }
  effect: both
  fixed_in: 1.1.0
"""


@pytest.fixture
def own(tmp_path):
    """A suite of our own, not installed."""
    for name, text in {"suite.yaml": SUITE, "requirements.yaml": REQUIREMENTS, "test_own.py": CASES}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def read(errata=None):
        if errata is not None:
            (tmp_path / "errata.yaml").write_text(errata, encoding="utf-8")
        return read_suite(tmp_path)

    return read


def test_an_erratum_published_later_does_not_change_what_a_version_was(own):
    before, after = own(), own(ERRATUM)

    assert before.errata == ()
    assert [one.id for one in after.errata] == ["E-2026-001"]
    assert after.pending == after.errata
    assert before.digest == after.digest


def test_an_erratum_of_an_older_version_is_known_and_not_pending(own):
    suite = own(ERRATUM.replace('"<1.1.0"', '"0.9.0"').replace("test_holds[1]", "test_gone"))

    assert len(suite.errata) == 1
    assert suite.pending == ()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "OWN-ONE",
            "OWN-TWO",
            "errata.yaml: line 3: own_suite has no requirement OWN-TWO; did you mean OWN-ONE?",
        ),
        ("test_holds", "test_hold", "E-2026-001: version 1.0.0 has no case test_own.py::test_hold"),
        ("test_own.py", "test_other.py", "E-2026-001: version 1.0.0 has no case test_other.py::test_holds"),
        ("fixed_in: 1.1.0", "fixed_in: 1.0.5", "`fixed_in` 1.0.5 is among the faulty `versions`"),
    ],
)
def test_an_erratum_about_nothing_is_refused(own, old, new, complaint):
    with pytest.raises(DocumentError) as refused:
        own(ERRATUM.replace(old, new))

    assert complaint in str(refused.value)


def erratum(requirement, cases, effect="both"):
    return Erratum.model_validate(
        {
            "id": "E-2026-001",
            "date": "2026-11-22",
            "requirement": requirement,
            "cases": cases,
            "versions": ["<9.0.0"],
            "fault": {"en": "The limit was wrong.", "ko": "한계값이 잘못되었습니다."},
            "effect": effect,
            "fixed_in": "9.0.0",
        }
    )


@pytest.mark.parametrize(
    ("cases", "strange"),
    [
        ("all", ""),
        ([ZERO_CASE, PARAMETERS], ""),
        ([f"{PARAMETERS}[no such value]"], f"{PARAMETERS}[no such value]"),
        ([ZERO_CASE, f"{ZERO_CASE}[1]"], f"{ZERO_CASE}[1]"),
    ],
)
def test_a_case_that_collection_does_not_know_breaks_the_suite(cases, strange):
    suite = replace(suites()["modbus_tcp_server"], errata=(erratum(ZERO, cases),))
    if not strange:
        assert len(gather([suite])) == len(suite_cases())
        return

    with pytest.raises(GatherError, match=re.escape(f"errata.yaml: E-2026-001: there is no case {strange}")):
        gather([suite])


def run_with(one, breaks=None):
    """Run the conformance suite, one erratum against it, on the reference or a mutant."""
    made = setup()
    if breaks is not None:
        name = next(name for name, mutant in simulators("modbus").items() if mutant.breaks == {breaks})
        made = setup(declared(connect=f"connect: sim:{name}"))
    with_it = tuple(
        replace(suite, errata=(one,) if one.requirement in suite.catalogue else ())
        for suite in made.suites
        if suite.catalogue.section == "conformance"
    )
    run = Run(replace(made, suites=with_it))
    cases = suite_cases()
    run.begin(cases)
    for case in cases:
        run.result(case.suite, case.id)
    outcome = run.end()
    return run, {judged.requirement.id: judged for judged in run.judged}, outcome


@pytest.mark.parametrize("breaks", [None, ZERO])
def test_what_a_wrong_case_found_is_not_judged(breaks):
    run, judged, outcome = run_with(erratum(ZERO, [ZERO_CASE]), breaks)

    assert outcome is Outcome.INCOMPLETE
    assert judged[ZERO].verdict is Verdict.INCONCLUSIVE
    assert judged[ZERO].reasons[0].en == (
        "suite erratum E-2026-001: The limit was wrong.; update the suite to 9.0.0"
    )
    assert {name for name, one in judged.items() if one.verdict is Verdict.INCONCLUSIVE} == {ZERO}
    assert run.footer.outcome is Outcome.INCOMPLETE
    (record,) = [one for one in run.records if one.case == ZERO_CASE]
    assert record.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("effect", "breaks", "outcome"),
    [
        ("false FAIL", None, Outcome.CONFORMANT),  # what is too strict and passes, passes
        ("false FAIL", ZERO, Outcome.INCOMPLETE),
        ("false PASS", None, Outcome.INCOMPLETE),
        ("false PASS", ZERO, Outcome.NOT_CONFORMANT),  # what is too lenient and fails, fails
    ],
)
def test_what_an_erratum_cannot_have_spoilt_stands(effect, breaks, outcome):
    assert run_with(erratum(ZERO, [ZERO_CASE], effect), breaks)[2] is outcome


def test_of_an_invariant_all_traffic_is_withdrawn():
    run, judged, outcome = run_with(erratum(ECHO, "all"), ECHO)
    assert judged[ECHO].verdict is Verdict.INCONCLUSIVE
    assert outcome is Outcome.INCOMPLETE
    assert not any(one.is_broken for one in judged.values())

    run, judged, outcome = run_with(erratum(ECHO, "all"))
    assert judged[ECHO].verdict is Verdict.INCONCLUSIVE
    assert outcome is Outcome.INCOMPLETE
    assert run.records[-1].case == ALL_TRAFFIC
