"""A run as its exports tell it, and the words that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from testbed.model.base import Text
from testbed.model.disposition import Dispositions, dispositions
from testbed.model.lab import Laboratory, Reissue
from testbed.model.record import CaseRecord, Footer, Header, Judged, Resumed
from testbed.model.standard import Requirement
from testbed.model.verdict import Basis, Level, Outcome, Verdict

LONGEST = 2000
"""Characters of one text of a device that an export repeats, as many as a page (assumed)."""

OUTCOMES: Mapping[Outcome, Text] = {
    Outcome.CONFORMANT: Text(en="conformant", ko="적합"),
    Outcome.CONFORMANT_WITH_WAIVERS: Text(en="conformant with waivers", ko="예외 승인부 적합"),
    Outcome.NOT_CONFORMANT: Text(en="not conformant", ko="부적합"),
    Outcome.INCOMPLETE: Text(en="incomplete", ko="시험 미완료"),
}


@dataclass(frozen=True)
class Account:
    """Everything that an export may tell."""

    header: Header
    cases: Sequence[CaseRecord]
    footer: Footer | None
    judged: Sequence[Judged]
    outcome: Outcome
    """As the page prints it: worked out from the findings, never only claimed by the footer."""
    reasons: Sequence[Text]
    """Why it is incomplete; empty otherwise."""
    report: str
    """Number of the report."""
    record_sha256: str
    """Digest of results.jsonl."""
    is_test: bool
    """Whether a self-made key signs, which proves nothing."""
    lab: Laboratory | None = None
    reissue: Reissue | None = None
    resumed: Sequence[Resumed] = ()
    """Each time that the run went on after it had been stopped."""

    @cached_property
    def waivers(self) -> Dispositions:
        """What became of the laboratory's waivers."""
        return dispositions(self.header, self.judged, self.resumed)

    def is_waived(self, one: Judged) -> bool:
        """Say whether a laboratory has accepted this FAIL."""
        return one.verdict is Verdict.FAIL and self.waivers.waived.get(one.requirement.id, False)


def is_demanded(requirement: Requirement) -> bool:
    """Say whether a requirement that was not judged leaves the run incomplete."""
    return (requirement.level, requirement.untestable) == (Level.SHALL, None) and (
        requirement.basis is not Basis.MEMORY
    )


def clause_of(requirement: Requirement) -> str:
    """Return where a requirement stands, as its suite cites it: `AP 6.3, IG 4.4`."""
    return ", ".join(f"{document} {clause}" for document, clause in requirement.clause.items())


def suite_name(suite: str) -> str:
    """Return the name under which a statement lists the folder of a suite, which no bundle holds."""
    return f"conformance_suites/{suite}#folder"


def safe(text: str, longest: int = LONGEST) -> str:
    """Return text that XML 1.0 can hold and a reader can see: what is unseen by its number, bounded.

    Controls, marks of direction, halves of pairs and unassigned characters are never what a device says.
    """
    shown = "".join(c if c.isprintable() or c == "\n" else f"⟨U+{ord(c):04X}⟩" for c in text[:longest])
    return shown if len(text) <= longest else f"{shown}⟨… +{len(text) - longest}⟩"
