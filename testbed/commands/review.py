"""`testbed review`: the static conformance review, before anything is sent."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail
from testbed.model.base import Language, Text
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from testbed.model.review import Answer, Review
    from testbed.plugin.setup import Setup

_YES = Text(en="yes", ko="예")
_NO = Text(en="no", ko="아니요")
_FITS = Text(en="the declaration fits its profile", ko="선언이 프로파일에 부합함")
_ALL = Text(en="and grants all that the tests need", ko="시험에 필요한 허가가 모두 있음")
_UNNAMED = Text(
    en="still to be filled in, before anybody confirms anything of this device",
    ko="확인서를 받기 전에 채워야 할 항목",
)
_REACH = Text(
    en="{suite}: {judged} requirements will be judged, {not_applicable} are not applicable, "
    "{not_permitted} wait for a line, {untestable} cannot be tested",
    ko="{suite}: 판정 대상 {judged}개, 해당 없음 {not_applicable}개, 허가 대기 {not_permitted}개, "
    "시험 불가 {untestable}개",
)
_LACK = Text(
    en="waiting: {count}, of them mandatory: {demands} (without those the outcome "
    "can only be INCOMPLETE), for",
    ko="{count}개가 다음 줄을 기다림(필수 {demands}개: 없으면 종합 판정은 INCOMPLETE)",
)
_UNJUDGED = Text(
    en="{count} conformance units are claimed that no requirement speaks of, so that none is judged: {names}",
    ko="선언되었으나 요구사항이 없는 적합성 단위 {count}개(판정하지 않음): {names}",
)


@click.command()
@click.argument(
    "declarations", nargs=-1, required=True, metavar="DECLARATION...", type=click.Path(path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, or a list of several.")
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", help="Language of what is printed.")
def review(declarations: tuple[Path, ...], lang: Language, *, as_json: bool) -> None:
    """Hold declarations against their profiles, without any device.

    Prints the proforma (m mandatory, o optional, o.n one of a group, x prohibited), what a run would judge,
    and each line that would allow more. Exit status: 0 they fit, 1 one does not, 64 input that cannot be
    used.

    \b
    Example:
      testbed review profiles/devices/example-tcp.yaml
    """  # noqa: D301 - click wants the character
    from testbed.model.document import DocumentError  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.model.review import review as hold  # noqa: PLC0415
    from testbed.plugin.setup import prepare  # noqa: PLC0415

    try:
        setups = [prepare(path) for path in declarations]
    except DocumentError as error:
        raise fail(str(error), BAD_INPUT) from None
    found = [
        hold(setup.declaration, setup.profile, [suite.catalogue for suite in setup.suites])
        for setup in setups
    ]
    if as_json:
        data = [_as_data(setup, one) for setup, one in zip(setups, found, strict=True)]
        click.echo(json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False))
    else:
        for setup, one in zip(setups, found, strict=True):
            _print(setup, one, lang)
    sys.exit(0 if all(one.holds for one in found) else 1)


def _as_data(setup: Setup, found: Review) -> dict[str, object]:
    return {
        "declaration": setup.declaration_name,
        "profile": setup.profile.id,
        "holds": found.holds,
        "can_conform": found.can_conform,
        "items": {
            one.item.item: {
                "status": one.item.status,
                "here": one.status,
                "declared": one.declared,
                "fault": one.fault.en if one.fault else None,
            }
            for one in found.answers
        },
        "unnamed": list(found.unnamed),
        "faults": [one.en for one in found.faults],
        "suites": {one.suite: one.model_dump(exclude={"suite"}) for one in found.reaches},
        "lacks": [one.model_dump() for one in found.lacks],
        "unjudged": list(found.unjudged),
    }


def _print(setup: Setup, found: Review, lang: Language) -> None:
    from testbed.bundle.errors import printable  # noqa: PLC0415

    device = setup.declaration.device
    name = printable(f"{setup.declaration_name}: {device.vendor} {device.model} {device.firmware}")
    click.echo(f"{name}, {setup.profile.id}")
    width = max((len(answer.item.item) for answer in found.answers), default=0)
    for answer in found.answers:
        click.echo(_line(answer, lang, width))
    click.echo()
    for fault in found.faults:
        click.echo(click.style("✗", fg="red") + f" {fault.in_language(lang)}")
    if found.holds:
        more = "" if found.lacks else f", {_ALL.in_language(lang)}"
        click.echo(click.style("✓", fg="green") + f" {_FITS.in_language(lang)}{more}")
    if found.unnamed:
        click.echo(f"  {_UNNAMED.in_language(lang)}: {', '.join(found.unnamed)}")
    for reach in found.reaches:
        click.echo(f"  {_REACH.in_language(lang).format(**reach.model_dump())}")
    for lack in found.lacks:
        click.echo(f"  {_LACK.in_language(lang).format(count=len(lack.requirements), demands=lack.demands)}")
        for line in lack.paste:
            click.echo(f"      {line}")
    if found.unjudged:
        said = _UNJUDGED.in_language(lang)
        click.echo(f"  {said.format(count=len(found.unjudged), names=', '.join(found.unjudged))}")


def _line(answer: Answer, lang: Language, width: int) -> str:
    from rich.cells import set_cell_size  # noqa: PLC0415 - Hangul is two columns wide

    mark = "✗" if answer.fault else "✓" if answer.supported else "·"
    declared = (
        str(answer.declared) if answer.declared > 1 else (_YES if answer.supported else _NO).in_language(lang)
    )
    condition = f"{answer.item.status} → " if answer.item.status != answer.status else ""
    status = set_cell_size(f"{condition}{answer.status} ({answer.means.in_language(lang)})", 22)
    said = answer.item.text.in_language(lang)
    return f"  {mark} {answer.item.item:<{width}} {status} {set_cell_size(declared, 7)} {said}"
