"""Two runs side by side: which verdicts changed, and what besides the device may have changed them.

A change is *worse* where a requirement now FAILs, was judged and no longer is, or is kept less well. It is
*better* where it is kept better, or is judged at last. It is *other* where nobody can tell: a FAIL that is
only no longer judged is no improvement, and what is no longer applicable was not repaired.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from testbed.bundle.conditions import Condition, conditions
from testbed.bundle.reader import Record
from testbed.model.disposition import day_of
from testbed.model.verdict import Outcome, Verdict, join

_KEPT = {Verdict.PASS: 0, Verdict.INFO: 1, Verdict.WEAK: 2, Verdict.FAIL: 3}
"""How well a requirement is kept, where it was judged."""
_OPEN = frozenset({Verdict.INCONCLUSIVE, Verdict.ERROR})

Key = tuple[str, str]
"""A suite, and a requirement or case of it."""


class Change(StrEnum):
    """What became of a verdict."""

    WORSE = "worse"
    BETTER = "better"
    OTHER = "other"
    SAME = "same"


@dataclass(frozen=True)
class Pair:
    """A verdict in both runs; None where a run does not know the requirement or case."""

    suite: str
    name: str
    was: Verdict | None
    now: Verdict | None
    was_waived: bool = False
    now_waived: bool = False

    @property
    def change(self) -> Change:
        """What became of it; a failure that a laboratory no longer accepts is worse."""
        if self.was is not self.now:
            return change(self.was, self.now)
        if self.was_waived == self.now_waived:
            return Change.SAME
        return Change.WORSE if self.was_waived else Change.OTHER


@dataclass(frozen=True)
class Difference:
    """All that differs between two runs."""

    was: Outcome
    now: Outcome
    requirements: Sequence[Pair]
    cases: Sequence[Pair]
    conditions: Sequence[Condition]

    @property
    def is_comparable(self) -> bool:
        """Whether only the device can have changed a verdict."""
        return not any(condition.is_barrier for condition in self.conditions)

    @property
    def exit_status(self) -> int:
        """The exit status of `testbed diff`: 0 nothing changed, 1 worse, 2 changed, nothing worse."""
        changes = {pair.change for pair in self.requirements}
        if Change.WORSE in changes or (not self.was.exit_status and self.now.exit_status):
            return 1
        moved = changes != {Change.SAME} and bool(changes)
        return 2 if moved or self.was is not self.now or any(_moved(case) for case in self.cases) else 0


def change(was: Verdict | None, now: Verdict | None) -> Change:
    """Say what became of a verdict (see the top of this file)."""
    if was is now:
        return Change.SAME
    if now is Verdict.FAIL:
        return Change.WORSE
    if was in _KEPT and now in _KEPT:
        return Change.WORSE if _KEPT[now] > _KEPT[was] else Change.BETTER
    if was in _KEPT and was is not Verdict.FAIL and now in _OPEN:
        return Change.WORSE
    return Change.BETTER if was in _OPEN and now in _KEPT else Change.OTHER


def difference(was: Record, now: Record) -> Difference:
    """Hold two runs against each other."""
    return Difference(
        was.footer.outcome if was.footer else Outcome.INCOMPLETE,
        now.footer.outcome if now.footer else Outcome.INCOMPLETE,
        tuple(_pairs(_requirements(was), _requirements(now), _waived(was), _waived(now))),
        tuple(_pairs(_cases(was), _cases(now))),
        tuple(conditions(was, now)),
    )


def _moved(case: Pair) -> bool:
    return case.was is not None and case.now is not None and case.was is not case.now


def _requirements(record: Record) -> dict[Key, Verdict]:
    found: dict[Key, Verdict] = {}
    for case in record.cases:
        for finding in case.findings:
            key = case.suite, finding.requirement
            found[key] = join((finding.verdict, found.get(key, Verdict.NOT_TESTED)))
    return found


def _cases(record: Record) -> dict[Key, Verdict]:
    return {(case.suite, case.case): case.verdict for case in record.cases}


def _waived(record: Record) -> frozenset[str]:
    """Return the requirements whose FAIL the laboratory accepts on the day of the run."""
    header, day = record.header, day_of(record.header, record.resumed)
    return frozenset(
        one.requirement
        for one in header.waivers
        if day is not None and one.covers(one.requirement, header.declaration.device, day)
    )


def _pairs(
    was: Mapping[Key, Verdict],
    now: Mapping[Key, Verdict],
    was_waived: frozenset[str] = frozenset(),
    now_waived: frozenset[str] = frozenset(),
) -> Iterator[Pair]:
    for suite, name in dict.fromkeys([*was, *now]):
        before, after = was.get((suite, name)), now.get((suite, name))
        yield Pair(
            suite,
            name,
            before,
            after,
            before is Verdict.FAIL and name in was_waived,
            after is Verdict.FAIL and name in now_waived,
        )
