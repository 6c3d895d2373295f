"""`testbed diff`: two bundles side by side."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.bundle.errors import printable
from testbed.commands.console import fail
from testbed.model.base import Language, Text
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from testbed.bundle.conditions import Condition
    from testbed.bundle.diff import Difference, Pair
    from testbed.bundle.reader import Record
    from testbed.model.standard import Requirement

_COLOURS = {"worse": "red", "better": "green", "other": "yellow", "same": None}
_WORDS = {
    "worse": Text(en="worse", ko="나빠짐"),
    "better": Text(en="better", ko="나아짐"),
    "other": Text(en="changed, neither better nor worse", ko="바뀌었으나 우열을 말할 수 없음"),
    "same": Text(en="unchanged", ko="그대로"),
    "outcome": Text(en="outcome", ko="종합 판정"),
    "waived": Text(en="waived", ko="예외 승인"),
    "cases": Text(en="cases", ko="시험 케이스"),
    "nothing": Text(en="no verdict changed", ko="바뀐 판정 없음"),
    "barrier": Text(
        en="NOT COMPARABLE: a verdict may have changed because of",
        ko="비교할 수 없음: 판정이 바뀐 까닭이 시험대상기기가 아닐 수 있음",
    ),
    "remark": Text(en="also different, which bars no comparison", ko="비교를 막지 않는 그 밖의 차이"),
}


@click.command()
@click.argument("was", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("now", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--all", "everything", is_flag=True, help="List unchanged requirements, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", help="Language of what is printed.")
def diff(was: Path, now: Path, lang: Language, *, everything: bool, as_json: bool) -> None:
    """Show what changed from one bundle to another: requirement, was → is, and why not comparable.

    It compares what the records say; `testbed verify` tells whether they are what was signed. Exit status:
    0 no verdict changed, 1 something got worse, 2 verdicts changed and none got worse, 64 input that cannot
    be used.

    \b
    Example:
      testbed diff results/px-200-4.1.7/20261122T093000Z results/px-200-4.1.8/20261129T101500Z
    """  # noqa: D301 - click wants the character
    from testbed.bundle.diff import difference  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.bundle.reader import BundleError, read_record  # noqa: PLC0415

    try:
        before, after = read_record(was), read_record(now)
    except BundleError as error:
        raise fail(str(error), BAD_INPUT) from None
    found = difference(before, after)
    requirements = _requirements()
    if as_json:
        click.echo(json.dumps(_as_data(found, requirements), ensure_ascii=False))
    else:
        _print(before, after, found, requirements, lang, everything=everything)
    sys.exit(found.exit_status)


def _requirements() -> dict[tuple[str, str], Requirement]:
    """Return the requirements installed here: they lend clause and sentence, never a verdict."""
    from testbed.plugin.shelf import suites  # noqa: PLC0415 - reads every suite

    return {(name, one.id): one for name, suite in suites().items() for one in suite.catalogue.requirements}


def _as_data(found: Difference, known: dict[tuple[str, str], Requirement]) -> dict[str, object]:
    def pair(one: Pair) -> dict[str, object]:
        return {"suite": one.suite, "was": one.was, "is": one.now, "change": str(one.change)}

    return {
        "outcome": {"was": str(found.was), "is": str(found.now)},
        "comparable": found.is_comparable,
        "differences": [
            {"what": one.what.en, "was": one.was, "is": one.now, "barrier": one.is_barrier}
            for one in found.conditions
        ],
        "requirements": [
            {
                "id": one.name,
                **pair(one),
                "waived": {"was": one.was_waived, "is": one.now_waived},
                "clause": dict(known[one.suite, one.name].clause) if (one.suite, one.name) in known else {},
            }
            for one in found.requirements
        ],
        "cases": [{"case": one.name, **pair(one)} for one in found.cases if one.was is not one.now],
    }


def _print(  # noqa: PLR0913 - both runs, what lies between them, and how to say it
    before: Record,
    after: Record,
    found: Difference,
    known: dict[tuple[str, str], Requirement],
    lang: Language,
    *,
    everything: bool,
) -> None:
    click.echo(f"{_device(before)} → {_device(after)}")
    same = "" if found.was is not found.now else f" ({_WORDS['same'].in_language(lang)})"
    click.echo(f"{_WORDS['outcome'].in_language(lang)}: {found.was} → {found.now}{same}")
    kinds = ("worse", "better", "other", *(("same",) if everything else ()))
    for kind in kinds:
        listed = [one for one in found.requirements if str(one.change) == kind]
        if listed:
            click.secho(f"{_WORDS[kind].in_language(lang)}: {len(listed)}", bold=True)
        for one in listed:
            click.echo(f"  {_verdicts(one, lang)}", nl=False)
            click.echo(f"  {_named(one, known, lang)}")
    changed = [one for one in found.cases if one.was is not one.now]
    if changed:
        click.secho(f"{_WORDS['cases'].in_language(lang)}: {len(changed)}", bold=True)
    for one in changed:
        click.echo(f"  {_verdicts(one, lang)}  {printable(f'{one.suite}/{one.name}')}")
    if not found.exit_status:
        click.echo(_WORDS["nothing"].in_language(lang))
    _conditions("barrier", [one for one in found.conditions if one.is_barrier], lang)
    _conditions("remark", [one for one in found.conditions if not one.is_barrier], lang)


def _device(record: Record) -> str:
    device = record.header.declaration.device
    return printable(f"{device.vendor} {device.model} {device.firmware} ({record.header.started})")


def _verdicts(one: Pair, lang: Language) -> str:
    """Return `was → is`, aligned; a dash where a run does not know it."""
    waived = f" ({_WORDS['waived'].in_language(lang)})"
    was, now = (str(verdict) if verdict else "-" for verdict in (one.was, one.now))
    shown = f"{was}{waived if one.was_waived else ''} → {now}{waived if one.now_waived else ''}"
    return click.style(f"{shown:<30}", fg=_COLOURS[str(one.change)])


def _named(one: Pair, known: dict[tuple[str, str], Requirement], lang: Language) -> str:
    requirement = known.get((one.suite, one.name))
    if requirement is None:
        return printable(f"{one.name}  {one.suite}")
    clause = ", ".join(f"{document} {number}" for document, number in requirement.clause.items())
    return f"{one.name}  {clause}  {requirement.text.in_language(lang)}"


def _conditions(kind: str, conditions: Sequence[Condition], lang: Language) -> None:
    if conditions:
        click.secho(f"{_WORDS[kind].in_language(lang)}:", bold=True)
    for one in conditions:
        what = printable(one.what.in_language(lang))
        click.echo(f"  {what}: {printable(one.was) or '-'} → {printable(one.now) or '-'}")
