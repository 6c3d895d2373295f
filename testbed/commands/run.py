"""`testbed run`: judges devices by their declarations; one file in, one folder out."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from testbed.commands.console import fail
from testbed.model.base import Language
from testbed.model.declaration import Device
from testbed.model.verdict import BAD_INPUT


@click.command()
@click.argument(
    "declarations", nargs=-1, metavar="DECLARATION...", type=click.Path(path_type=Path)
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
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    help="Go on with the stopped run in this bundle, as it was begun; no DECLARATION.",
)
@click.option("--keys", type=click.Path(path_type=Path), help="Folder of the laboratory's keys.")
@click.option(
    "--lab", type=click.Path(path_type=Path), help="Settings of a laboratory and its client (lab.yaml)."
)
@click.option(
    "--waivers",
    "waived",
    type=click.Path(path_type=Path),
    help="Failures that the laboratory accepts, signed.",
)
def run(  # noqa: PLR0913, PLR0917 - the options of the command
    declarations: tuple[Path, ...],
    out: Path | None,
    seed: int | None,
    jobs: int | None,
    expression: str,
    cases: tuple[str, ...],
    lang: Language,
    resume: Path | None,
    keys: Path | None,
    lab: Path | None,
    waived: Path | None,
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
      testbed run --resume results/sim-plc-1.0/20261122T093000Z
    """  # noqa: D301 - click wants the character
    from testbed.bundle.reader import BundleError  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.bundle.taking_up import take_up  # noqa: PLC0415
    from testbed.bundle.writer import DECLARATION, LAB  # noqa: PLC0415
    from testbed.commands.present import as_data, summary, unreachable  # noqa: PLC0415
    from testbed.commands.session import Request, judge  # noqa: PLC0415
    from testbed.commands.signing import KeyTroubleError, authorise, laboratory  # noqa: PLC0415
    from testbed.commands.waivers import of_laboratory  # noqa: PLC0415
    from testbed.model.document import DocumentError  # noqa: PLC0415
    from testbed.plugin.gather import GatherError  # noqa: PLC0415
    from testbed.plugin.resuming import prepared  # noqa: PLC0415
    from testbed.plugin.setup import prepare  # noqa: PLC0415
    from testbed.wire.dial import UnreachableError  # noqa: PLC0415

    taken = None
    try:  # whatever is wrong with the input is said before anything is sent
        if resume is not None:
            _refuse_beside(click.get_current_context())
            taken, declarations, folders = take_up(resume), (resume / DECLARATION,), [resume]
            setups, body, source = [prepared(taken)], taken.record.header.lab, resume / LAB
        elif not declarations:
            raise click.UsageError("Missing argument 'DECLARATION...'.")
        else:
            setups = [prepare(path, seed=seed, jobs=jobs, lab=lab) for path in declarations]
            folders = _folders([setup.declaration.device for setup in setups], out)
            body, source = setups[0].lab, lab
        signer = None if dry_run else laboratory(keys)
        authorise(body, signer, source)
    except (BundleError, DocumentError, FileExistsError, KeyTroubleError) as error:
        raise fail(str(error), BAD_INPUT) from None
    if waived is not None and signer is not None:
        accepted = of_laboratory(waived, keys, signer)
        setups = [replace(setup, waivers=accepted) for setup in setups]
    statuses, printed = [], []
    for path, setup, folder in zip(declarations, setups, folders, strict=True):
        request = Request(
            setup, folder, expression, cases, verbose=verbose, dry=dry_run, lang=lang, taken=taken
        )
        try:
            result = judge(request, signer)
        except UnreachableError as error:
            click.echo(f"testbed: {path}: {error}", err=True)
            statuses.append(2)
            printed.append(unreachable())
            continue
        except GatherError as error:
            raise fail(f"a suite is broken, nothing was judged\n{error}", 2) from None
        except (BundleError, LookupError) as error:
            raise fail(str(error), BAD_INPUT) from None
        except OSError as error:
            raise fail(f"{error.filename or folder}: {error.strerror or error}", BAD_INPUT) from None
        statuses.append(result.outcome.exit_status)
        if as_json:
            printed.append(as_data(result, lang))
        else:
            summary(result, lang)
        if result.footer.interrupted and not dry_run:
            click.echo(f"stopped early; to go on: testbed run --resume {shlex.quote(str(folder))}", err=True)
            break  # whoever stops one run has not asked for the next
    if as_json:
        click.echo(json.dumps(printed[0] if len(declarations) == 1 else printed, ensure_ascii=False))
    sys.exit(0 if dry_run else 1 if 1 in statuses else max(statuses))


def _refuse_beside(context: click.Context) -> None:
    """Refuse what a run that goes on has from its beginning.

    Raises:
        click.UsageError: with the option that cannot stand beside --resume.
    """
    beside = {"declarations", "out", "seed", "jobs", "expression", "cases", "lab", "waived", "dry_run"}
    for parameter in context.command.params:
        given = context.params.get(parameter.name or "")
        if parameter.name in beside and given not in {None, (), "", False}:
            said = f"a run goes on as it was begun: leave {parameter.opts[0]} away beside --resume"
            raise click.UsageError(said)


def _folders(devices: Sequence[Device], out: Path | None) -> list[Path]:
    """Choose a folder for each device's bundle, no two alike.

    Raises:
        FileExistsError: an explicit folder that already holds something.
    """
    started = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    chosen: list[Path] = []
    for device in devices:
        said = f"{device.model}-{device.firmware}".lower()
        name = re.sub(r"[^\w.-]+", "-", said).strip("-.")[:80] or "device"
        apart = out / name if out is not None and len(devices) > 1 else out
        wanted = apart or Path("results") / name / started
        folder, number = wanted, 1
        while folder in chosen or (out is None and folder.exists()):
            number += 1
            folder = wanted.with_name(f"{wanted.name}-{number}")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FileExistsError(f"{folder} already holds a run; name another folder or leave --out away")
        chosen.append(folder)
    return chosen
