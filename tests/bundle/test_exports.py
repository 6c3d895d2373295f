"""Exports say what the verdicts say, whatever a device made of its texts."""

import json
import re
from dataclasses import replace
from hashlib import sha256
from xml.etree import ElementTree as ET

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from testbed.bundle.exports import EXPORTS, Account
from testbed.bundle.exports.badge import COLOURS, badge
from testbed.bundle.exports.junit import MOST_FINDINGS, junit
from testbed.bundle.exports.result import PREDICATE_TYPE, as_test_result
from testbed.bundle.predicate import CLAIMS, predicate
from testbed.bundle.statement import PredicateType, build
from testbed.model.base import Text
from testbed.model.record import CaseRecord, Finding, counts, outcome_of, roll_up
from testbed.model.verdict import Outcome, Verdict
from testbed.model.waiver import Waiver
from tests.model import sample

DIGEST = "a" * 64
SHALL = {"MB-A-PASS": "PASS", "MB-A-FAIL": "FAIL", "MB-A-OPEN": "INCONCLUSIVE", "MB-A-ERROR": "ERROR"}
SUITE = {"id": "some_suite", "version": "1.0.0", "digest": DIGEST}
SKIPPED = {"NOT_APPLICABLE", "NOT_TESTED"}
XML_CHARS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0, 2.2, does not allow."""


def account(found, *, levels=None, is_test=True, waivers=(), reasons=(), **more):
    """A run in which each requirement came to a verdict."""
    levels = levels or {}
    rows = [sample.requirement(name, levels.get(name, "SHALL")) for name in found]
    catalogues = [sample.catalogue(*rows)]
    cases = [
        sample.case({name: Verdict(verdict)}, name=f"test_a.py::test_{number}", duration_s=0.5, **more)
        for number, (name, verdict) in enumerate(found.items())
    ]
    return told(catalogues, cases, is_test=is_test, waivers=waivers, reasons=reasons)


def told(catalogues, cases, *, is_test=True, waivers=(), reasons=(), **header):
    judged = roll_up(catalogues, cases)
    waived = {one.requirement: True for one in waivers}
    return Account(
        header=sample.header(suites=(SUITE,), waivers=waivers, **header),
        cases=cases,
        footer=sample.footer(judged=judged),
        judged=judged,
        outcome=outcome_of(judged, finished=not reasons, selected_by_hand=False, waived=waived),
        reasons=reasons,
        report="R-r-1",
        record_sha256=DIGEST,
        is_test=is_test,
    )


def waiver(requirement):
    plain = {"vendor": "V", "reason": "R", "link": "L", "approver": "A", "expires": "2099-01-01"}
    return Waiver.model_validate({"requirement": requirement, "model": "M", "firmware": "F", **plain})


def parsed(document):
    return ET.fromstring(document)  # noqa: S314 - our own


def requirements(document):
    """The tests of a document by name, without the one that tells the outcome."""
    return {one.get("name"): one for one in document.iter("testcase") if one.get("name") != "outcome"}


def marks(test):
    return [child.tag for child in test if child.tag in {"failure", "error", "skipped"}]


def is_red(document):
    return document.find(".//failure") is not None or document.find(".//error") is not None


def result(of):
    return json.loads(as_test_result(of))["predicate"]


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("level", ["SHALL", "SHOULD"])
def test_junit_marks_each_verdict(verdict, level):
    document = parsed(junit(account({"MB-A-B": verdict}, levels={"MB-A-B": level})))

    wanted = {
        "FAIL": ["failure"],
        "ERROR": ["error"],
        "INCONCLUSIVE": ["error"] if level == "SHALL" else ["skipped"],
        "NOT_APPLICABLE": ["skipped"],
        "NOT_TESTED": ["skipped"],
    }
    assert marks(requirements(document)["MB-A-B"]) == wanted.get(verdict, [])


def test_junit_has_the_shape_that_servers_know():
    """The elements and attributes of Jenkins's junit-10.xsd that we use, and nothing else."""
    of = account({**SHALL, "MB-A-WEAK": "WEAK", "MB-A-NT": "NOT_TESTED"})
    known = {
        "testsuites": ({"testsuite"}, {"name", "time", "tests", "failures", "errors"}),
        "testsuite": (
            {"properties", "testcase"},
            {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
        ),
        "properties": ({"property"}, set()),
        "property": (set(), {"name", "value"}),
        "testcase": ({"failure", "error", "skipped", "system-out"}, {"name", "classname", "time"}),
        "failure": (set(), {"type", "message"}),
        "error": (set(), {"type", "message"}),
        "skipped": (set(), {"type", "message"}),
        "system-out": (set(), set()),
    }
    for element in parsed(junit(of)).iter():
        children, attributes = known[element.tag]
        assert {child.tag for child in element} <= children
        assert set(element.keys()) <= attributes
        assert re.fullmatch(r"\d{1,3}\.\d{3}", element.get("time", "0.000"))  # SUREFIRE_TIME, under 1000 s


def test_junit_counts_what_the_run_counts():
    of = account({**SHALL, "MB-A-NA": "NOT_APPLICABLE", "MB-A-WEAK": "WEAK"}, levels={"MB-A-WEAK": "SHOULD"})
    document = parsed(junit(of))
    found = counts(of.judged)
    _, suite = document.findall("testsuite")

    assert int(suite.get("tests")) == len(of.judged) == len(requirements(document))
    assert int(suite.get("failures")) == found[Verdict.FAIL] == 1
    assert int(suite.get("errors")) == found[Verdict.ERROR] + found[Verdict.INCONCLUSIVE] == 2
    assert int(suite.get("skipped")) == found[Verdict.NOT_APPLICABLE] == 1
    assert int(document.get("tests")) == len(of.judged) + 1
    assert suite.get("time") == "3.000"


@pytest.mark.parametrize(
    ("found", "reasons", "outcome"),
    [
        ({"MB-A-PASS": "PASS"}, (), "CONFORMANT"),
        ({"MB-A-PASS": "PASS", "MB-A-FAIL": "FAIL"}, (), "NOT_CONFORMANT"),
        ({"MB-A-PASS": "PASS", "MB-A-OPEN": "INCONCLUSIVE"}, (), "INCOMPLETE"),
        ({"MB-A-PASS": "PASS"}, (Text(en="The run did not finish.", ko="끝나지 않았습니다."),), "INCOMPLETE"),
    ],
)
def test_junit_is_red_when_the_run_is(found, reasons, outcome):
    of = account(found, reasons=reasons)
    document = parsed(junit(of))

    assert of.outcome == outcome
    assert is_red(document) == bool(of.outcome.exit_status)


def test_junit_says_where_why_and_how_to_see_it_again():
    finding = Finding(
        requirement="MB-A-B",
        verdict=Verdict.FAIL,
        expected=Text(en="exception 03", ko="예외 03"),
        received=Text(en="a normal response", ko="정상 응답"),
        frames=(5, 6),
    )
    case = sample.case({"MB-A-B": Verdict.FAIL}, capture="wire/x.pcapng", reproduce="testbed run x --case y")
    case = case.model_copy(update={"findings": (finding,)})
    of = told([sample.catalogue(sample.requirement("MB-A-B"))], [case])

    test = requirements(parsed(junit(of)))["MB-A-B"]
    failure = test.find("failure")

    assert test.get("classname") == "some_suite.AP 6_1"
    assert failure.get("message") == "FAIL: expected exception 03; received a normal response"
    for said in ("AP 6.1", "frames 5, 6 of wire/x.pcapng", "again: testbed run x --case y"):
        assert said in failure.text


def test_junit_bounds_the_findings_of_one_requirement():
    cases = [sample.case({"MB-A-B": Verdict.FAIL}, name=f"t.py::t[{n}]") for n in range(MOST_FINDINGS + 3)]
    of = told([sample.catalogue(sample.requirement("MB-A-B"))], cases)

    text = requirements(parsed(junit(of)))["MB-A-B"].find("failure").text

    assert text.count("FAIL some_suite/") == MOST_FINDINGS
    assert text.endswith("and 3 more in results.jsonl")


def test_a_waived_failure_is_neither_red_nor_green():
    of = account({"MB-A-PASS": "PASS", "MB-A-FAIL": "FAIL"}, waivers=(waiver("MB-A-FAIL"),))
    document = parsed(junit(of))

    assert of.outcome is Outcome.CONFORMANT_WITH_WAIVERS
    assert marks(requirements(document)["MB-A-FAIL"]) == ["skipped"]
    assert not is_red(document)
    assert result(of)["result"] == "WARNED"
    assert result(of)["warnedTests"] == ["MB-A-FAIL"]
    assert result(of)["failedTests"] == []


@pytest.mark.parametrize(
    ("found", "word"),
    [
        ({"MB-A-PASS": "PASS"}, "PASSED"),
        ({"MB-A-PASS": "PASS", "MB-A-WEAK": "WEAK"}, "WARNED"),
        ({"MB-A-PASS": "PASS", "MB-A-FAIL": "FAIL"}, "FAILED"),
        ({"MB-A-PASS": "PASS", "MB-A-OPEN": "INCONCLUSIVE"}, "FAILED"),
        ({"MB-A-NA": "NOT_APPLICABLE"}, "FAILED"),
    ],
)
def test_the_result_is_never_better_than_the_outcome(found, word):
    of = account(found, levels={"MB-A-WEAK": "SHOULD"})

    assert result(of)["result"] == word


@given(st.dictionaries(st.from_regex(r"\AMB-[A-Z]{1,5}\Z"), st.sampled_from(Verdict), min_size=1))
def test_the_result_lists_what_the_verdicts_say(found):
    of = account(found)
    said = result(of)

    for kind, verdict in {"passedTests": "PASS", "warnedTests": "WEAK", "failedTests": "FAIL"}.items():
        assert said[kind] == [name for name, one in found.items() if one == verdict]


def test_the_result_is_a_canonical_statement_about_the_record():
    of = account(SHALL)
    payload = as_test_result(of)
    said = json.loads(payload)

    assert rfc8785.dumps(said) == payload
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["predicateType"] == PREDICATE_TYPE
    assert said["subject"] == [{"name": "results.jsonl", "digest": {"sha256": DIGEST}}]
    assert [one["name"] for one in said["predicate"]["configuration"]] == [
        "declaration.yaml",
        "profile.yaml",
        "conformance_suites/some_suite#folder",
    ]


@pytest.mark.parametrize("outcome", Outcome)
def test_the_badge_says_it_by_word_and_shape(outcome):
    of = account({"MB-A-PASS": "PASS"})
    of = replace(of, outcome=outcome)
    svg = parsed(badge(of))
    space = "{http://www.w3.org/2000/svg}"

    assert outcome.replace("_", " ") in [text.text for text in svg.iter(f"{space}text")]
    assert len(list(svg.iter(f"{space}path"))) == 1
    assert svg.find(f"{space}title").text.startswith(outcome.replace("_", " ").lower())
    assert {one.tag.removeprefix(space) for one in svg.iter()} == {
        "svg",
        "title",
        "g",
        "rect",
        "path",
        "text",
    }


def test_every_shape_is_another():
    of = account({"MB-A-PASS": "PASS"})
    shapes = {re.search(rb' d="([^"]+)"', badge(replace(of, outcome=outcome)))[1] for outcome in Outcome}

    assert len(shapes) == len(Outcome)


@pytest.mark.parametrize("colour", COLOURS.values())
def test_white_on_each_ground_can_be_read(colour):
    def linear(part):
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[at : at + 2]) for at in (1, 3, 5))

    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


def test_the_badge_owns_up_to_a_test_key_and_a_self_test():
    honest, signed = account({"MB-A-PASS": "PASS"}), account({"MB-A-PASS": "PASS"}, is_test=False)

    assert b">TEST KEY<" in badge(honest)
    assert b">SELF-TEST<" in badge(honest)
    assert b"TEST KEY" not in badge(signed)


@example("\u202e\x00\x1b[2J]]><script>\ufffe&#0;")
@given(st.text(min_size=1))
def test_hostile_text_stays_text(text):
    device = {"vendor": f"V{text}"[:200], "model": f"M{text}"[:200], "firmware": "F"}
    said = Text(en=text, ko=text)
    finding = Finding(requirement="MB-A-B", verdict=Verdict.FAIL, expected=said, received=said)
    plain = {"suite": "some_suite", "title": text, "verifies": (), "reproduce": text, "capture": text}
    case = CaseRecord(case=text, verdict=Verdict.FAIL, findings=(finding,), reason=said, **plain)
    declaration = sample.header().declaration.model_dump(mode="json") | {"device": device}
    of = told(
        [sample.catalogue(sample.requirement("MB-A-B"))],
        [case],
        declaration=declaration,
        run=text,
        tester=text,
    )

    for name in ("junit.xml", "badge.svg"):
        made = EXPORTS[name](of).decode()
        assert XML_CHARS.search(made) is None
        assert "\u202e" not in made
        tags = {one.tag.rpartition("}")[2] for one in parsed(made).iter()}
        assert tags <= {
            *(
                "testsuites",
                "testsuite",
                "properties",
                "property",
                "testcase",
                "failure",
                "error",
                "system-out",
            ),
            *("svg", "title", "g", "rect", "path", "text"),
        }
    assert set(predicate(of)) == set(CLAIMS)
    assert build({"report.html#visible": DIGEST}, predicate(of), PredicateType.TEST_REPORT)
    assert json.loads(EXPORTS["test-result.json"](of))


@pytest.mark.parametrize("name", EXPORTS)
def test_the_same_run_gives_the_same_bytes(name):
    first, second = (sha256(EXPORTS[name](account(SHALL))).hexdigest() for _ in range(2))

    assert first == second
