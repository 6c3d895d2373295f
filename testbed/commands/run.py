"""`testbed run`: judges devices by their declarations; one file in, one folder out."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from testbed.commands.console import fail
from testbed.model.base import Language
from testbed.model.verdict import BAD_INPUT


@click.command()
@click.argument(
    "declarations", nargs=-1, required=True, metavar="DECLARATION...", type=click.Path(path_type=Path)
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for the bundle (default: results/DEVICE/TIME)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), help="Seed of every random choice (default: a fresh one)."
)
@click.option("--jobs", type=click.IntRange(1, 1000), help="Cases that may run at once (default: 8).")
@click.option(
    "-k", "expression", default="", help="Run only cases that match; the outcome is INCOMPLETE then."
)
@click.option(
    "--case", "cases", multiple=True, help="Run only this case, SUITE/FILE::NAME, as a report names it."
)
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", help="Language of what is printed.")
@click.option("-v", "--verbose", is_flag=True, help="Print every frame of every case, decoded.")
@click.option("--dry-run", is_flag=True, help="List every write that a run would send, and send nothing.")
@click.option("--keys", type=click.Path(path_type=Path), help="Folder of the laboratory's keys.")
def run(  # noqa: PLR0913, PLR0917 - the options of the command
    declarations: tuple[Path, ...],
    out: Path | None,
    seed: int | None,
    jobs: int | None,
    expression: str,
    cases: tuple[str, ...],
    lang: Language,
    keys: Path | None,
    *,
    as_json: bool,
    verbose: bool,
    dry_run: bool,
) -> None:
    """Judge devices by the standard that they claim to speak.

    Exit status: 0 conformant (with or without waivers), 1 not conformant, 2 incomplete or unreachable,
    64 input that cannot be used.

    \b
    Example:
      testbed run profiles/devices/sim-plc.yaml
    """  # noqa: D301 - click wants the character
    from testbed.commands.present import as_data, summary  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.commands.session import Request, judge  # noqa: PLC0415
    from testbed.commands.signing import KeyTroubleError, laboratory  # noqa: PLC0415
    from testbed.model.document import DocumentError  # noqa: PLC0415
    from testbed.plugin.setup import prepare  # noqa: PLC0415
    from testbed.wire.dial import UnreachableError  # noqa: PLC0415

    try:  # whatever is wrong with the input is said before anything is sent
        setups = [prepare(path, seed=seed, jobs=jobs) for path in declarations]
        folders = [
            _folder(setup.declaration.device.model, setup.declaration.device.firmware, out, len(setups))
            for setup in setups
        ]
        signer = None if dry_run else laboratory(keys)
    except (DocumentError, FileExistsError, KeyTroubleError) as error:
        raise fail(str(error), BAD_INPUT) from None
    statuses, printed = [], []
    for path, setup, folder in zip(declarations, setups, folders, strict=True):
        request = Request(setup, folder, expression, cases, verbose=verbose, dry=dry_run, lang=lang)
        try:
            result = judge(request, signer)
        except UnreachableError as error:
            click.echo(f"testbed: {path}: {error}", err=True)
            statuses.append(2)
            continue
        except (FileExistsError, LookupError) as error:
            raise fail(str(error), BAD_INPUT) from None
        statuses.append(result.outcome.exit_status)
        if as_json:
            printed.append(as_data(result, lang))
        else:
            summary(result, lang)
    if as_json:
        click.echo(
            json.dumps(printed[0] if len(declarations) == 1 and printed else printed, ensure_ascii=False)
        )
    sys.exit(0 if dry_run else 1 if 1 in statuses else max(statuses))


def _folder(model: str, firmware: str, out: Path | None, devices: int) -> Path:
    """Choose the folder of a device's bundle.

    Raises:
        FileExistsError: an explicit folder that already holds something.
    """
    device = re.sub(r"[^\w.-]+", "-", f"{model}-{firmware}".lower()).strip("-.")[:80] or "device"
    if out is not None:
        folder = out if devices == 1 else out / device
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FileExistsError(f"{folder} already holds a run; name another folder or leave --out away")
        return folder
    started = datetime.now(UTC)
    folder = Path("results") / device / f"{started:%Y%m%dT%H%M%SZ}"
    number = 1
    while folder.exists():
        number += 1
        folder = folder.with_name(f"{started:%Y%m%dT%H%M%SZ}-{number}")
    return folder
