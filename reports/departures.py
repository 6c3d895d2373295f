"""What departed from the method: additions, deviations and exclusions (ISO/IEC 17025:2017, 7.8.2.1 n)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.words import seconds, word
from testbed.model.base import Text
from testbed.model.declaration import Timing
from testbed.model.record import CaseRecord, Footer, Header, Resumed
from testbed.model.verdict import Verdict
from testbed.model.waiver import Waiver


@dataclass(frozen=True)
class Departure:
    """One point in which a run was not, or not wholly, what its suites prescribe."""

    kind: Literal["addition", "deviation", "exclusion"]
    text: Text


def departures(
    header: Header,
    cases: Sequence[CaseRecord],
    footer: Footer | None,
    *,
    accepted: Sequence[Waiver] = (),
    resumed: Sequence[Resumed] = (),
) -> tuple[Departure, ...]:
    """List every departure of a run from its method; the face of the report prints how many there are.

    Args:
        header: of the run.
        cases: all that the record holds.
        footer: of the run; None when it never finished.
        accepted: waivers that cover a FAIL of this run.
        resumed: where a stopped run went on.
    """
    return (
        *(Departure("deviation", text) for text in _deviations(header, accepted, resumed)),
        *(Departure("exclusion", text) for text in _exclusions(header, cases, footer)),
    )


def _deviations(header: Header, accepted: Sequence[Waiver], resumed: Sequence[Resumed]) -> Iterator[Text]:
    if header.clock == "virtual":
        yield word("departures.virtual")
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


def _exclusions(header: Header, cases: Sequence[CaseRecord], footer: Footer | None) -> Iterator[Text]:
    if footer is None:
        yield word("departures.unfinished")
    elif footer.interrupted:
        yield word("departures.interrupted")
    if header.selected_by_hand:
        yield word("departures.by_hand", expression=header.selected_by_hand)
    left_out = Counter(case.reason for case in cases if case.reason is not None and _is_left_out(case))
    for reason, number in left_out.items():
        yield Text(
            en=word("departures.left_out", n=number, reason=reason.en).en,
            ko=word("departures.left_out", n=number, reason=reason.ko).ko,
        )


def _is_left_out(case: CaseRecord) -> bool:
    """Say whether a case that the suites prescribe was not run: no permission, or no peer to run it with."""
    refused = any(
        finding.source == "selection" and finding.verdict is Verdict.INCONCLUSIVE for finding in case.findings
    )
    return refused or case.verdict is Verdict.NOT_TESTED
