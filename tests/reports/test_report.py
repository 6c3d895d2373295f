from __future__ import annotations

from datetime import date

import pytest

from reports.face import SignerFace
from reports.report import render_report
from testbed.model.base import Text
from testbed.model.record import CaseRecord, Footer, Header, Resumed, UnknownRequirementError
from testbed.model.standard import Catalogue
from testbed.model.verdict import Outcome, Verdict
from testbed.model.waiver import Waiver
from tests.reports import sample
from tests.reports.reading import Page, check


def report(  # noqa: PLR0913 - whatever a test wants to vary
    cases: tuple[CaseRecord, ...] = sample.CASES,
    footer: Footer | None = None,
    header: Header | None = None,
    *,
    signer: SignerFace = sample.SIGNER,
    finished: bool = True,
    waivers: tuple[Waiver, ...] = (),
    catalogues: tuple[Catalogue, ...] = sample.CATALOGUES,
    **more: object,
) -> Page:
    return check(
        render_report(
            header or sample.header(waivers=waivers),
            cases,
            (footer or sample.footer(cases)) if finished else None,
            catalogues,
            declaration_text=sample.DECLARATION,
            profile=sample.PROFILE,
            signer=signer,
            **more,
        )
    )


def test_every_requirement_stands_there_in_both_languages():
    page = report()

    for catalogue in sample.CATALOGUES:
        for requirement in catalogue.requirements:
            assert f"r-{catalogue.id}-{requirement.id}" in page.ids
            assert requirement.text.ko in page.text
            assert requirement.text.en in page.text


def test_every_verdict_has_its_word_and_shape():
    page = report()

    assert {verdict for verdict in Verdict if f"v-{verdict}" in page.source} == set(Verdict)
    assert {f"shape-{verdict}" for verdict in Verdict} <= set(page.ids)


def test_face_says_what_it_must_and_claims_nothing_more():
    page = report()

    for sentence in (
        "자체시험 결과서",
        "Self-test result",
        "Declared by the client and not verified.",
        "R-20261122T093000Z-7f3a-1",
        "2026년 11월 22일",
        "2026-11-22T09:30:00Z",
        "TEST KEY",
        "KOLAS 공인 성적서가 아닙니다.",
        "Not a KOLAS-accredited report.",
        "not issued or endorsed by the Modbus Organization",
        "Not to be reproduced except in full",
        "simulated device, virtual clock",
        "서명키 지문",
        "does not meet 1 of the 6 requirements judged of suite modbus_tcp_server, version 1.0.0",
        "End of R-20261122T093000Z-7f3a-1",
    ):
        assert sentence in page.text
    assert "conforms to" not in page.text
    assert "인증서" not in page.text


def test_number_of_the_report_stands_at_the_foot_of_every_sheet():
    assert '@bottom-left { content: "R-20261122T093000Z-7f3a-1" }' in report().source


def test_conformant_run_says_only_what_was_met():
    page = report(sample.GOOD)

    assert (
        "The device meets the 5 listed requirements of suite modbus_tcp_server, version 1.0.0." in page.text
    )
    assert "meets the 1 listed requirement of suite interop_modbus" in page.text
    assert "o-CONFORMANT" in page.source


def test_own_key_takes_the_banner_away():
    page = report(signer=SignerFace(name="A", fingerprint="C", is_test=False))

    assert "TEST KEY" not in page.source
    assert "시험용 키" not in page.source


@pytest.mark.parametrize(
    ("header", "footer", "finished", "sentence"),
    [
        ({}, {}, False, "The record has no end."),
        ({}, {"interrupted": True}, True, "The run was interrupted."),
        ({"selected_by_hand": "not slow"}, {}, True, "Cases were left out by hand with not slow."),
        ({}, {"outcome": Outcome.NOT_CONFORMANT}, True, "The record claims NOT_CONFORMANT, but"),
        ({}, {"cases": 99}, True, "The record claims 99 cases and holds 11."),
    ],
)
def test_incomplete_is_said_aloud(header, footer, finished, sentence):
    page = report(
        sample.GOOD, sample.footer(sample.GOOD, **footer), sample.header(**header), finished=finished
    )

    assert "o-INCOMPLETE" in page.source
    assert "시험 미완료" in page.text
    assert sentence in page.text
    assert "The device meets" not in page.text


def test_finding_outside_the_suites_makes_no_page():
    stranger = sample.GOOD[0].findings[0].model_copy(update={"requirement": "MB-UNHEARD-OF"})
    cases = (*sample.GOOD, sample.GOOD[0].model_copy(update={"case": "x", "findings": (stranger,)}))

    with pytest.raises(UnknownRequirementError, match="MB-UNHEARD-OF"):
        report(cases)


def test_finding_of_another_suite_leaves_nothing_vouched_for():
    page = report((*sample.GOOD, sample.GOOD[0].model_copy(update={"suite": "unheard_of"})))

    assert "o-INCOMPLETE" in page.source
    assert "Findings about requirements that the suites do not have: 1." in page.text


def test_other_version_of_a_suite_leaves_nothing_vouched_for():
    suites = tuple(one.model_copy(update={"version": "0.9.0"}) for one in sample.header().suites)

    page = report(sample.GOOD, header=sample.header(suites=suites))

    assert "o-INCOMPLETE" in page.source
    assert "The record names other suites" in page.text


def test_failure_outweighs_a_missing_end():
    assert "o-NOT_CONFORMANT" in report(finished=False).source


def test_guilty_bytes_are_marked_and_named():
    page = report()

    assert "<mark>03 00</mark>" in page.source
    assert "guilty bytes: 7 (03), 8 (00)" in page.text
    assert "<mark>function code = 3 (Read Holding Registers)</mark>" in page.source


def test_guilty_field_behind_many_others_is_shown_and_what_is_left_out_is_counted():
    first = sample.CASES[0]
    field = first.frames[1].fields[0]
    fields = (field,) * 90 + (field.model_copy(update={"name": "Results[90]", "guilty": True}),)
    frame = first.frames[1].model_copy(update={"fields": fields})
    page = report((first.model_copy(update={"frames": (frame,)}), *sample.CASES[1:]))

    assert "<mark>Results[90] = " in page.source
    assert "further fields: 31" in page.text


def test_finding_names_what_was_expected_and_how_to_see_it_again():
    page = report()

    for sentence in (
        "예외 코드 03(잘못된 데이터 값)",
        "a normal answer without registers",
        "--suite modbus_tcp_server",
    ):
        assert sentence in page.text
    assert sample.PASTE in page.text
    assert "Not observable on the wire." in page.text
    assert "clause not read again yet" in page.text


def test_evidence_of_a_case_stands_once():
    broken = sample.CASES[0]
    other = broken.findings[0].model_copy(update={"requirement": "MB-FC03-READS"})
    page = report((broken.model_copy(update={"findings": (*broken.findings, other)}), *sample.CASES[1:]))

    assert page.source.count("<mark>03 00</mark>") == 1
    assert "The evidence of this case is shown under MB-FC03-QUANTITY-ZERO." in page.text


def test_two_hundred_failures_of_one_requirement_are_one_entry():
    many = tuple(sample.CASES[0].model_copy(update={"case": f"test_x.py::test_{n}"}) for n in range(200))
    page = report(many)

    assert page.ids.count("f-modbus_tcp_server-MB-FC03-QUANTITY-ZERO") == 1
    assert page.source.count("<mark>03 00</mark>") == 3
    assert "Further cases with the same finding: 197" in page.text


def test_peers_are_interoperable_only_where_exchanges_passed():
    assert "interoperable" in report().text
    assert "상호운용성이 확인되었습니다" in report().text
    without = report(tuple(case for case in sample.CASES if case.suite != "interop_modbus"))
    failed = sample.CASES[9].findings[0].model_copy(update={"verdict": Verdict.FAIL})
    refused = report(
        (
            *sample.CASES,
            sample.CASES[9].model_copy(update={"case": "test_peers.py::x", "findings": (failed,)}),
        )
    )

    for page in (without, refused):
        assert "interoperable" not in page.text
        assert "상호운용성 확인" not in page.text
        assert "상호운용성이 확인" not in page.text


def test_waiver_is_printed_and_the_verdict_stays():
    cases = tuple(one for one in sample.CASES if one.verdict not in {Verdict.INCONCLUSIVE, Verdict.ERROR})
    waiver = Waiver(
        requirement="MB-FC03-QUANTITY-ZERO",
        vendor="예시제어(주)",
        model="PX-200",
        firmware="4.1.7",
        reason="field units",
        link="https://example.test/1",
        approver="Kim",
        expires=date(2026, 12, 31),
    )
    footer = sample.footer(cases, outcome=Outcome.CONFORMANT_WITH_WAIVERS)
    page = report(cases, footer, waivers=(waiver,))
    stale = report(cases, footer, waivers=(waiver.model_copy(update={"expires": date(2026, 11, 21)}),))

    assert "o-CONFORMANT_WITH_WAIVERS" in page.source
    assert "accepted by Kim until 2026-12-31: field units" in page.text
    assert "v-waived" in page.source
    assert "v-FAIL" in page.source
    assert "o-NOT_CONFORMANT" in stale.source
    assert "The waiver of MB-FC03-QUANTITY-ZERO expired on 2026-11-21" in stale.text

    late = Resumed(at="2027-01-01T00:00:00Z", kept=1, ran_s=1.0, tester="t", platform="p")
    lapsed = report(cases, footer, waivers=(waiver,), resumed=(late,))
    assert "o-NOT_CONFORMANT" in lapsed.source
    assert "The waiver of MB-FC03-QUANTITY-ZERO expired on 2026-12-31" in lapsed.text


def test_coverage_counts_clauses():
    page = report()

    assert "Clauses with a requirement verified: 3 of 6" in page.text  # AP: 4.1, 6.3, 6.8 of six
    assert "Clauses with a requirement verified: 3 of 5" in page.text


def test_same_run_gives_the_same_bytes():
    assert report().source == report().source


def test_reason_in_both_languages_is_never_lost():
    case = sample.CASES[2].model_copy(update={"reason": Text(en="only `half", ko="반만")})

    page = report((case,))

    assert "only `half" in page.text
    assert "반만" in page.text
