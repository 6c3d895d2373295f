"""What differs between two runs besides their verdicts, and whether it bars a comparison."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from testbed.bundle.reader import Record
from testbed.model.base import Text
from testbed.model.impairment import Impaired


@dataclass(frozen=True)
class Condition:
    """Something that differs between two runs besides their verdicts."""

    what: Text
    was: str
    now: str
    is_barrier: bool
    """Whether a change of verdict may come from it rather than from the device."""


def conditions(was: Record, now: Record) -> Iterator[Condition]:
    """Yield what differs: first what bars a comparison, then what is only good to know."""
    barriers = _flat(_barriers(was)), _flat(_barriers(now))
    remarks = _flat(_remarks(was)), _flat(_remarks(now))
    for (before, after), is_barrier in ((barriers, True), (remarks, False)):
        for what in dict.fromkeys([*before, *after]):
            if before.get(what) != after.get(what):
                named = _NAMES.get(what, Text(en=what, ko=what))
                for a, b in _apart(before.get(what, ""), after.get(what, "")):
                    yield Condition(named, a, b, is_barrier)
    cut = was.header.selected_by_hand, now.header.selected_by_hand
    if cut[0] and cut[0] == cut[1]:
        yield Condition(_NAMES["selected_by_hand"], *cut, is_barrier=False)


_NAMES = {
    "tester": Text(en="test bed", ko="시험 프로그램"),
    "profile": Text(en="profile", ko="프로파일"),
    "impairment": Text(en="impairment of the traffic", ko="통신 장애 조건"),
    "clock": Text(en="clock", ko="시계"),
    "selected_by_hand": Text(en="cases left out by hand", ko="임의로 제외한 시험 케이스"),
    "ended": Text(en="end of the run", ko="시험 종료"),
    "peers": Text(en="independent products met", ko="상호 운용한 독립 제품"),
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
        "impairment": _impairment(header.impairment),
        "selected_by_hand": header.selected_by_hand,
        "ended": "-" if footer is None else "interrupted" if footer.interrupted else "whole",
        "tester": header.tester,
        "peers": ", ".join(sorted({case.peer for case in record.cases} - {""})),
    }


def _impairment(one: Impaired | None) -> str:
    return f"{one.id} by {one.means}, digest {one.sha256}" if one else "-"


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


_Fact = str | list[object]
"""A fact as text, or a list whose elements are compared one by one."""


def _apart(was: _Fact, now: _Fact) -> Iterator[tuple[str, str]]:
    """Yield where two different facts differ: of lists the elements that do, not all that they have.

    Elements with an id are the same one where they have the same id. Of lists in another order alone
    the first place is told that does.
    """
    if not isinstance(was, list) and not isinstance(now, list):
        yield was, now
        return
    before, after = _elements(was), _elements(now)
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    for name in names:
        yield before.get(name, ""), after.get(name, "")
    if not names:
        pairs = enumerate(zip_longest(before.values(), after.values(), fillvalue=""), 1)
        yield next(((f"{at}. {a}", f"{at}. {b}") for at, (a, b) in pairs if a != b), (_text(was), _text(now)))


def _elements(fact: _Fact) -> dict[str, str]:
    """Return the elements of a list, as text, by their ids or by what they are."""
    listed = fact if isinstance(fact, list) else [fact] if fact else []
    named = ((one.get("id") if isinstance(one, dict) else None, _text(one)) for one in listed)
    return {str(name or text): text for name, text in named}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _flat(facts: Mapping[str, object]) -> dict[str, _Fact]:
    """Name each fact of each group by its path."""
    flat: dict[str, _Fact] = {}
    for key, value in facts.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{name}": text for name, text in _flat(value).items()}
        elif value not in ("", None):
            flat[key] = value if isinstance(value, list) else _text(value)
    return flat
