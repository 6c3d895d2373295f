"""Findings with their evidence: which cases, which frames, which bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reports.requirements import QUIET, Row
from testbed.model.base import Text
from testbed.model.record import CaseRecord, FieldOfFrame, Finding, Frame, Judged
from testbed.model.verdict import Verdict

CASES = 3
"""Cases of one finding that are shown with all their evidence; the others are named."""
NAMED = 40
FRAMES = 40
"""Frames of one case that are shown; the capture holds all."""
BYTES = 512
FIELDS = 60
LONG = 20
"""Fields that stand on a third of a sheet of paper."""
LINES = 60


@dataclass(frozen=True)
class FrameView:
    """One frame: its bytes cut where guilt begins and ends."""

    frame: Frame
    runs: tuple[tuple[bool, str], ...]
    """Pairs of "is guilty" and bytes in hexadecimal."""
    guilty: tuple[str, ...]
    """The guilty bytes in words: `7 (03)`, counted from 0."""
    fields: tuple[FieldOfFrame, ...]
    hidden_fields: int
    """Fields that are not shown."""
    hidden: int
    """Bytes that are not shown."""
    is_cited: bool

    @property
    def is_long(self) -> bool:
        """Whether it may be broken across two sheets, so that it leaves no half of one empty."""
        return len(self.fields) > LONG


@dataclass(frozen=True)
class CaseView:
    """One case with one of its findings."""

    number: int
    case: CaseRecord
    finding: Finding
    shown_under: Row | None
    """The requirement under which the evidence stands already; None when it stands here."""
    frames: tuple[FrameView, ...]
    hidden_frames: int
    log: tuple[str, ...]
    hidden_lines: int

    @property
    def has_evidence(self) -> bool:
        """Whether there is anything to open."""
        return bool(self.frames or self.log or self.case.reproduce or self.case.capture)


@dataclass(frozen=True)
class Entry:
    """Everything found about one requirement that did not simply pass."""

    row: Row
    reasons: tuple[Text, ...]
    cases: tuple[CaseView, ...]
    named: tuple[tuple[int, CaseRecord], ...]
    others: int
    """Cases with such a finding beyond those shown."""


def entries(
    judged: Iterable[Judged], table: Mapping[tuple[str, str], Row], cases: Sequence[CaseRecord]
) -> tuple[Entry, ...]:
    """Return the findings, the gravest verdict first, else in the catalogues' order.

    Evidence of a case is shown once, under the first requirement that needs it.
    """
    numbered = {(case.suite, case.case): (number, case) for number, case in enumerate(cases, 1)}
    rank = {verdict: -place for place, verdict in enumerate(Verdict)}
    shown: dict[int, Row] = {}
    result = []
    for one in sorted(judged, key=lambda one: rank[one.verdict]):
        row = table[one.suite, one.requirement.id]
        if row.has_finding:
            result.append(_entry(one, row, numbered, shown))
    return tuple(result)


def _entry(
    one: Judged, row: Row, numbered: Mapping[tuple[str, str], tuple[int, CaseRecord]], shown: dict[int, Row]
) -> Entry:
    rank = {verdict: -place for place, verdict in enumerate(Verdict)}
    loud = sorted(
        ((name, finding) for name, finding in one.findings if finding.verdict not in QUIET),
        key=lambda pair: rank[pair[1].verdict],
    )
    views = []
    for name, finding in loud[:CASES]:
        number, case = numbered[one.suite, name]
        views.append(_view(number, case, finding, shown.get(number)))
        shown.setdefault(number, row)
    rest = loud[CASES:]
    named = tuple(numbered[one.suite, name] for name, _ in rest[:NAMED])
    return Entry(row, one.reasons, tuple(views), named, len(rest))


def _view(number: int, case: CaseRecord, finding: Finding, shown_under: Row | None) -> CaseView:
    frames = case.frames[:FRAMES]
    return CaseView(
        number=number,
        case=case,
        finding=finding,
        shown_under=shown_under,
        frames=tuple(_frame(frame, is_cited=frame.number in finding.frames) for frame in frames),
        hidden_frames=len(case.frames) - len(frames),
        log=case.log[:LINES],
        hidden_lines=max(0, len(case.log) - LINES),
    )


def _frame(frame: Frame, *, is_cited: bool) -> FrameView:
    try:
        data = bytes.fromhex(frame.hex[: 4 * BYTES])
    except ValueError:  # not our own record: print what stands there
        return FrameView(frame, ((False, frame.hex),), (), *_shown(frame.fields), 0, is_cited)
    guilty = [field for field in frame.fields if field.guilty and 0 <= field.start < field.end <= len(data)]
    marks = [any(field.start <= at < field.end for field in guilty) for at in range(min(len(data), BYTES))]
    runs: list[tuple[bool, list[str]]] = []
    for mark, byte in zip(marks, data, strict=False):
        if not runs or runs[-1][0] is not mark:
            runs.append((mark, []))
        runs[-1][1].append(f"{byte:02X}")
    fields, hidden_fields = _shown(frame.fields)
    return FrameView(
        frame=frame,
        runs=tuple((mark, " ".join(byte)) for mark, byte in runs),
        guilty=tuple(_span(field, data) for field in guilty[:FIELDS]),
        fields=fields,
        hidden_fields=hidden_fields,
        hidden=max(0, len(frame.hex) // 2 - len(marks)),
        is_cited=is_cited,
    )


def _shown(fields: Sequence[FieldOfFrame]) -> tuple[tuple[FieldOfFrame, ...], int]:
    """Return the fields to show, and how many are left: the first ones, or guilty ones that come later."""
    first = fields[:FIELDS]
    guilty = [] if any(one.guilty for one in first) else [one for one in fields[FIELDS:] if one.guilty]
    shown = (*first[: FIELDS - len(guilty[: FIELDS // 2])], *guilty[: FIELDS // 2])
    return shown, len(fields) - len(shown)


def _span(field: FieldOfFrame, data: bytes) -> str:
    some = data[field.start : min(field.end, field.start + 8)]
    more = " …" if field.end - field.start > len(some) else ""
    where = str(field.start) if field.end == field.start + 1 else f"{field.start}\u2013{field.end - 1}"
    return f"{where} ({some.hex(' ').upper()}{more})"
