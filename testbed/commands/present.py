"""A finished run as people and programs read it on standard output."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from testbed.bundle.errors import LINE_LIMIT, printable
from testbed.model.base import Language
from testbed.model.record import CaseRecord, Finding, Judged
from testbed.model.standard import clause_order
from testbed.model.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from testbed.commands.session import Result

_COLOURS = {
    Verdict.FAIL: "red",
    Verdict.ERROR: "magenta",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.WEAK: "yellow",
    Verdict.PASS: "green",
}
_QUIET = {Verdict.PASS, Verdict.NOT_APPLICABLE}
_LEFT_OUT = {Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED}
MOST_FINDINGS = 3
"""Findings of one requirement that are printed; the report has all."""

_WORDS: dict[str, dict[Language, str]] = {
    "expected": {"en": "expected", "ko": "기대값"},
    "received": {"en": "received", "ko": "수신값"},
    "frames": {"en": "frames", "ko": "프레임"},
    "report": {"en": "report", "ko": "시험 결과서"},
    "try": {"en": "try", "ko": "조치"},
    "waived": {"en": "waived until", "ko": "예외 승인, 기한"},
    "again": {"en": "again", "ko": "재현"},
    "reproduced": {"en": "reproduced {} of {}", "ko": "시도 {1}회 중 {0}회 재현"},
    "impaired": {"en": "impaired", "ko": "통신 장애 조건"},
    "resumed": {"en": "went on after a stop; kept", "ko": "중단 후 재개; 유지한 케이스"},
    "restored": {"en": "put back first", "ko": "먼저 복원한 값"},
}


def as_data(result: Result, lang: Language) -> dict[str, object]:
    """Return the run as the JSON object of the command line's contract."""
    captures = {(record.suite, record.case): record.capture for record in result.records}
    waivers = result.waivers
    return {
        "outcome": str(result.outcome),
        "bundle": "" if result.request.dry else str(result.request.folder),
        "duration_s": result.footer.duration_s,
        "counts": {str(verdict): number for verdict, number in result.footer.counts.items()},
        "requirements": {
            one.requirement.id: {
                "verdict": str(one.verdict),
                "waived": one.verdict is Verdict.FAIL and one.requirement.id in waivers.waived,
                "level": str(one.requirement.level),
                "clause": dict(one.requirement.clause),
                "findings": [
                    {
                        "case": case,
                        "verdict": str(finding.verdict),
                        "expected": finding.expected.in_language(lang) if finding.expected else None,
                        "received": finding.received.in_language(lang) if finding.received else None,
                        "reproduced": finding.reproduced,
                        "tries": finding.tries,
                        "capture": captures.get((one.suite, case), ""),
                        "frames": list(finding.frames),
                    }
                    for case, finding in one.findings
                ],
            }
            for one in result.judged
        },
        "stale_waivers": [one.waiver.requirement for one in waivers.stale],
    }


def unreachable() -> dict[str, object]:
    """Return the same object for a device that could not be reached: nothing was judged."""
    return {
        "outcome": str(Outcome.INCOMPLETE),
        "bundle": "",
        "duration_s": 0.0,
        "counts": {str(verdict): 0 for verdict in Verdict},
        "requirements": {},
        "stale_waivers": [],
    }


def summary(result: Result, lang: Language) -> None:
    """Print what a person wants to know first: what is wrong, where, and how to see it again."""
    if result.request.dry:
        _writes(result)
        return
    device = result.header.declaration.device
    click.echo(printable(f"{device.vendor} {device.model} {device.firmware} · {result.header.profile}"))
    if (made := result.header.impairment) is not None:
        click.echo(
            f"{_WORDS['impaired'][lang]}: {printable(made.title.in_language(lang))} ({made.id}, {made.means})"
        )
    _went_on(result, lang)
    for record in result.records:
        for values in record.not_restored:
            click.secho(f"NOT RESTORED {printable(values, LINE_LIMIT)}", fg="red", err=True)
    quiet = _QUIET | {Verdict.NOT_TESTED} if result.header.selected_by_hand else _QUIET
    for one in sorted(result.judged, key=lambda one: clause_order(one.requirement)):
        if one.verdict not in quiet:
            _requirement(one, result, lang)
    _unmet(result, lang)
    for stale in result.waivers.stale:
        click.secho(printable(stale.said.in_language(lang)), fg="red")
    counted = " · ".join(f"{verdict} {number}" for verdict, number in result.footer.counts.items() if number)
    click.echo(f"{counted} · {len(result.records)} cases in {result.footer.duration_s:.1f} s")
    click.secho(str(result.outcome), bold=True, fg="green" if result.outcome.exit_status == 0 else "red")
    if result.outcome is Outcome.INCOMPLETE and result.header.selected_by_hand:
        click.echo(f"  {result.header.selected_by_hand}")
    test = " (TEST KEY)" if result.signer is not None and result.signer.is_test else ""
    click.echo(f"{_WORDS['report'][lang]}: {result.request.folder / 'report.html'}{test}")


def _went_on(result: Result, lang: Language) -> None:
    """Say what a run kept that had been stopped, and what of it stood changed in the device."""
    if result.resumed is None:
        return
    click.echo(f"{_WORDS['resumed'][lang]}: {result.resumed.kept}")
    for values in result.resumed.restored:
        click.echo(f"{_WORDS['restored'][lang]}: {printable(values, LINE_LIMIT)}")
    for values in result.resumed.not_restored:
        click.secho(f"NOT RESTORED {printable(values, LINE_LIMIT)}", fg="red", err=True)


def stopped(result: Result) -> bool:
    """Say how a run goes on that was stopped before its end; return whether it was."""
    if not result.footer.interrupted or result.request.dry:
        return False
    folder = shlex.quote(str(result.request.folder))
    click.echo(f"stopped early; to go on: testbed run --resume {folder}", err=True)
    return True


def _requirement(one: Judged, result: Result, lang: Language) -> None:
    clause = ", ".join(f"{document} {number}" for document, number in one.requirement.clause.items())
    click.echo(click.style(f"{one.verdict:<13}", fg=_COLOURS.get(one.verdict)), nl=False)
    click.echo(f" {one.requirement.id}  {clause}  {one.requirement.text.in_language(lang)}")
    accepted = result.waivers.accepted if one.verdict is Verdict.FAIL else ()
    for waiver in (waiver for waiver in accepted if waiver.requirement == one.requirement.id):
        click.echo(f"    {_WORDS['waived'][lang]} {waiver.expires}: {printable(waiver.approver)}, ", nl=False)
        click.echo(f"{printable(waiver.reason)} ({printable(waiver.link)})")
    records = {(record.suite, record.case): record for record in result.records}
    shown = [pair for pair in one.findings if pair[1].verdict is one.verdict and not _is_unmet(pair[1])]
    for case, finding in shown[:MOST_FINDINGS]:
        record = records.get((one.suite, case))
        click.echo(f"    {printable(case)}")
        if finding.expected and finding.received:
            click.echo(f"      {_WORDS['expected'][lang]}: {printable(finding.expected.in_language(lang))}")
            click.echo(f"      {_WORDS['received'][lang]}: {printable(finding.received.in_language(lang))}")
        elif record is not None and record.reason is not None:
            click.echo(f"      {printable(record.reason.in_language(lang))}")
        if finding.tries:
            click.echo(f"      {_WORDS['reproduced'][lang].format(finding.reproduced, finding.tries)}")
        if finding.frames and record is not None and record.capture:
            numbers = ", ".join(map(str, finding.frames))
            click.echo(f"      {_WORDS['frames'][lang]} {numbers}: {result.request.folder / record.capture}")
    if one.requirement.hint is not None:
        click.echo(f"    {_WORDS['try'][lang]}: {one.requirement.hint.in_language(lang)}")


def _is_unmet(finding: Finding) -> bool:
    """Say whether a case was not run for want of a line in the declaration."""
    return finding.source == "selection" and finding.verdict is Verdict.INCONCLUSIVE


def _unmet(result: Result, lang: Language) -> None:
    """Print once, for all requirements that wait for it, what a declaration would have to say."""
    waiting: dict[str, set[str]] = {}
    for record in result.records:
        unmet = {finding.requirement for finding in record.findings if _is_unmet(finding)}
        if record.reason is not None and unmet:
            waiting.setdefault(record.reason.in_language(lang), set()).update(unmet)
    for reason, requirements in waiting.items():
        many = f"{len(requirements)} requirement{'' if len(requirements) == 1 else 's'}"
        click.echo(f"{many} {Verdict.INCONCLUSIVE}: {printable(reason)}")


def _writes(result: Result) -> None:
    """Print every write that a run would send."""
    for record in result.records:
        for write in dict.fromkeys(record.writes):
            click.echo(printable(f"{record.suite}/{record.case}: {write}", LINE_LIMIT))
    cases = sum(bool(record.writes) for record in result.records)
    if result.header.declaration.client is not None:
        ran = sum(one.verdict not in _LEFT_OUT and not one.case.startswith("(") for one in result.records)
        click.echo(
            f"{ran} of {len(result.records)} cases would make the product act; nothing of it was started"
        )
        return
    click.echo(f"{cases} of {len(result.records)} cases would write; nothing was sent to the device")


def frames_of(record: CaseRecord) -> Iterator[str]:
    """Yield the frames of a case, decoded, a line a frame and a line a field."""
    for frame in record.frames:
        arrow = "->" if frame.sent else "<-"
        note = f"  ({printable(frame.note)})" if frame.note else ""
        yield f"{frame.number:>4} {frame.at:9.6f} {arrow} {bytes.fromhex(frame.hex).hex(' ')}{note}"
        for field in frame.fields:
            guilty = "  << guilty" if field.guilty else ""
            yield f"       {printable(field.name)}: {printable(field.value)}{guilty}"
