"""`testbed ambiguities`: where standards can be read in two ways, and how we judge until it is settled."""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from testbed.commands.console import fail
from testbed.model.ambiguity import ACCEPTED, Ambiguity
from testbed.model.base import Language, Text
from testbed.model.standard import Catalogue
from testbed.model.verdict import BAD_INPUT

_SAID = {
    "depends": Text(en="decides over", ko="영향받는 요구사항"),
    "reading": Text(en="reading", ko="해석"),
    "ground": Text(en="for it", ko="근거"),
    "seen": Text(en="seen", ko="제품 동작"),
    "judged": Text(en="judged by", ko="판정 기준"),
    "either": Text(en="either reading", ko="어느 해석이든 인정"),
    "none": Text(en="neither", ko="어느 해석도 아님"),
    "proposal": Text(en="proposal", ko="제안"),
    "settled": Text(en="settled", ko="확정"),
}
_COLUMNS = (
    "Member body",
    "Document",
    "Clause",
    "Paragraph, figure, table",
    "Type of comment",
    "Comment",
    "Proposed change",
    "Observations of the secretariat",
)
"""The columns of the sheet on which members of ISO and IEC comment on a draft."""


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--sheet", type=click.Path(path_type=Path), help="Write a comment sheet for a standards body (CSV)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", help="Language of what is printed.")
def ambiguities(ids: tuple[str, ...], sheet: Path | None, lang: Language, *, as_json: bool) -> None:
    """List where standards can be read in two ways.

    Each entry has the question, the readings with what speaks for them, what products do, and how the suites
    judge until a standards body has settled it.

    \b
    Example:
      testbed ambiguities AMB-MB-ORDER-OF-CHECKS
      testbed ambiguities --sheet comments.csv
    """  # noqa: D301 - click wants the character
    from testbed.plugin.shelf import suites  # noqa: PLC0415 - reads every suite

    known = {
        one.id: (suite.catalogue, one) for suite in suites().values() for one in suite.catalogue.ambiguities
    }
    for name in ids:
        if name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else "without an id, all are listed"
            raise fail(f"no ambiguity is called {name}; {hint}", BAD_INPUT)
    chosen = [known[name.upper()] for name in ids] if ids else list(known.values())
    if sheet is not None:
        try:
            with sheet.open(
                "x", encoding="utf-8-sig", newline=""
            ) as file:  # with a mark: spreadsheets want it
                file.write(comment_sheet(chosen))
        except OSError as error:
            raise fail(f"{sheet}: cannot be written: {error.strerror}", BAD_INPUT) from None
        click.echo(f"{sheet}: {len(chosen)} comments")
    elif as_json:
        click.echo(json.dumps([one.model_dump() for _, one in chosen], ensure_ascii=False))
    else:
        for _, one in chosen:
            click.echo("\n".join(_lines(one, lang)) + "\n")


def _lines(one: Ambiguity, lang: Language) -> Iterator[str]:
    said = {key: text.in_language(lang) for key, text in _SAID.items()}
    clause = "; ".join(f"{document} {number}" for document, number in one.clause.items())
    yield f"{one.id}  {clause}"
    yield f"  {one.question.in_language(lang)}"
    yield f"  {said['depends']}: {', '.join(one.requirements)}"
    for key, reading in one.readings.items():
        yield f"  {said['reading']} {key}: {reading.text.in_language(lang)}"
        yield f"    {said['ground']}: {reading.ground.in_language(lang)}"
    for practice in one.practice:
        follows = said["none"] if practice.follows == "none" else f"{said['reading']} {practice.follows}"
        yield f"  {said['seen']}: {practice.product}, {follows}: {practice.seen}"
    judged = said["either"] if one.judged == ACCEPTED else f"{said['reading']} {one.judged}"
    yield f"  {said['judged']}: {judged}. {one.because.in_language(lang)}"
    yield f"  {said['proposal']}: {one.proposal.in_language(lang)}"
    if one.settled:
        yield f"  {said['settled']}: {one.settled}"


def comment_sheet(chosen: Sequence[tuple[Catalogue, Ambiguity]]) -> str:
    """Return open questions as a comment sheet, one row for each document that a question is about.

    The comments are technical ("te"); who comments and what the secretariat observes is left to be filled in.
    """
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(_COLUMNS)
    for catalogue, one in chosen:
        if one.settled:
            continue
        readings = " ".join(f"({key}) {said.text.en} {said.ground.en}" for key, said in one.readings.items())
        seen = "; ".join(f"{practice.product}: {practice.seen}" for practice in one.practice)
        comment = f"{one.question.en} {readings}" + (f" Products differ: {seen}." if seen else "")
        for key, clause in one.clause.items():
            document = catalogue.documents[key]
            title = f"{document.title}, {document.edition}"
            rows.writerow(("", title, clause, "", "te", comment, one.proposal.en, ""))
    return sheet.getvalue()
