"""What stands on the face of a paper: who signs it, its number, its outcome and the sentences behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.words import word
from testbed.model.base import Text
from testbed.model.disposition import Dispositions
from testbed.model.lab import Laboratory
from testbed.model.record import CaseRecord, Footer, Header, Judged, counts, outcome_of
from testbed.model.standard import Catalogue
from testbed.model.verdict import Basis, Level, Outcome, Verdict

JUDGED = frozenset({Verdict.PASS, Verdict.WEAK, Verdict.FAIL, Verdict.INFO})
"""The verdicts for which a case has judged a requirement."""

SELF_TEST = "R"
"""With it the numbers of reports begin that no laboratory issues."""


@dataclass(frozen=True)
class SignerFace:
    """Who signs, as printed; the signature itself comes after the page is made."""

    name: str
    fingerprint: str
    """SHA-256 of the signer's X.509 certificate in hexadecimal."""
    is_test: bool
    """Whether the key is self-made, so that the page says TEST KEY."""


def report_id(header: Header, revision: int = 1, lab: Laboratory | None = None) -> str:
    """Return the number of a report (ISO/IEC 17025, 7.8.2.1 d and 7.8.8).

    Args:
        header: of the run.
        revision: 1, or that of a re-issue.
        lab: whose prefix it has; the one of the record when None.
    """
    lab = lab or header.lab
    return f"{lab.prefix if lab else SELF_TEST}-{header.run}-{revision}"


@dataclass(frozen=True)
class Status:
    """What the whole run amounts to, in words."""

    outcome: Outcome
    sentences: tuple[Text, ...]
    """One or more for each suite."""
    reasons: tuple[Text, ...]
    """Why it is incomplete; empty otherwise."""


def status(  # noqa: PLR0913 - the facts that an outcome rests on
    header: Header,
    footer: Footer | None,
    judged: Sequence[Judged],
    catalogues: Sequence[Catalogue],
    *,
    cases: Sequence[CaseRecord],
    waivers: Dispositions,
) -> Status:
    """Work the outcome out from the findings; a record whose footer claims another one is incomplete.

    Args:
        header: of the run.
        footer: of the run; None when it never finished.
        judged: every requirement of the suites used.
        catalogues: the suites used.
        cases: all that the record holds.
        waivers: what became of each waiver.
    """
    finished = footer is not None and not footer.interrupted
    result = outcome_of(
        judged,
        finished=finished,
        selected_by_hand=bool(header.selected_by_hand),
        waived=waivers.waived,
        stale_waiver=bool(waivers.stale),
    )
    doubts = [*_doubts(header, footer, catalogues, cases), *(one.said for one in waivers.stale)]
    if doubts and result is not Outcome.NOT_CONFORMANT:
        result = Outcome.INCOMPLETE
    reasons = [*_reasons(header, footer, judged), *doubts]
    if footer is not None and footer.outcome is not result:
        reasons.append(word("why.contradicts", claimed=footer.outcome))
        result = result if result is Outcome.NOT_CONFORMANT else Outcome.INCOMPLETE
    said = [
        sentence
        for catalogue in catalogues
        for sentence in sentences(
            catalogue, [one for one in judged if one.suite == catalogue.id], result, frozenset(waivers.waived)
        )
    ]
    return Status(result, tuple(said), tuple(reasons))


def _doubts(
    header: Header, footer: Footer | None, catalogues: Sequence[Catalogue], cases: Sequence[CaseRecord]
) -> Iterator[Text]:
    """Say where the record does not fit its own footer or the suites at hand: nothing is vouched for then."""
    if footer is not None and footer.cases != len(cases):
        yield word("why.cases", claimed=footer.cases, held=len(cases))
    if {(used.id, used.version) for used in header.suites} != {(one.id, one.version) for one in catalogues}:
        yield word("why.suites")
    known = {(one.id, requirement.id) for one in catalogues for requirement in one.requirements}
    found = {(case.suite, finding.requirement) for case in cases for finding in case.findings}
    if unknown := found - known:
        yield word("why.unknown", n=len(unknown))


def _reasons(header: Header, footer: Footer | None, judged: Sequence[Judged]) -> Sequence[Text]:
    reasons = []
    if footer is None:
        reasons.append(word("why.no_footer"))
    elif footer.interrupted:
        reasons.append(word("why.interrupted"))
    if header.selected_by_hand:
        reasons.append(word("why.by_hand", expression=header.selected_by_hand))
    demands = [
        one
        for one in judged
        if (one.requirement.level, one.requirement.untestable) == (Level.SHALL, None)
        and one.requirement.basis is not Basis.MEMORY
    ]
    open_ = {Verdict.INCONCLUSIVE, Verdict.ERROR}
    if undecided := sum(one.is_bare or one.verdict in open_ for one in demands):
        reasons.append(word("why.undecided", n=undecided))
    if not any(one.verdict in JUDGED for one in demands):
        reasons.append(word("why.nothing"))
    return reasons


def sentences(
    catalogue: Catalogue, judged: Sequence[Judged], result: Outcome, waived: frozenset[str]
) -> Sequence[Text]:
    """Say what a run shows about one suite: what the listed requirements came to, never more.

    Args:
        catalogue: the suite.
        judged: its requirements.
        result: what the whole run amounts to.
        waived: requirements whose FAIL is accepted.
    """
    found = counts(judged)
    suite = {"suite": catalogue.id, "version": catalogue.version}
    count = sum(found[verdict] for verdict in JUDGED)
    accepted = sum(one.verdict is Verdict.FAIL and one.requirement.id in waived for one in judged)
    if result is Outcome.INCOMPLETE:
        return [word("says.unfinished", judged=count, **suite)]
    if found[Verdict.FAIL] > accepted:
        said = [word("says.fails", n=found[Verdict.FAIL], judged=count, **suite)]
    elif found[Verdict.PASS]:
        said = [word("says.meets", n=found[Verdict.PASS], **suite)]
    else:
        said = [word("says.nothing", **suite)]
    if found[Verdict.WEAK]:
        said.append(word("says.weak", n=found[Verdict.WEAK]))
    if accepted:
        said.append(word("says.waived", n=accepted))
    return said
