"""`testbed preflight`: is the device there, and set up as declared? Reads alone; nothing is judged."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from testbed.commands.console import fail, patience
from testbed.model.base import Language
from testbed.model.verdict import BAD_INPUT


@click.command()
@click.argument("declaration", metavar="DECLARATION", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", help="Language of what is printed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def preflight(declaration: Path, lang: Language, *, as_json: bool) -> None:
    """Name what is wrong with a set-up before anything is judged: address, port, unit, word order and more.

    Sends reads only, for half a minute at most where the device answers as fast as declared. Exit status:
    0 all as declared, 2 something is wrong, 64 a declaration that cannot be used.

    \b
    Example:
      testbed preflight profiles/devices/sim-plc.yaml
    """  # noqa: D301 - click wants the character
    from testbed.bundle.errors import printable  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.model.document import DocumentError  # noqa: PLC0415
    from testbed.plugin.preflight import look  # noqa: PLC0415
    from testbed.plugin.setup import prepare  # noqa: PLC0415

    try:
        setup = prepare(declaration)
    except DocumentError as error:
        raise fail(str(error), BAD_INPUT) from None
    with patience("preflight") as trying:
        done = look(setup, trying)
    if as_json:
        checks = [check.model_dump(mode="json") for check in done.checks]
        click.echo(json.dumps({"ready": not done.found, "checks": checks}, ensure_ascii=False))
    else:
        for check in done.checks:
            found = check.found
            mark = click.style("✓", fg="green") if found is None else click.style("✗", fg="red")
            click.echo(f"{mark} {printable((found or check).said.in_language(lang))}")
            if found is not None:
                click.echo(f"  {found.id}: {printable(found.remedy.in_language(lang))}")
    sys.exit(2 if done.found else 0)
