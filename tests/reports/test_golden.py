"""The golden pages. After a wanted change look at them in a browser, then refresh them:

GOLDEN=write .venv/bin/pytest tests/reports/test_golden.py
"""

from __future__ import annotations

import os
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from reports.confirmation import render_certificate
from reports.face import report_id
from reports.report import render_report
from testbed.model.certificate import decide
from testbed.model.record import Header, roll_up
from testbed.model.verdict import Outcome
from tests.reports import sample

GOLDEN = Path(str(files("reports") / "golden"))


def _report(cases: tuple, header: Header | None = None, **more: object) -> bytes:
    return render_report(
        header or sample.header(),
        cases,
        sample.footer(cases, **more.pop("footer", {})),
        sample.CATALOGUES,
        declaration_text=sample.DECLARATION,
        profile=sample.PROFILE,
        signer=sample.SIGNER,
        **more,
    )


def _certificate() -> bytes:
    header = sample.header(lab=sample.LAB)
    judged, footer = roll_up(sample.CATALOGUES, sample.GOOD), sample.footer(sample.GOOD)
    decision = decide(header, footer, judged, sample.CATALOGUES, report_is_good=True)
    return render_certificate(
        header,
        footer,
        judged,
        sample.CATALOGUES,
        decision,
        report_sha256="f" * 64,
        report_id=report_id(header),
        signer=sample.SIGNER,
        peers=["pymodbus 3.16.1"],
        issued=date(2026, 11, 25),
        council=sample.COUNCIL,
    )


PAGES = {
    "report.html": lambda: _report(sample.CASES),
    "report-conformant.html": lambda: _report(sample.GOOD, sample.header(lab=sample.LAB)),
    "report-waivers.html": lambda: _report(
        sample.WAIVED,
        sample.header(lab=sample.LAB, waivers=(sample.WAIVER,)),
        footer={"outcome": Outcome.CONFORMANT_WITH_WAIVERS},
    ),
    "report-reissue.html": lambda: _report(
        sample.GOOD, sample.header(lab=sample.MISNAMED), lab=sample.LAB, reissue=sample.REISSUE
    ),
    "certificate.html": _certificate,
}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_the_golden_one(name):
    page = PAGES[name]()
    if os.environ.get("GOLDEN") == "write":
        (GOLDEN / name).write_bytes(page)

    assert page == (GOLDEN / name).read_bytes()
