from __future__ import annotations

from datetime import date

import pytest

from reports.confirmation import render_certificate
from testbed.model.base import Text
from testbed.model.certificate import CONFORMITY, Decision, decide
from testbed.model.record import roll_up
from testbed.model.verdict import Outcome
from tests.reports import sample
from tests.reports.reading import Page, check

JUDGED = roll_up(sample.CATALOGUES, sample.GOOD)
FOOTER = sample.footer(sample.GOOD)
GRANTED = decide(sample.header(), FOOTER, JUDGED, sample.CATALOGUES, report_is_good=True)


def confirmation(decision: Decision = GRANTED, issued: date | None = None, **footer: object) -> Page:
    return check(
        render_certificate(
            sample.header(),
            FOOTER.model_copy(update=footer),
            JUDGED,
            sample.CATALOGUES,
            decision,
            report_sha256="f" * 64,
            report_id="R-20261122T093000Z-7f3a-1",
            signer=sample.SIGNER,
            peers=["pymodbus 3.16.1"],
            issued=issued,
        )
    )


def test_names_device_report_peer_and_term():
    page = confirmation()

    for sentence in (
        "상호운용성 확인서",
        "Interoperability confirmation",
        "A confirmation, not a certificate of an accredited body.",
        "KOLAS 공인 성적서가 아닙니다.",
        "not issued or endorsed by the Modbus Organization",
        "f" * 64,
        "R-20261122T093000Z-7f3a-1",
        "PX-200",
        "The device meets the 5 listed requirements of suite modbus_tcp_server, version 1.0.0.",
        "pymodbus 3.16.1",
        "2026년 11월 22일",
        "2027년 11월 22일",
    ):
        assert sentence in page.text
    assert "conforms to" not in page.text


def test_it_holds_no_longer_than_the_waivers_it_rests_on():
    header = sample.header(waivers=(sample.WAIVER,))
    judged = roll_up(sample.CATALOGUES, sample.WAIVED)
    footer = sample.footer(sample.WAIVED).model_copy(update={"outcome": Outcome.CONFORMANT_WITH_WAIVERS})
    decision = decide(header, footer, judged, sample.CATALOGUES, report_is_good=True)
    page = check(
        render_certificate(
            header,
            footer,
            judged,
            sample.CATALOGUES,
            decision,
            report_sha256="f" * 64,
            report_id="R-20261122T093000Z-7f3a-1",
            signer=sample.SIGNER,
        )
    )

    assert "2026년 12월 31일" in page.text
    assert "2027" not in page.text


def test_conformity_alone_names_no_peer_and_never_the_other_title():
    page = confirmation(GRANTED.model_copy(update={"title": CONFORMITY}))

    assert "적합성 확인서" in page.text
    assert "nteroperab" not in page.text
    assert "상호운용성" not in page.text


@pytest.mark.parametrize(
    ("issued", "until"), [(date(2027, 1, 4), "2028-01-04"), (date(2028, 2, 29), "2029-02-28")]
)
def test_day_of_the_decision_counts(issued, until):
    assert until in confirmation(issued=issued).text


def test_nothing_is_printed_that_was_not_granted():
    refused = Decision(granted=False, title=CONFORMITY, reasons=(Text(en="It failed.", ko="부적합."),))

    with pytest.raises(ValueError, match="It failed"):
        confirmation(refused)


def test_unknown_day_is_refused():
    with pytest.raises(ValueError, match="say when"):
        confirmation(ended="soon")
