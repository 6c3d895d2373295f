"""Records and catalogues for tests, every part of them small."""

from testbed.model.declaration import Declaration
from testbed.model.record import CaseRecord, Finding, Footer, Header, counts
from testbed.model.standard import Catalogue
from testbed.model.verdict import Outcome, Verdict

TEXT = {"en": "It holds.", "ko": "성립하여야 한다."}
DIGEST = "0" * 64


def requirement(name, level="SHALL", basis="read", **more):
    return {"id": name, "clause": {"AP": "6.1"}, "level": level, "basis": basis, "text": TEXT} | more


def catalogue(*rows, suite="some_suite", **more):
    document = {"title": "T", "edition": "1"}
    head = {
        "id": suite,
        "version": "1.0.0",
        "title": TEXT,
        "protocol": "modbus",
        "documents": {"AP": document},
    }
    return Catalogue.model_validate(head | more | {"requirements": rows})


def case(findings, suite="some_suite", name="test_a.py::test_b", **more):
    """A case by the verdicts that it found, by requirement."""
    return CaseRecord(
        suite=suite,
        case=name,
        title="It holds.",
        verifies=tuple(findings),
        verdict=max(findings.values(), key=list(Verdict).index, default=Verdict.NOT_TESTED),
        findings=tuple(Finding(requirement=one, verdict=found) for one, found in findings.items()),
        **more,
    )


def header(**more):
    declaration = Declaration.model_validate(
        {
            "device": {"vendor": "V", "model": "M", "firmware": "F"},
            "profile": "modbus-tcp-server@1",
            "connect": "sim:plc",
            "supports": ["fc03"],
            "timing": {"reply_within": "500 ms"},
        }
    )
    plain = {
        "run": "r",
        "tester": "t",
        "python": "3",
        "platform": "p",
        "packages": {},
        "suites": (),
        "profile": "modbus-tcp-server@1",
        "profile_sha256": DIGEST,
        "declaration_sha256": DIGEST,
        "declaration": declaration,
        "started": "2026-11-22T09:30:00Z",
        "seed": 1,
        "jobs": 8,
        "clock": "virtual",
    }
    return Header.model_validate(plain | more)


def footer(outcome=Outcome.CONFORMANT, judged=(), **more):
    plain = {"ended": "2026-11-22T09:31:00Z", "duration_s": 60.0, "cases": 1, "captures": 0}
    return Footer.model_validate(plain | {"outcome": outcome, "counts": counts(judged)} | more)
