"""Two runs side by side: which verdicts changed, and what besides the device may have changed them.

A change is *worse* where a requirement now FAILs, was judged and no longer is, or is kept less well. It is
*better* where it is kept better, or is judged at last. It is *other* where nobody can tell: a FAIL that is
only no longer judged is no improvement, and what is no longer applicable was not repaired.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from testbed.bundle.reader import Record
from testbed.model.base import Text
from testbed.model.disposition import day_of
from testbed.model.record import Header
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
class Condition:
    """Something that differs between two runs besides their verdicts."""

    what: Text
    was: str
    now: str
    is_barrier: bool
    """Whether a change of verdict may come from it rather than from the device."""


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
        tuple(_pairs(_requirements(was), _requirements(now), _waived(was.header), _waived(now.header))),
        tuple(_pairs(_cases(was), _cases(now))),
        tuple(_conditions(was, now)),
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


def _waived(header: Header) -> frozenset[str]:
    """Return the requirements whose FAIL the laboratory accepts on the day of the run."""
    device, day = header.declaration.device, day_of(header)
    return frozenset(
        one.requirement
        for one in header.waivers
        if day is not None and one.covers(one.requirement, device.model, device.firmware, day)
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


def _conditions(was: Record, now: Record) -> Iterator[Condition]:
    """Yield what differs: first what bars a comparison, then what is only good to know."""
    barriers = _flat(_barriers(was)), _flat(_barriers(now))
    remarks = _flat(_remarks(was)), _flat(_remarks(now))
    for (before, after), is_barrier in ((barriers, True), (remarks, False)):
        for what in dict.fromkeys([*before, *after]):
            if before.get(what) != after.get(what):
                yield Condition(
                    _NAMES.get(what, Text(en=what, ko=what)),
                    before.get(what, ""),
                    after.get(what, ""),
                    is_barrier,
                )
    cut = was.header.selected_by_hand, now.header.selected_by_hand
    if cut[0] and cut[0] == cut[1]:
        yield Condition(_NAMES["selected_by_hand"], *cut, is_barrier=False)


_NAMES = {
    "tester": Text(en="test bed", ko="시험 프로그램"),
    "profile": Text(en="profile", ko="프로파일"),
    "clock": Text(en="clock", ko="시계"),
    "selected_by_hand": Text(en="cases left out by hand", ko="임의로 제외한 시험 케이스"),
    "ended": Text(en="end of the run", ko="시험 종료"),
    "declaration.connect": Text(en="address", ko="접속 주소"),
    "seed": Text(en="seed of random choices", ko="난수 시드"),
    "jobs": Text(en="cases at once", ko="동시 시험 케이스 수"),
    "resumed": Text(en="stopped and went on", ko="중단 후 속행"),
    "laboratory": Text(en="laboratory", ko="시험기관"),
    "waivers": Text(en="waivers", ko="예외 승인"),
}
"""Words for what has no name of its own in a declaration."""


def _barriers(record: Record) -> dict[str, object]:
    header, footer = record.header, record.footer
    declared = header.declaration.model_dump(mode="json", exclude={"device", "connect", "profile"})
    return {
        **{f"suite {one.id}": f"{one.version}, digest {one.digest}" for one in header.suites},
        "profile": f"{header.profile}, digest {header.profile_sha256}",
        "declaration": declared,
        "clock": header.clock,
        "selected_by_hand": header.selected_by_hand,
        "ended": "-" if footer is None else "interrupted" if footer.interrupted else "whole",
        "tester": header.tester,
    }


def _remarks(record: Record) -> dict[str, object]:
    header = record.header
    return {
        "device": header.declaration.device.model_dump(mode="json"),
        "declaration.connect": header.declaration.connect,
        "laboratory": header.lab.name.en if header.lab else "",
        "waivers": header.waivers_sha256,
        "resumed": [one.at for one in record.resumed] or None,
        "package": dict(header.packages),
        "python": header.python,
        "platform": header.platform,
        "seed": header.seed,
        "jobs": header.jobs,
    }


def _flat(facts: Mapping[str, object]) -> dict[str, str]:
    """Name each fact of each group by its path, as text."""
    flat: dict[str, str] = {}
    for key, value in facts.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{name}": text for name, text in _flat(value).items()}
        elif value not in ("", None):
            flat[key] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return flat
