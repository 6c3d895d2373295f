"""What differs between two runs besides their verdicts, and whether it bars a comparison."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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


def _flat(facts: Mapping[str, object]) -> dict[str, str]:
    """Name each fact of each group by its path, as text."""
    flat: dict[str, str] = {}
    for key, value in facts.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{name}": text for name, text in _flat(value).items()}
        elif value not in ("", None):
            flat[key] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return flat
