"""What departed from the method: additions, deviations and exclusions (ISO/IEC 17025:2017, 7.8.2.1 n)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.words import seconds, word
from testbed.model.base import Text
from testbed.model.declaration import Timing
from testbed.model.needs import missing, split
from testbed.model.record import CaseRecord, Footer, Header, Resumed
from testbed.model.standard import Catalogue
from testbed.model.verdict import Verdict
from testbed.model.waiver import Waiver


@dataclass(frozen=True)
class Departure:
    """One point in which a run was not, or not wholly, what its suites prescribe."""

    kind: Literal["addition", "deviation", "exclusion"]
    text: Text


def departures(  # noqa: PLR0913 - all that a run consists of
    header: Header,
    cases: Sequence[CaseRecord],
    footer: Footer | None,
    catalogues: Sequence[Catalogue],
    *,
    accepted: Sequence[Waiver] = (),
    resumed: Sequence[Resumed] = (),
) -> tuple[Departure, ...]:
    """List every departure of a run from its method; the face of the report prints how many there are.

    Args:
        header: of the run.
        cases: all that the record holds.
        footer: of the run; None when it never finished.
        catalogues: the suites used.
        accepted: waivers that cover a FAIL of this run.
        resumed: where a stopped run went on.
    """
    return (
        *(Departure("deviation", text) for text in _deviations(header, accepted, resumed)),
        *(Departure("exclusion", text) for text in _exclusions(header, cases, footer, catalogues)),
    )


def _deviations(header: Header, accepted: Sequence[Waiver], resumed: Sequence[Resumed]) -> Iterator[Text]:
    if header.clock == "virtual":
        yield word("departures.virtual")
    if header.impairment is not None:
        one = header.impairment
        yield word("departures.impaired", id=one.id, time=seconds(one.lengthened_s))
    timing, usual = header.declaration.timing, Timing()
    if timing.reply_within != usual.reply_within:
        yield word(
            "departures.reply_within", usual=seconds(usual.reply_within), time=seconds(timing.reply_within)
        )
    if timing.pause != usual.pause:
        yield word("departures.pause", time=seconds(timing.pause))
    for waiver in accepted:
        yield word("departures.waiver", requirement=waiver.requirement)
    for line in resumed:
        yield word("departures.resumed", at=line.at, kept=line.kept)


def _exclusions(
    header: Header, cases: Sequence[CaseRecord], footer: Footer | None, catalogues: Sequence[Catalogue]
) -> Iterator[Text]:
    if footer is None:
        yield word("departures.unfinished")
    elif footer.interrupted:
        yield word("departures.interrupted")
    if header.selected_by_hand:
        yield word("departures.by_hand", expression=header.selected_by_hand)
    left_out = [case for case in cases if _is_left_out(case)]
    permissions = {(case.suite, case.case): _permission(case, header, catalogues) for case in left_out}
    for need, number in Counter(permissions.values()).items():
        if need:
            yield word("departures.not_granted", n=number, need=need)
    reasons = Counter(case.reason for case in left_out if not permissions[case.suite, case.case])
    for reason, number in reasons.items():
        if reason is not None:
            yield Text(
                en=word("departures.left_out", n=number, reason=reason.en).en,
                ko=word("departures.left_out", n=number, reason=reason.ko).ko,
            )


def _permission(case: CaseRecord, header: Header, catalogues: Sequence[Catalogue]) -> str:
    """Return the permission that a case was left out for want of; empty where it was something else."""
    known = {catalogue.id: catalogue for catalogue in catalogues}
    for finding in case.findings:
        if case.suite in known and finding.source == "selection":
            lack = missing(known[case.suite][finding.requirement].needs, header.declaration.facts)
            if lack is not None and lack.paste:
                return split(lack.need)[0]
    return ""


def _is_left_out(case: CaseRecord) -> bool:
    """Say whether a case that the suites prescribe was not run: no permission, or no peer to run it with."""
    refused = any(
        finding.source == "selection" and finding.verdict is Verdict.INCONCLUSIVE for finding in case.findings
    )
    return refused or case.verdict is Verdict.NOT_TESTED
