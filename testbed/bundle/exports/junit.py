"""JUnit XML, as build servers read it (the shape of Jenkins's junit-10.xsd).

A test is a requirement, not a case: its name is permanent, so that a server's history stays true when cases
are added or split, and one broken rule is one red line. A class is the document and clause, below its suite;
the dots of a clause become `_`, because servers take the last dot for the end of a package.

    FAIL                                   failure, with expected, received, frames, and how to see it again
    ERROR, INCONCLUSIVE of a SHALL         error: not judged must not look green, nor like a fault
    INCONCLUSIVE of a SHOULD or MAY        skipped: it does not block the outcome, so it does not stop a build
    NOT_APPLICABLE, NOT_TESTED, waived     skipped, with the reason
    PASS, WEAK, INFO                       passed; what WEAK and INFO observed stands in system-out

A suite of one test, `outcome`, comes first: a run that was cut short or narrowed by hand has only green lines
and must be red all the same. So a file without failure or error is a run with exit status 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree as ET

from testbed.bundle.exports.account import OUTCOMES, Account, clause_of, is_demanded, safe
from testbed.model.record import CaseRecord, Finding, Judged, SuiteUsed
from testbed.model.verdict import Outcome, Verdict

MOST_FINDINGS = 20
"""Findings of one requirement that are told (assumed); the record has all."""

_SKIPPED = frozenset({Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED})
_NOTED = frozenset({Verdict.WEAK, Verdict.INFO})

_Cases = Mapping[tuple[str, str], CaseRecord]


def junit(account: Account) -> bytes:
    """Return the run as one JUnit document in UTF-8."""
    cases = {(case.suite, case.case): case for case in account.cases}
    suites = [_outcome(account)]
    for used in account.header.suites:
        judged = [one for one in account.judged if one.suite == used.id]
        spent = sum(case.duration_s for case in account.cases if case.suite == used.id)
        tests = [_test(one, cases, waived=account.is_waived(one)) for one in judged]
        suites.append(_suite(f"{used.id} {used.version}", tests, spent, _properties(account, used)))
    root = ET.Element("testsuites", name=safe(account.report))
    root.set("tests", str(sum(int(suite.get("tests", "")) for suite in suites)))
    for kind in ("failures", "errors"):
        root.set(kind, str(sum(int(suite.get(kind, "")) for suite in suites)))
    root.set("time", _seconds(account.footer.duration_s if account.footer else 0.0))
    root.extend(suites)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _outcome(account: Account) -> ET.Element:
    """Return the suite of one test that says what the whole run amounts to."""
    test = ET.Element("testcase", name="outcome", classname="testbed.run", time="0.000")
    said = "; ".join([OUTCOMES[account.outcome].en, *(reason.en for reason in account.reasons)])
    if account.outcome is Outcome.NOT_CONFORMANT:
        _mark(test, "failure", str(account.outcome), said)
    elif account.outcome is Outcome.INCOMPLETE:
        _mark(test, "error", str(account.outcome), said)
    else:
        ET.SubElement(test, "system-out").text = safe(said)
    return _suite("run", [test], 0.0, {"started": account.header.started})


def _suite(name: str, tests: Sequence[ET.Element], spent: float, more: Mapping[str, str]) -> ET.Element:
    suite = ET.Element("testsuite", name=safe(name), tests=str(len(tests)))
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(test.find(kind) is not None for test in tests)))
    suite.set("time", _seconds(spent))
    suite.set("timestamp", safe(more["started"]))
    properties = ET.SubElement(suite, "properties")
    for key, value in more.items():
        ET.SubElement(properties, "property", name=key, value=safe(value))
    suite.extend(tests)
    return suite


def _properties(account: Account, used: SuiteUsed) -> dict[str, str]:
    header, device = account.header, account.header.declaration.device
    return {
        "report": account.report,
        "run": header.run,
        "started": header.started,
        "tester": header.tester,
        "vendor": device.vendor,
        "model": device.model,
        "firmware": device.firmware,
        "serial": device.serial,
        "profile": header.profile,
        "suite": used.id,
        "version": used.version,
        "digest": used.digest,
        "seed": str(header.seed),
        "clock": header.clock,
        "impairment": header.impairment.id if header.impairment else "none",
    }


def _test(one: Judged, cases: _Cases, *, waived: bool) -> ET.Element:
    requirement = one.requirement
    document, clause = next(iter(requirement.clause.items()))
    place = f"{document} {clause}".replace(".", "_")
    spent = sum(cases[one.suite, case].duration_s for case in dict.fromkeys(name for name, _ in one.findings))
    test = ET.Element("testcase", name=requirement.id, classname=safe(f"{one.suite}.{place}"))
    test.set("time", _seconds(spent))
    told = "\n".join(_told(one, cases))
    if waived:
        _mark(test, "skipped", "WAIVED", _why(one), told)
    elif one.verdict is Verdict.FAIL:
        _mark(test, "failure", "FAIL", _why(one), told)
    elif one.verdict is Verdict.ERROR or (
        one.verdict is Verdict.INCONCLUSIVE and is_demanded(one.requirement)
    ):
        _mark(test, "error", str(one.verdict), _why(one), told)
    elif one.verdict in _SKIPPED or one.verdict is Verdict.INCONCLUSIVE:
        _mark(test, "skipped", str(one.verdict), _why(one), told)
    elif one.verdict in _NOTED:
        ET.SubElement(test, "system-out").text = told
    return test


def _mark(test: ET.Element, element: str, kind: str, message: str, text: str = "") -> None:
    mark = ET.SubElement(test, element, type=kind, message=safe(f"{kind}: {message}"))
    mark.text = text or None


def _why(one: Judged) -> str:
    """Say in one line why a requirement has its verdict."""
    worst = next((finding for _, finding in one.findings if finding.verdict is one.verdict), None)
    if worst is not None and worst.expected is not None and worst.received is not None:
        return f"expected {worst.expected.en}; received {worst.received.en}"
    if one.reasons:
        return one.reasons[0].en
    return one.requirement.untestable or one.requirement.text.en


def _told(one: Judged, cases: _Cases) -> Iterator[str]:
    """Yield what was found about a requirement, line by line."""
    requirement = one.requirement
    yield safe(f"{requirement.level} {clause_of(requirement)}: {requirement.text.en}")
    shown = [pair for pair in one.findings if pair[1].verdict is one.verdict]
    for case, finding in shown[:MOST_FINDINGS]:
        yield safe(f"{finding.verdict} {one.suite}/{case}")
        for line in _lines(finding, cases[one.suite, case]):
            yield f"  {safe(line)}"
    if len(shown) > MOST_FINDINGS:
        yield f"and {len(shown) - MOST_FINDINGS} more in results.jsonl"


def _lines(finding: Finding, case: CaseRecord) -> Iterator[str]:
    if finding.expected is not None and finding.received is not None:
        yield f"expected: {finding.expected.en}"
        yield f"received: {finding.received.en}"
    elif case.reason is not None:
        yield f"reason: {case.reason.en}"
    if finding.frames and case.capture:
        yield f"frames {', '.join(map(str, finding.frames))} of {case.capture}"
    if case.reproduce:
        yield f"again: {case.reproduce}"


def _seconds(value: float) -> str:
    return f"{value:.3f}"
