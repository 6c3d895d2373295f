"""Departures from the method: each cause is listed once, and nothing else is."""

from __future__ import annotations

import pytest

from reports.departures import departures
from testbed.model.declaration import Timing
from testbed.model.record import Resumed
from testbed.model.verdict import Verdict
from tests.reports import sample

RAN = tuple(one for one in sample.GOOD if one.verdict is not Verdict.NOT_TESTED)
RESUMED = Resumed(at="2026-11-22T09:40:00Z", kept=5, ran_s=1.0, tester="testbed 0.1.0", platform="Linux")


def header(timing=None, **more):
    declaration = sample.header().declaration
    if timing is not None:
        declaration = declaration.model_copy(update={"timing": timing})
    return sample.header(**({"clock": "real", "declaration": declaration} | more))


def said(header, cases=RAN, *, finished=True, catalogues=sample.CATALOGUES, **more):
    footer = sample.footer(cases, **more.pop("footer", {})) if finished else None
    return [(one.kind, one.text.en) for one in departures(header, cases, footer, catalogues, **more)]


def test_a_run_by_the_book_departs_in_nothing():
    assert said(header()) == []


@pytest.mark.parametrize(
    ("parts", "kind", "sentence"),
    [
        ({"clock": "virtual"}, "deviation", "Times are calculated, not measured."),
        (
            {"timing": Timing(reply_within="250 ms")},
            "deviation",
            "given 0.25 s to answer, as declared, instead of 1 s",
        ),
        ({"timing": Timing(pause="50 ms")}, "deviation", "Requests were 0.05 s apart"),
        ({"selected_by_hand": "not slow"}, "exclusion", "Cases were left out by hand with `not slow`."),
    ],
)
def test_what_the_header_tells(parts, kind, sentence):
    ((found, text),) = said(header(**parts))

    assert found == kind
    assert sentence in text


def test_what_the_record_tells():
    assert "no end" in said(header(), finished=False)[0][1]
    assert "interrupted" in said(header(), footer={"interrupted": True})[0][1]
    assert said(header(), accepted=(sample.WAIVER,)) == [
        ("deviation", "A failure of MB-FC03-QUANTITY-ZERO is accepted by waiver.")
    ]
    assert said(header(), resumed=(RESUMED,)) == [
        (
            "deviation",
            "The run had been stopped and went on at 2026-11-22T09:40:00Z. Cases kept from before: 5.",
        )
    ]


def test_cases_left_out_for_one_reason_are_one_departure():
    refused, absent = sample.CASES[2], sample.CASES[-1]
    twice = (*RAN, refused, refused.model_copy(update={"case": "test_x.py::other"}), absent)

    found = said(header(), twice)

    assert [kind for kind, _ in found] == ["exclusion", "exclusion"]
    assert found[0][1].startswith("Cases left out: 2 (The declaration does not grant `scratch_registers")
    assert found[1][1] == "Cases left out: 1 (mbpoll is not installed.)"


def test_a_permission_that_many_cases_wait_for_is_one_departure():
    sizes = {"MB-FC16-WRITES": 2, "MB-FC03-READS": 121}
    needing = tuple(
        one.model_copy(update={"needs": (f"scratch_registers >= {sizes[one.id]}",)})
        if one.id in sizes
        else one
        for one in sample.SUITE.requirements
    )
    suite = sample.SUITE.model_copy(update={"requirements": needing})
    refused = sample.CASES[2]
    finding = refused.findings[0].model_copy(update={"requirement": "MB-FC03-READS"})
    other = refused.model_copy(update={"case": "test_x.py::other", "findings": (finding,)})

    assert said(header(), (*RAN, refused, other), catalogues=(suite, sample.INTEROP)) == [
        ("exclusion", "Cases left out because the declaration does not grant `scratch_registers`: 2.")
    ]


def test_a_case_that_could_not_judge_was_not_left_out():
    tried = sample.CASES[2].model_copy(
        update={"findings": (sample.CASES[2].findings[0].model_copy(update={"source": "control"}),)}
    )

    assert said(header(), (*RAN, tried)) == []
