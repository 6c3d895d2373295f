"""The run as in-toto's `test-result` v0.1, for policies that know no predicate of ours.

It is derived and says less: our own statement (`statement.json`) is the one that is signed, and this file is
evidence listed in it. Its three words are stretched over our outcomes in the one direction that is safe:

    CONFORMANT                  PASSED, or WARNED where a SHOULD is missed
    CONFORMANT_WITH_WAIVERS     WARNED: a laboratory accepted a failure
    NOT_CONFORMANT              FAILED
    INCOMPLETE                  FAILED: the other two say that all demands were met, which nobody knows, and
                                a policy that looks at the result alone must not let it through

`passedTests`, `warnedTests` and `failedTests` are requirement ids: PASS, WEAK with waived failures, failures.
What was not judged is in none of them, since it neither passed nor failed: a policy that wants a requirement
met asks for its id among the first two. `url` is left out: the run has no address that a stranger could ask.
"""

from __future__ import annotations

from typing import Any

import rfc8785

from testbed.bundle.exports.account import Account, suite_name
from testbed.bundle.statement import STATEMENT_TYPE
from testbed.bundle.writer import DECLARATION, PROFILE, RESULTS
from testbed.model.verdict import Outcome, Verdict, join

PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"


def as_test_result(account: Account) -> bytes:
    """Return the statement in canonical JSON (RFC 8785).

    Its subject is the record, whose header names the device: a device has no digest of its own.
    """
    return rfc8785.dumps(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": RESULTS, "digest": {"sha256": account.record_sha256}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "result": _result(account),
                "configuration": _configuration(account),
                **_tests(account),
            },
        }
    )


def _result(account: Account) -> str:
    match account.outcome:
        case Outcome.CONFORMANT:
            return "WARNED" if _tests(account)["warnedTests"] else "PASSED"
        case Outcome.CONFORMANT_WITH_WAIVERS:
            return "WARNED"
        case Outcome.NOT_CONFORMANT | Outcome.INCOMPLETE:
            return "FAILED"


def _tests(account: Account) -> dict[str, list[str]]:
    """Sort requirements by what became of them; one that two suites judge has the worse verdict."""
    verdicts: dict[str, Verdict] = {}
    for one in account.judged:
        name = one.requirement.id
        verdicts[name] = join((one.verdict, verdicts.get(name, Verdict.NOT_TESTED)))
    waived = account.waivers.waived
    kinds = {"passedTests": Verdict.PASS, "warnedTests": Verdict.WEAK, "failedTests": Verdict.FAIL}
    found = {
        kind: [name for name, verdict in verdicts.items() if verdict is wanted and name not in waived]
        for kind, wanted in kinds.items()
    }
    found["warnedTests"] += [name for name in verdicts if name in waived]
    return found


def _configuration(account: Account) -> list[dict[str, Any]]:
    header = account.header
    device = header.declaration.device.model_dump(mode="json")
    return [
        _resource(DECLARATION, header.declaration_sha256, {"device": device}),
        _resource(PROFILE, header.profile_sha256, {"id": header.profile}),
        *(_resource(suite_name(one.id), one.digest, {"version": one.version}) for one in header.suites),
    ]


def _resource(name: str, digest: str, annotations: dict[str, Any]) -> dict[str, Any]:
    """Return a ResourceDescriptor of in-toto."""
    return {"name": name, "digest": {"sha256": digest}, "annotations": annotations}
