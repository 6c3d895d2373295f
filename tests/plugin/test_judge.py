"""By whose fault a case ended, and what that makes of its requirements."""

import asyncio
import re

import pytest

from testbed.modbus import NORMAL, SILENCE
from testbed.model.base import Text
from testbed.model.standard import Catalogue
from testbed.model.verdict import Verdict
from testbed.plugin.case import Case, SuiteError, make_case
from testbed.plugin.judge import Happening, judge
from testbed.testers.trouble import NotTestable, Unanswered, Undecided, Unsafe
from testbed.wire.dial import UnreachableError
from testbed.wire.monitor import Breach
from tests.plugin import sample_cases as cases

SAID = Text(en="what was said", ko="한 말")


def catalogue(level="SHALL", basis="read"):
    def row(name, level="SHALL", basis="read", **more):
        text = {"en": f"The text of {name}.", "ko": "본문"}
        return {"id": name, "clause": {"AP": "1"}, "level": level, "basis": basis, "text": text, **more}

    return Catalogue.model_validate(
        {
            "id": "a_suite",
            "version": "1.0.0",
            "title": {"en": "A suite", "ko": "모음"},
            "protocol": "modbus",
            "documents": {"AP": {"title": "A standard", "edition": "1"}},
            "requirements": [
                row("MB-ONE", level, basis),
                row("MB-SURVIVES"),
                row("MB-FRAME", invariant=True),
            ],
        }
    )


def judged(error=None, *, of=None, case=cases.within, **happening):
    """Judge a case that ended with an error; return its judgement and what happened."""
    happened = Happening(error=error, frames=(4, 5), **happening)
    case = Case("a_suite", "test_x.py::test_y", "A title.", case, {}, (), ("MB-ONE",), ())
    return judge(case, of or catalogue(), happened, "MB-SURVIVES"), happened


def failed(case=cases.within, argument=NORMAL):
    """Return the error of a case's own assertion."""
    with pytest.raises(AssertionError) as caught:
        asyncio.run(case(argument))
    return caught.value


def verdicts(judgement):
    return {one.requirement: (one.verdict, one.broken, one.source) for one in judgement.findings}


def test_pass():
    judgement, _ = judged()
    assert verdicts(judgement) == {"MB-ONE": (Verdict.PASS, False, "case")}
    assert judgement.reason is None
    assert judgement.findings[0].frames == (4, 5)


@pytest.mark.parametrize(
    ("level", "basis", "verdict"),
    [
        ("SHALL", "read", Verdict.FAIL),
        ("SHALL", "secondary", Verdict.FAIL),
        ("SHALL", "memory", Verdict.INFO),
        ("SHOULD", "read", Verdict.WEAK),
        ("SHOULD", "memory", Verdict.INFO),
        ("MAY", "read", Verdict.INFO),
    ],
)
def test_the_standard_decides_how_severe_a_broken_requirement_is(level, basis, verdict):
    judgement, _ = judged(failed(), of=catalogue(level, basis))
    assert verdicts(judgement) == {"MB-ONE": (verdict, True, "case")}
    (finding,) = judgement.findings
    assert finding.expected.en == "no answer or the connection closed"
    assert finding.received.en == "a normal response"


def test_no_answer_where_one_was_judged():
    judgement, _ = judged(Unanswered(SAID))
    assert verdicts(judgement) == {"MB-ONE": (Verdict.FAIL, True, "case")}
    assert judgement.findings[0].received == SAID
    assert judgement.findings[0].expected.en == "The text of MB-ONE."


def test_no_connection_where_one_was_judged():
    judgement, _ = judged(UnreachableError("it refuses"))
    assert verdicts(judgement) == {"MB-ONE": (Verdict.FAIL, True, "case")}
    assert judgement.findings[0].received.en == "no connection: it refuses"


@pytest.mark.parametrize(
    ("error", "verdict", "reason"),
    [
        (Undecided(SAID), Verdict.INCONCLUSIVE, "what was said"),
        (NotTestable(SAID), Verdict.NOT_TESTED, "what was said"),
        (TimeoutError(), Verdict.INCONCLUSIVE, "the case did not end in time"),
        (Unsafe(SAID), Verdict.ERROR, "Unsafe: what was said"),
        (ZeroDivisionError("ours"), Verdict.ERROR, "ZeroDivisionError: ours"),
        (OSError("ours"), Verdict.ERROR, "OSError: ours"),
        (AssertionError("of nobody's case"), Verdict.ERROR, None),
    ],
)
def test_what_is_not_the_devices_fault(error, verdict, reason):
    try:
        raise error  # noqa: TRY301 - so that it has a traceback, as errors have that come
    except BaseException as caught:  # noqa: BLE001 - any of them
        judgement, happening = judged(caught)
    assert verdicts(judgement) == {"MB-ONE": (verdict, False, "case")}
    assert judgement.reason is not None
    assert reason is None or reason in judgement.reason.en
    ours = verdict is Verdict.ERROR and not isinstance(error, Unsafe)
    assert any("Traceback" in line for line in happening.log) == ours


def test_an_assertion_that_cannot_be_explained_is_our_error():
    reply = type("R", (), {"exception": SILENCE})()
    judgement, _ = judged(failed(cases.comprehends, [reply]), case=cases.comprehends)
    assert verdicts(judgement) == {"MB-ONE": (Verdict.ERROR, False, "case")}
    judgement, _ = judged(failed(cases.elsewhere, SILENCE), case=cases.elsewhere)
    assert verdicts(judgement) == {"MB-ONE": (Verdict.ERROR, False, "case")}


def test_who_did_not_survive_breaks_that_and_nothing_else():
    judgement, _ = judged(Unanswered(SAID), survival=SAID)
    assert verdicts(judgement) == {
        "MB-SURVIVES": (Verdict.FAIL, True, "control"),
        "MB-ONE": (Verdict.INCONCLUSIVE, False, "case"),
    }
    silent, _ = judged(failed(cases.outcomes, {SILENCE}), case=cases.outcomes, survival=SAID)
    assert verdicts(silent)["MB-ONE"] == (Verdict.INCONCLUSIVE, False, "case")
    wrong, _ = judged(failed(), survival=SAID)
    assert verdicts(wrong)["MB-ONE"] == (
        Verdict.FAIL,
        True,
        "case",
    )  # a frame that came is wrong whatever else
    good, _ = judged(survival=SAID)
    assert verdicts(good)["MB-ONE"] == (Verdict.PASS, False, "case")


BREACH = Breach("MB-FRAME", SAID, SAID, 9, 2, 4)


@pytest.mark.parametrize("error", [None, Unanswered(SAID), Undecided(SAID), "assertion"])
def test_a_broken_invariant_leaves_the_cases_own_finding_open(error):
    judgement, _ = judged(failed() if error == "assertion" else error, breaches=[BREACH, BREACH])
    assert verdicts(judgement) == {
        "MB-FRAME": (Verdict.FAIL, True, "invariant"),
        "MB-ONE": (Verdict.INCONCLUSIVE, False, "case"),
    }
    assert judgement.findings[0].frames == (9,)
    assert judgement.guilty == {9: (2, 4)}
    assert judgement.reason is not None


def test_a_broken_invariant_does_not_hide_our_error():
    judgement, _ = judged(ZeroDivisionError(), breaches=[BREACH])
    assert verdicts(judgement)["MB-ONE"] == (Verdict.ERROR, False, "case")


def test_frames_that_nobody_can_read_are_no_proof_of_silence():
    judgement, _ = judged(breaches=[BREACH], survival=SAID)
    assert verdicts(judgement)["MB-SURVIVES"] == (Verdict.INCONCLUSIVE, False, "control")


def test_a_breach_in_a_frame_that_was_not_kept_cites_none():
    judgement, _ = judged(breaches=[Breach("MB-FRAME", SAID, SAID, 0)])
    finding = next(one for one in judgement.findings if one.requirement == "MB-FRAME")
    assert (finding.verdict, finding.frames) == (Verdict.FAIL, ())


def test_a_requirement_that_the_monitor_found_broken_is_not_judged_twice():
    case = Case("a_suite", "x", "A title.", cases.within, {}, (), ("MB-FRAME", "MB-ONE"), ())
    judgement = judge(case, catalogue(), Happening(breaches=[BREACH]), "MB-SURVIVES")
    assert [one.requirement for one in judgement.findings] == ["MB-FRAME", "MB-ONE"]


def test_an_invariant_that_a_suite_lists_no_row_for_goes_to_the_row_for_all():
    breach = Breach("MB-MBAP-LENGTH", SAID, SAID, 9)
    assert verdicts(judged(breaches=[breach])[0])["MB-FRAME"][0] is Verdict.FAIL


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ({}, "say which requirement it verifies"),
        ({"__verifies__": ("MB-NONE",)}, "MB-NONE is not in the catalogue of a_suite"),
        ({"__verifies__": ("MB-ONE",), "__doc__": None}, "its docstring is the sentence"),
    ],
)
def test_a_case_that_does_not_say_what_it_should(marks, said):
    async def case(modbus):
        """A sentence."""

    for name, value in marks.items():
        setattr(case, name, value)
    with pytest.raises(SuiteError, match=re.escape(said)):
        make_case(catalogue(), "x", case, {})


def test_a_case_that_is_no_coroutine():
    def case():
        """A sentence."""

    case.__verifies__ = ("MB-ONE",)
    with pytest.raises(SuiteError, match="a case is an `async def`"):
        make_case(catalogue(), "x", case, {})
