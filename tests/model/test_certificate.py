"""The granting rule: each reason why a council may not confirm, and what the paper is called."""

import pytest

from testbed.model.certificate import decide
from testbed.model.record import Resumed, roll_up
from testbed.model.verdict import Outcome, Verdict
from testbed.model.waiver import Waiver
from tests.model.sample import case, catalogue, footer, header, requirement

A, X = "MB-A-ONE", "MB-X-INTEROP"
CONFORMANCE = catalogue(requirement(A))
INTEROP = catalogue(requirement(X), suite="interop", section="interoperability")


def decision(verdict=Verdict.PASS, outcome=None, *, interop=None, good=True, finished=True, **options):
    """Decide on a run of one requirement (and one of interoperability), told by its footer truly or not."""
    cases = [case({A: verdict})]
    catalogues = [CONFORMANCE]
    if interop is not None:
        catalogues.append(INTEROP)
        cases += [case({X: one}, suite="interop", name=f"t::{at}") for at, one in enumerate(interop)]
    judged = roll_up(catalogues, cases)
    claimed = footer(outcome or Outcome.CONFORMANT, judged, interrupted=options.pop("interrupted", False))
    resumed = options.pop("resumed", ())
    told = claimed if finished else None
    return decide(header(**options), told, judged, catalogues, report_is_good=good, resumed=resumed)


def test_a_good_report_of_a_conformant_run_is_granted():
    one = decision()

    assert (one.granted, one.reasons, one.title.ko) == (True, (), "적합성 확인서")


@pytest.mark.parametrize(
    ("one", "reasons"),
    [
        (decision(good=False), ["The report or its evidence was not verified."]),
        (decision(finished=False), ["The run did not finish.", "The overall verdict is INCOMPLETE."]),
        (
            decision(outcome=Outcome.INCOMPLETE, interrupted=True),
            ["The run did not finish.", "The overall verdict is INCOMPLETE."],
        ),
        (
            decision(outcome=Outcome.INCOMPLETE, selected_by_hand="-k fc03"),
            ["Cases were left out by hand.", "The overall verdict is INCOMPLETE."],
        ),
        (
            decision(Verdict.FAIL, Outcome.NOT_CONFORMANT),
            ["The overall verdict is NOT_CONFORMANT."],
        ),
        (
            decision(Verdict.FAIL, Outcome.CONFORMANT),
            [
                "The record claims CONFORMANT but its findings amount to NOT_CONFORMANT.",
                "The overall verdict is NOT_CONFORMANT.",
            ],
        ),
        (
            decision(Verdict.PASS, Outcome.NOT_CONFORMANT),
            ["The record claims NOT_CONFORMANT but its findings amount to CONFORMANT."],
        ),
        (decision(Verdict.INCONCLUSIVE, Outcome.INCOMPLETE), ["The overall verdict is INCOMPLETE."]),
        (decision(Verdict.ERROR, Outcome.INCOMPLETE), ["The overall verdict is INCOMPLETE."]),
        (decision(Verdict.NOT_APPLICABLE, Outcome.INCOMPLETE), ["The overall verdict is INCOMPLETE."]),
    ],
)
def test_refused_with_every_reason(one, reasons):
    assert not one.granted
    assert [reason.en for reason in one.reasons] == reasons
    assert all(reason.ko and reason.ko != reason.en for reason in one.reasons)


@pytest.mark.parametrize(
    ("verdicts", "title"),
    [
        ([Verdict.PASS], "Interoperability confirmation"),
        ([Verdict.PASS, Verdict.NOT_APPLICABLE], "Interoperability confirmation"),
        ([], "Conformity confirmation"),
        ([Verdict.NOT_TESTED], "Conformity confirmation"),
        ([Verdict.NOT_APPLICABLE], "Conformity confirmation"),
        ([Verdict.PASS, Verdict.WEAK], "Conformity confirmation"),
        ([Verdict.PASS, Verdict.INFO], "Interoperability confirmation"),  # INFO is no worse than PASS
        ([Verdict.INFO], "Conformity confirmation"),
    ],
)
def test_interoperable_only_where_values_were_exchanged(verdicts, title):
    assert decision(interop=verdicts).title.en == title
    assert decision().title.en == "Conformity confirmation"


WAIVER = {
    "requirement": A,
    "vendor": "V",
    "model": "M",
    "firmware": "F",
    "reason": "known",
    "link": "https://example.test/7",
    "approver": "Kim",
    "expires": "2026-12-31",
}


def test_a_waived_failure_is_granted_and_counted_anew():
    waivers = (Waiver.model_validate(WAIVER),)

    assert decision(Verdict.FAIL, Outcome.CONFORMANT_WITH_WAIVERS, waivers=waivers).granted
    lie = decision(Verdict.FAIL, Outcome.CONFORMANT, waivers=waivers)
    assert [one.en for one in lie.reasons] == [
        "The record claims CONFORMANT but its findings amount to CONFORMANT_WITH_WAIVERS."
    ]


def test_a_waiver_that_ended_before_the_run_went_on_is_no_ground():
    waivers = (Waiver.model_validate(WAIVER),)
    late = Resumed(at="2027-01-01T00:00:00Z", kept=1, ran_s=1.0, tester="t", platform="p")
    one = decision(Verdict.FAIL, Outcome.CONFORMANT_WITH_WAIVERS, waivers=waivers, resumed=(late,))

    assert not one.granted
    assert any(said.en.startswith("The waiver of MB-A-ONE expired") for said in one.reasons)


@pytest.mark.parametrize(
    ("verdict", "change", "reason"),
    [
        (Verdict.PASS, {}, "The waiver of MB-A-ONE no longer bites (verdict PASS)"),
        (Verdict.FAIL, {"expires": "2026-11-21"}, "The waiver of MB-A-ONE expired on 2026-11-21"),
        (Verdict.FAIL, {"vendor": "W"}, "The overall verdict is NOT_CONFORMANT."),
        (Verdict.FAIL, {"firmware": "G"}, "The overall verdict is NOT_CONFORMANT."),
    ],
)
@pytest.mark.parametrize("claimed", [Outcome.CONFORMANT, Outcome.CONFORMANT_WITH_WAIVERS])
def test_a_waiver_that_does_not_hold_is_no_ground(verdict, change, reason, claimed):
    one = decision(verdict, claimed, waivers=(Waiver.model_validate(WAIVER | change),))

    assert not one.granted
    assert any(said.en.startswith(reason) for said in one.reasons)


def test_a_device_that_nobody_named_is_not_confirmed():
    judged = roll_up([CONFORMANCE], [case({A: Verdict.PASS})])
    known = header()
    device = known.declaration.device.model_copy(update={"firmware": "?"})
    drafted = known.model_copy(
        update={"declaration": known.declaration.model_copy(update={"device": device})}
    )

    one = decide(drafted, footer(Outcome.CONFORMANT, judged), judged, [CONFORMANCE], report_is_good=True)

    assert (one.granted, [reason.en for reason in one.reasons]) == (
        False,
        ["The device is not named: firmware still stands as a question mark."],
    )
