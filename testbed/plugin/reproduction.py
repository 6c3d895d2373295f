"""From the tries of a case to its one record: what a fault must be shown by before it is one. Pure.

A frame that came and is wrong is a fault at once, an intermittent one too; repetition only counts how often.
What rests on absence or timing (silence, a close, nobody there) must be shown in each of `TRIES` tries, and
one outage is one absence, however many tries it outlasts. Exception 06 asks to be asked again: it tells
nothing, unless nothing else is ever heard.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from testbed.model.base import Text
from testbed.model.record import CaseRecord, Finding
from testbed.model.verdict import Verdict, join

TRIES = 3
"""Tries in which absence must be shown, and the tries of whatever was found broken."""

_UNDECIDED = {Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE}


@dataclass(frozen=True)
class Try:
    """One try of a case, judged as if it were the only one."""

    record: CaseRecord
    capture: bytes = b""
    standing: frozenset[str] = frozenset()
    """Requirements found broken by a frame that came."""
    disturbed: bool = False
    """Whether a case beside it may have caused what it found."""
    met: bool = True
    """Whether the device answered before the case began."""
    gone: bool = False
    """Whether the device was found gone, before the case began or in it."""
    unheard: bool = False
    """Whether nothing at all was heard of it when it was gone: no connection, and no refusal of one."""
    busy: bool = False
    """Whether what the case itself found rests on exception 06."""

    @property
    def is_away(self) -> bool:
        """Whether nobody was there to begin with."""
        return self.gone and not self.met

    def finding(self, requirement: str) -> Finding | None:
        """Return what it found about a requirement."""
        return next((one for one in self.record.findings if one.requirement == requirement), None)

    def shows_only(self, known: Collection[str]) -> bool:
        """Say whether all that it found broken is known, and was shown by frames that came."""
        broken = {finding.requirement for finding in self.record.findings if finding.broken}
        return not self.disturbed and broken <= self.standing.intersection(known)

    def was_left(self, requirement: str) -> bool:
        """Say whether the device did not survive it, which broke a requirement."""
        finding = self.finding(requirement)
        return finding is not None and finding.broken and finding.source == "control"

    def asks_again(self, requirement: str) -> bool:
        """Say whether it found a requirement broken by exception 06 alone."""
        finding = self.finding(requirement)
        return self.busy and finding is not None and finding.broken and finding.source == "case"

    def vote(self, requirement: str) -> bool | None:
        """Say whether it shows a requirement broken; None where it cannot tell."""
        if requirement in self.standing:
            return True
        finding = self.finding(requirement)
        broken = finding is not None and finding.broken
        verdict = self.record.verdict if finding is None else finding.verdict
        return None if self.disturbed or (verdict in _UNDECIDED and not broken) else broken


def unsettled(tries: Sequence[Try]) -> bool:
    """Say whether a case has to be tried once more, alone.

    What other cases may have disturbed is tried once more, and what was found broken until there are `TRIES`.
    """
    counted = [one for one in tries if not one.disturbed]
    if not counted:
        return True
    return len(counted) < TRIES and any(any(votes(tries, one)) for one in _requirements(tries))


def votes(tries: Sequence[Try], requirement: str) -> list[bool | None]:
    """Return what each try says of a requirement.

    A device that did not survive and is away when the case is repeated has still not survived. It speaks
    against nothing but survival, and makes what was shown beside other cases count, since none of them runs
    any more. A host that still answers, if only with a refusal, proves each time anew that its server is
    down; where nothing at all is heard the way to it may be cut: that is one absence, still standing.
    """
    busy = all(one.asks_again(requirement) for one in tries if not one.disturbed)
    cast = [one.vote(requirement) if busy or not one.asks_again(requirement) else None for one in tries]
    fell = False
    for at, one in enumerate(tries):
        if one.is_away and fell:
            cast[at] = None if one.unheard else True
            if tries[at - 1].was_left(requirement):
                cast[at - 1] = True
        else:
            fell = one.was_left(requirement)
    return cast


def settle(tries: Sequence[Try]) -> tuple[CaseRecord, int]:
    """Return the record of a case, and which try its frames are of: the one that shows most of what is wrong.

    Args:
        tries: in their order, at least one.
    """
    if len(tries) == 1:
        return tries[0].record, 0
    found = [one for name in _requirements(tries) if (one := _found(tries, name)) is not None]
    kept = _cited(found, len(tries) - 1)
    findings = tuple(one if at == kept else one.model_copy(update={"frames": ()}) for at, one in found)
    record = tries[kept].record
    return record.model_copy(
        update={
            "findings": findings,
            "verdict": join(one.verdict for one in findings),
            "reason": _too_rarely(findings) or record.reason,
            "writes": tuple(write for one in tries for write in one.record.writes),
            "not_restored": tuple(said for one in tries for said in one.record.not_restored),
            "watched": sum(one.record.watched for one in tries),
            "log": (*record.log, *_others(tries, kept)),
        }
    ), kept


def _requirements(tries: Sequence[Try]) -> list[str]:
    return list(dict.fromkeys(finding.requirement for one in tries for finding in one.record.findings))


def _found(tries: Sequence[Try], requirement: str) -> tuple[int, Finding] | None:
    """Return what all tries together found about a requirement, and which of them it is taken from."""
    cast = votes(tries, requirement)
    told, shown = len([vote for vote in cast if vote is not None]), cast.count(True)
    own = [(at, finding) for at, one in enumerate(tries) if (finding := one.finding(requirement))]
    broken = [(at, finding) for at, finding in own if cast[at] and finding.broken]
    stands = [(at, finding) for at, finding in broken if requirement in tries[at].standing]
    if stands or (broken and shown == told >= TRIES):
        at, finding = (stands or broken)[0]
        return at, finding.model_copy(update={"reproduced": shown, "tries": told})
    undecided = [(at, finding) for at, finding in own if not finding.broken and not tries[at].disturbed]
    undecided.sort(key=lambda one: not tries[one[0]].is_away)  # who met the device knows more
    ours = [(at, finding) for at, finding in undecided if finding.verdict is Verdict.ERROR]
    if broken and not ours:
        at, finding = broken[0]
        rarely = {"verdict": Verdict.INCONCLUSIVE, "broken": False, "reproduced": shown, "tries": told}
        return at, finding.model_copy(update=rarely)
    good = [(at, finding) for at, finding in own if cast[at] is False]
    return next(iter((ours if broken else good or ours or undecided)[-1:]), None)


def _cited(found: Sequence[tuple[int, Finding]], last: int) -> int:
    """Return the try whose frames are kept: the first of those that show most; the last where none does."""
    broken = [at for at, finding in found if finding.broken]
    rarely = [at for at, finding in found if finding.tries]
    ours = [at for at, finding in found if finding.verdict is Verdict.ERROR]
    showing = broken or rarely or ours or [last]
    return max(sorted(set(showing)), key=showing.count)


def _too_rarely(findings: Sequence[Finding]) -> Text | None:
    """Say why something that did not come stands against nobody, where that is so."""
    rare = next((one for one in findings if one.tries and one.verdict is Verdict.INCONCLUSIVE), None)
    if rare is None:
        return None
    k, n = rare.reproduced, rare.tries
    return Text(
        en=f"shown in {k} of {n} tries that could tell; what does not come must be shown in all {TRIES}",
        ko=f"판정할 수 있던 시도 {n}회 중 {k}회 나타남; 오지 않은 것은 {TRIES}회 시도에서 모두 나타나야 함",
    )


def _others(tries: Sequence[Try], kept: int) -> Iterator[str]:
    """Say what each try showed whose frames are not kept; where an error was ours, its whole log."""
    for at, one in enumerate(tries):
        if at == kept:
            continue
        shown = [
            f"{finding.requirement} broken: {finding.received.en if finding.received else 'so observed'}"
            for finding in one.record.findings
            if finding.broken
        ]
        reason = f" ({one.record.reason.en})" if one.record.reason else ""
        beside = ", with other cases beside it" if one.disturbed else ""
        said = "; ".join(shown) or f"{one.record.verdict}{reason}"
        yield f"try {at + 1} of {len(tries)}{beside}: {said}"
        if one.record.verdict is Verdict.ERROR:
            yield from one.record.log
