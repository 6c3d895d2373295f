"""`testbed lint`: does a finished paper say everything that its standards want to see?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testbed.commands.console import fail
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from reports.lint.rule import Known, Problem, Signed


@click.command()
@click.argument("what", metavar="FILE|BUNDLE", required=False, type=click.Path(path_type=Path))
@click.option("--rules", is_flag=True, help="List the rules, each with its clause and what it demands.")
@click.option("-v", "--verbose", is_flag=True, help="Print the rules that do not apply too, with the reason.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def lint(what: Path | None, *, rules: bool, verbose: bool, as_json: bool) -> None:
    """Hold a report or a confirmation to ISO/IEC 17025, 7.8, ISO/IEC 9646-5 and ISO/IEC 17065, 7.7.

    A page alone is read as a reader sees it; the pages of a bundle are also compared with its record. Exit
    status: 0 no rule is broken, 1 some are, 64 what was named cannot be read. Whether a page is genuine is
    another question: `testbed verify` answers it.

    \b
    Example:
      testbed lint results/sim-plc-1.0/20261122T093000Z
    """  # noqa: D301 - click wants the character
    from reports.lint.apply import lint as held  # noqa: PLC0415 - heavy; only this command needs it
    from reports.lint.apply import not_applicable  # noqa: PLC0415
    from testbed.bundle.errors import Refused  # noqa: PLC0415

    if rules:
        _list(as_json=as_json)
        return
    if what is None:
        raise fail("name a page or a bundle: `testbed lint results/DEVICE/TIME`", BAD_INPUT)
    told: list[dict[str, Any]] = []
    try:
        for path, page, known in _pages(what):
            sheet, problems = held(page, known)
            aside = [{"rule": rule.id, "why": why} for rule, why in not_applicable(sheet)]
            told.append(
                {
                    "file": str(path),
                    "paper": sheet.paper,
                    "compared": known.header is not None,
                    "problems": [_problem(one) for one in problems],
                    "not_applicable": aside,
                }
            )
    except (Refused, ValueError) as error:  # of bundles and records, too
        raise fail(f"{what}: {error}", BAD_INPUT) from None
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for one in told:
            _print(one, verbose=verbose)
    sys.exit(int(any(one["problems"] for one in told)))


def _list(*, as_json: bool) -> None:
    """Print every rule."""
    from reports.lint.apply import rules  # noqa: PLC0415

    said = [
        {"rule": one.id, "clause": one.clause, "demand": one.demand, "papers": sorted(one.papers)}
        for one in rules()
    ]
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
    for one in () if as_json else said:
        click.echo(f"{one['rule']:<20} {one['clause']}: {one['demand']}")


def _problem(problem: Problem) -> dict[str, object]:
    rule, fault = problem.rule, problem.fault
    said = {"rule": rule.id, "clause": rule.clause, "demand": rule.demand}
    return said | {"what": fault.what, "line": fault.line}


def _print(told: dict[str, Any], *, verbose: bool) -> None:
    """Print what is wrong with one page, a problem a line."""
    from testbed.bundle.errors import printable  # noqa: PLC0415

    for one in told["problems"]:
        where = f" line {one['line']}:" if one["line"] else ""
        click.secho(one["rule"], fg="red", nl=False)
        click.echo(f" {printable(told['file'])}:{where} {printable(one['what'])}")
        click.echo(f"    {one['clause']} wants {one['demand']}")
    for one in told["not_applicable"] if verbose else ():
        click.echo(f"{one['rule']} does not apply: {one['why']}")
    broken = len({one["rule"] for one in told["problems"]})
    with_record = "compared with the record" if told["compared"] else "read alone, without its record"
    held = f"{broken} rules broken" if broken else "every rule holds"
    aside = len(told["not_applicable"])
    click.echo(f"{printable(told['file'])}: {held}, {aside} do not apply to it ({with_record})")


def _pages(what: Path) -> Iterator[tuple[Path, str, Known]]:
    """Yield each page with what it is compared with.

    Raises:
        Refused: a page cannot be read.
        ValueError: the bundle around it cannot be read.
    """
    from reports.lint.rule import Known  # noqa: PLC0415
    from testbed.bundle import files, page  # noqa: PLC0415
    from testbed.bundle.errors import Refused  # noqa: PLC0415
    from testbed.bundle.verify import CERTIFICATE, REPORT  # noqa: PLC0415

    names = [REPORT, CERTIFICATE] if (what / CERTIFICATE).exists() else [REPORT]
    paths = [what / name for name in names] if what.is_dir() else [what]
    known = _known(what) if what.is_dir() else Known()
    for path in paths:
        data = files.read(path, page.MAX_PAGE)
        try:
            yield path, data.decode(), replace(known, signer=_signer(data))
        except UnicodeDecodeError as error:
            raise Refused(f"{path.name} is not UTF-8 text: {error.reason}") from error


def _signer(data: bytes) -> Signed | None:
    """Return who signed a page by its own word; None where no container can be opened."""
    from reports.lint.rule import Signed  # noqa: PLC0415
    from testbed.bundle import certificates, cms, page  # noqa: PLC0415
    from testbed.bundle.errors import Refused  # noqa: PLC0415

    try:
        holder = cms.open_container(page.split(data)[1]).certificate
    except Refused:
        return None
    name, fingerprint = certificates.name(holder), certificates.fingerprint(holder)
    return Signed(name, fingerprint, certificates.is_test(holder))


def _known(bundle: Path) -> Known:
    """Read what the record of a bundle knows about its papers.

    Raises:
        ValueError: it cannot be read, or a suite that it names is not installed.
        Refused: as above.
    """
    from reports.departures import departures  # noqa: PLC0415
    from reports.lint.rule import Known  # noqa: PLC0415
    from testbed.bundle import files  # noqa: PLC0415
    from testbed.bundle.verify import REPORT  # noqa: PLC0415
    from testbed.commands.drawing import read_evidence  # noqa: PLC0415
    from testbed.model.disposition import dispositions  # noqa: PLC0415
    from testbed.model.record import counts  # noqa: PLC0415

    read = read_evidence(bundle)
    record = read.record
    accepted = dispositions(record.header, read.judged, record.resumed).accepted
    departed = departures(
        record.header,
        record.cases,
        record.footer,
        read.catalogues,
        accepted=accepted,
        resumed=record.resumed,
    )
    return Known(
        header=record.header,
        lab=read.lab,
        reissue=read.reissue,
        number=read.report,
        ended=record.footer.ended if record.footer else "",
        outcome=str(read.account(is_test=False).outcome),
        counts={str(verdict): number for verdict, number in counts(read.judged).items()},
        departures=len(departed),
        report_sha256=files.digest(bundle / REPORT),
    )
