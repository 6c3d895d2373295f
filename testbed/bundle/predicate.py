"""What a laboratory's statement claims of a run: the predicate `test-report/v1` (docs/predicate.md)."""

from __future__ import annotations

from typing import Any

from testbed.bundle.exports.account import Account
from testbed.model.record import counts

CLAIMS = (
    "report",
    "run",
    "outcome",
    "requirements",
    "cases",
    "tester",
    "device",
    "profile",
    "declaration",
    "suites",
    "started",
    "ended",
    "resumed",
    "seed",
    "clock",
    "impairment",
    "selectedByHand",
    "waivers",
    "laboratory",
    "replaces",
)
"""Every claim, always present; `signer` is added where the statement is signed."""


def predicate(account: Account) -> dict[str, Any]:
    """Return the claims of a report, JSON values all; what is hostile in them is data, never markup."""
    header, footer = account.header, account.footer
    return {
        "report": account.report,
        "run": header.run,
        "outcome": str(account.outcome),
        "requirements": {str(verdict): number for verdict, number in counts(account.judged).items()},
        "cases": len(account.cases),
        "tester": {
            "name": header.tester,
            "python": header.python,
            "platform": header.platform,
            "packages": dict(header.packages),
        },
        "device": header.declaration.device.model_dump(mode="json"),
        "profile": {"id": header.profile, "sha256": header.profile_sha256},
        "declaration": {"sha256": header.declaration_sha256},
        "suites": [one.model_dump(mode="json") for one in header.suites],
        "started": header.started,
        "ended": footer.ended if footer else None,
        "resumed": [{"at": one.at, "kept": one.kept, "tester": one.tester} for one in account.resumed],
        "seed": str(header.seed),
        "clock": header.clock,
        "impairment": header.impairment.model_dump(mode="json") if header.impairment else None,
        "selectedByHand": header.selected_by_hand,
        "waivers": _waivers(account),
        "laboratory": account.lab.model_dump(mode="json") if account.lab else None,
        "replaces": account.reissue.model_dump(mode="json") if account.reissue else None,
    }


def _waivers(account: Account) -> dict[str, Any] | None:
    """Return the laboratory's waivers of this device; None where it gave the run none."""
    header = account.header
    if not header.waivers_sha256:
        return None
    return {
        "sha256": header.waivers_sha256,
        "signer": {"name": header.waivers_signer, "fingerprint": header.waivers_fingerprint},
        "accepted": [one.model_dump(mode="json") for one in account.waivers.accepted],
        "stale": [one.model_dump(mode="json") for one in account.waivers.stale],
    }
