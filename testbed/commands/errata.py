"""`testbed errata`: what is known to be wrong with the suites, and which reports must be issued anew."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail
from testbed.model.base import Language
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from testbed.model.errata import Touched

REISSUE, UNKNOWN = 1, 2


@click.command()
@click.argument("bundles", nargs=-1, metavar="[BUNDLE]...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", help="Language of the sentences.")
def errata(bundles: tuple[Path, ...], lang: Language, *, as_json: bool) -> None:
    """List the errata of the installed suites, or say which verdicts of BUNDLEs they touch.

    Exit status with bundles: 0 no verdict is touched, 1 a report must be issued anew, 2 a suite that a run
    used is not installed here, 64 a bundle cannot be read. Signatures are `testbed verify`'s.

    \b
    Example:
      testbed errata results/sim-plc-1.0/20261122T093000Z
    """  # noqa: D301 - click wants the character
    if not bundles:
        _list(lang, as_json=as_json)
        return
    from testbed.bundle.errors import printable  # noqa: PLC0415 - this and the next load the model
    from testbed.bundle.reader import BundleError, read_record  # noqa: PLC0415
    from testbed.plugin.errata import NotInstalledError, touched_in  # noqa: PLC0415

    statuses, told = [0], {}
    for bundle in bundles:
        try:
            found = touched_in(read_record(bundle))
        except BundleError as error:
            raise fail(str(error), BAD_INPUT) from None
        except NotInstalledError as error:
            click.echo(f"testbed: {bundle}: {printable(str(error))}", err=True)
            statuses.append(UNKNOWN)
            continue
        told[str(bundle)] = [_as_data(one) for one in found]
        if found:
            statuses.append(REISSUE)
        if as_json:
            continue
        for one in found:
            click.echo(f"{bundle}: {one.said.in_language(lang)}")
        click.echo(f"{bundle}: {'the report must be issued anew' if found else 'no verdict is touched'}")
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    sys.exit(REISSUE if REISSUE in statuses else max(statuses))


def _list(lang: Language, *, as_json: bool) -> None:
    from testbed.plugin.shelf import suites  # noqa: PLC0415 - loads the model

    known = suites()
    if as_json:
        data = {name: [one.model_dump(mode="json") for one in suite.errata] for name, suite in known.items()}
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    for name, suite in known.items():
        version = suite.catalogue.version
        click.echo(
            f"{name} {version}: {len(suite.errata) or 'no'} errata, {len(suite.pending)} of this version"
        )
        for one in suite.errata:
            here = "HERE  " if one in suite.pending else ""
            cases = "all cases" if one.cases == "all" else ", ".join(one.cases)
            click.echo(
                f"  {here}{one.id}  {one.date}  {one.requirement}  {one.effect}  {', '.join(one.versions)}"
            )
            click.echo(
                f"      {one.fault.in_language(lang)} ({cases}; fixed in {one.fixed_in or 'no version yet'})"
            )


def _as_data(one: Touched) -> dict[str, object]:
    return {
        "suite": one.suite,
        "requirement": one.erratum.requirement,
        "erratum": one.erratum.id,
        "verdict": str(one.verdict),
        "might_be": str(one.might),
        "effect": one.erratum.effect,
    }
