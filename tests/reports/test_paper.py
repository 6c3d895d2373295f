"""The paper in full: heads, a laboratory's own, re-issues, and what else a reader has to be told."""

from __future__ import annotations

from testbed.model.ambiguity import Ambiguity
from testbed.model.lab import Accreditation
from testbed.model.preflight import Check, Diagnosis
from testbed.model.record import Resumed
from tests.reports import sample
from tests.reports.test_report import report


def test_the_page_follows_the_seven_heads():
    page = report()
    heads = ("identification", "status", "static", "dynamic", "review", "campaign", "observations")

    assert [one for one in page.ids if one in heads] == list(heads)


def test_a_laboratorys_paper_is_titled_and_numbered_as_such():
    page = report(sample.GOOD, header=sample.header(lab=sample.LAB))

    assert "시험성적서" in page.text
    assert "자체시험" not in page.text
    assert "Self-test" not in page.text
    for sentence in (
        "EXL-20261122T093000Z-7f3a-1",
        "예시산업시험소(가상)",
        "Example Controls Co.",
        "Park Seung-in",
        "The results apply to the item as received.",
        "What stands here is opinion, not a result of the test.",
        "Example Calibration",
    ):
        assert sentence in page.text


def test_an_accreditation_takes_the_denial_away():
    claim = Accreditation(body="KOLAS", number="KT000", scope=sample.both("Modbus/TCP", "Modbus/TCP"))
    lab = sample.LAB.model_copy(update={"accreditation": claim})
    page = report(sample.GOOD, header=sample.header(lab=lab))

    assert "KT000" in page.text
    assert "Not a KOLAS-accredited report." not in page.text


def test_a_reissue_points_back_and_says_what_changed():
    page = report(
        sample.GOOD, header=sample.header(lab=sample.MISNAMED), lab=sample.LAB, reissue=sample.REISSUE
    )

    for sentence in (
        "This paper, revision 2, replaces EXL-20261122T093000Z-7f3a-1.",
        "End of EXL-20261122T093000Z-7f3a-2",
        "9" * 64,
        "The client's name was misspelt.",
        "client.name.en",
        "2026-11-24",
    ):
        assert sentence in page.text
    assert page.text.count("Exampel Controls Co.") == 1  # in the list of changes alone


def test_a_reissue_without_changes_says_so():
    reissue = sample.REISSUE.model_copy(update={"changes": ()})

    assert "No setting was changed." in report(sample.GOOD, reissue=reissue).text


def test_how_often_a_fault_was_reproduced_is_said():
    first = sample.CASES[0]
    finding = first.findings[0].model_copy(update={"reproduced": 2, "tries": 3})
    page = report((first.model_copy(update={"findings": (finding,)}), *sample.CASES[1:]))

    assert "3회 중 2회 재현" in page.text
    assert "reproduced 2 of 3" in page.text


def test_what_was_left_changed_in_the_device_is_said():
    left = sample.GOOD[0].model_copy(update={"not_restored": ("holding register 400 = 7",)})
    resumed = Resumed(
        at="2026-11-22T09:40:00Z",
        kept=5,
        ran_s=1.0,
        tester="testbed 0.1.0",
        platform="Linux",
        not_restored=("coil 3 = 1",),
    )
    page = report((left, *sample.GOOD[1:]), resumed=(resumed,))

    assert "holding register 400 = 7" in page.text
    assert "coil 3 = 1" in page.text
    assert "went on at 2026-11-22T09:40:00Z" in page.text
    assert "left changed" not in report().text


def test_preflight_is_shown_with_what_it_found():
    found = Diagnosis(
        id="PF-CLOCK",
        stops=False,
        said=sample.both("the clock is off", "시계가 틀림"),
        remedy=sample.both("set it", "맞추십시오"),
    )
    checks = (
        Check(said=sample.both("unit 1 answers", "유닛 1 응답")),
        Check(said=sample.both("b", "나"), found=found),
    )
    page = report(header=sample.header(preflight=checks, preflight_capture="wire/p.pcapng"))

    for sentence in ("유닛 1 응답", "PF-CLOCK", "the clock is off", "맞추십시오", "wire/p.pcapng"):
        assert sentence in page.text


AMBIGUITY = Ambiguity.model_validate(
    {
        "id": "AMB-SAMPLE",
        "clause": {"AP": "6.3"},
        "requirements": ["MB-FC03-QUANTITY-ZERO", "MB-FC43-BASIC"],
        "question": {"en": "Which check comes first?", "ko": "무엇을 먼저 확인하는가?"},
        "readings": {
            key: {
                "text": {"en": f"text {key}", "ko": f"본문 {key}"},
                "ground": {"en": f"ground {key}", "ko": f"근거 {key}"},
            }
            for key in "ab"
        },
        "practice": [{"product": "libmodbus 3.1", "follows": "b", "seen": "exception 02"}],
        "judged": "a",
        "because": {"en": "the drawing shows it", "ko": "그림에 있음"},
        "proposal": {"en": "say so", "ko": "명시"},
    }
)


def test_a_contested_clause_is_shown_where_it_touched_a_verdict():
    suite = sample.SUITE.model_copy(update={"ambiguities": (AMBIGUITY,)})
    page = report(catalogues=(suite, sample.INTEROP))

    for sentence in (
        "AMB-SAMPLE",
        "Which check comes first?",
        "ground b",
        "libmodbus 3.1 (b)",
        "그림에 있음",
    ):
        assert sentence in page.text
    untouched = tuple(one for one in sample.CASES if "QUANTITY-ZERO" not in one.verifies[0])
    assert "AMB-SAMPLE" not in report(untouched, catalogues=(suite, sample.INTEROP)).text
