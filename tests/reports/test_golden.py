"""The golden pages. After a wanted change look at them in a browser, then refresh them:

GOLDEN=write .venv/bin/pytest tests/reports/test_golden.py
"""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import pytest

from reports.confirmation import render_certificate
from reports.report import render_report
from testbed.model.certificate import decide
from testbed.model.record import roll_up
from tests.reports import sample

GOLDEN = Path(str(files("reports") / "golden"))


def _report(cases: tuple) -> bytes:
    return render_report(
        sample.header(),
        cases,
        sample.footer(cases),
        sample.CATALOGUES,
        declaration_text=sample.DECLARATION,
        profile=sample.PROFILE,
        signer=sample.SIGNER,
    )


def _certificate() -> bytes:
    judged, footer = roll_up(sample.CATALOGUES, sample.GOOD), sample.footer(sample.GOOD)
    decision = decide(sample.header(), footer, judged, sample.CATALOGUES, report_is_good=True)
    return render_certificate(
        sample.header(),
        footer,
        judged,
        sample.CATALOGUES,
        decision,
        report_sha256="f" * 64,
        report_id="R-20261122T093000Z-7f3a-1",
        signer=sample.SIGNER,
    )


PAGES = {
    "report.html": lambda: _report(sample.CASES),
    "report-conformant.html": lambda: _report(sample.GOOD),
    "certificate.html": _certificate,
}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_the_golden_one(name):
    page = PAGES[name]()
    if os.environ.get("GOLDEN") == "write":
        (GOLDEN / name).write_bytes(page)

    assert page == (GOLDEN / name).read_bytes()
