"""`testbed report`: draws the report of a bundle again, from its evidence alone."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail
from testbed.model.base import Text
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from testbed.commands.drawing import Evidence
    from testbed.commands.sealed import Compared

UNFINISHED = 2
"""Exit status where a record has no end: there is no report of it yet."""


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--check", is_flag=True, help="Compare with the sealed report, and never write anything.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the page to this file, without signature."
)
@click.option("--incomplete", is_flag=True, help="Draw or seal a record without an end, as INCOMPLETE.")
@click.option(
    "--reissue", "reason", help="Seal a corrected report, for this reason, in a new bundle (--out)."
)
@click.option("--reissue-ko", "reason_ko", help="The same reason in Korean (default: the same words).")
@click.option("--lab", type=click.Path(path_type=Path), help="The corrected lab.yaml of a re-issue.")
@click.option("--keys", type=click.Path(path_type=Path), help="Folder of the laboratory's keys.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def report(  # noqa: PLR0913, PLR0917 - the options of the command
    bundle: Path,
    out: Path | None,
    reason: str | None,
    reason_ko: str | None,
    lab: Path | None,
    keys: Path | None,
    *,
    check: bool,
    incomplete: bool,
    as_json: bool,
) -> None:
    """Draw the report of a bundle again, from its evidence alone.

    A sealed report is compared with what the evidence says, byte for byte up to the signature; so are the
    claims of its statement and the exports. It is never written again. A bundle whose run ended without a
    report (the program was killed, or plain pytest made it) gets one. Exit status: 0 the same, or written;
    1 it differs; 2 the record has no end; 64 input that cannot be used.

    \b
    Example:
      testbed report results/sim-plc-1.0/20261122T093000Z --check
      testbed report results/old --reissue "Wrong client address" --lab lab.yaml --out results/new
    """  # noqa: D301 - click wants the character
    from testbed.bundle.reader import BundleError  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.bundle.verify import REPORT  # noqa: PLC0415
    from testbed.bundle.writer import LAB  # noqa: PLC0415
    from testbed.commands.accepting import check_backed, check_own  # noqa: PLC0415
    from testbed.commands.drawing import read_evidence  # noqa: PLC0415
    from testbed.commands.reissuing import reissue  # noqa: PLC0415
    from testbed.commands.sealed import compare, open_report  # noqa: PLC0415
    from testbed.commands.signing import KeyTroubleError, authorise, face, laboratory, seal  # noqa: PLC0415
    from testbed.model.document import DocumentError  # noqa: PLC0415

    _agree(check=check, out=out, reason=reason, reason_ko=reason_ko, lab=lab)
    if out is not None and out.resolve().is_relative_to(bundle.resolve()):
        raise fail(f"{out} lies in the bundle, which nothing may be added to; name another place", BAD_INPUT)
    is_sealed = os.path.lexists(bundle / REPORT)
    try:
        if check and not is_sealed:
            raise fail(f"{bundle} has no {REPORT} to compare with; leave --check away to make one", BAD_INPUT)
        sealed = open_report(bundle) if is_sealed else None
        read = read_evidence(bundle)
        _ended(bundle, read, allowed=incomplete or is_sealed)
        if reason is not None and out is not None:
            said = Text(en=reason, ko=reason_ko or reason)
            holder = laboratory(keys)
            check_backed(bundle, read.record.header, keys, holder)
            check_own(bundle / REPORT, sealed, keys, holder)
            _wrote(reissue(bundle, said, lab, out, holder), as_json=as_json)
        elif out is not None:
            _write_new(out, read.draw(sealed.signer if sealed else face(laboratory(keys))))
            _wrote(out, as_json=as_json)
        elif sealed is not None:
            compared = list(compare(bundle, sealed, read))
            _compared(compared, as_json=as_json)
            sys.exit(int(any(one.line for one in compared)))
        else:
            holder = laboratory(keys)
            authorise(read.lab, holder, bundle / LAB)
            check_backed(bundle, read.record.header, keys, holder)
            seal(bundle, holder)
            _wrote(bundle / REPORT, as_json=as_json)
    except (BundleError, DocumentError, KeyTroubleError) as error:
        raise fail(str(error), BAD_INPUT) from None
    except OSError as error:
        raise fail(f"{error.filename or bundle}: {error.strerror or error}", BAD_INPUT) from None


def _agree(
    *, check: bool, out: Path | None, reason: str | None, reason_ko: str | None, lab: Path | None
) -> None:
    """Refuse options that contradict each other."""
    if check and (out is not None or reason is not None):
        raise click.UsageError("--check writes nothing: leave --out and --reissue away")
    if reason is None and (reason_ko is not None or lab is not None):
        raise click.UsageError("--lab and --reissue-ko correct a report: give the reason with --reissue")
    if reason is not None and out is None:
        raise click.UsageError("--reissue makes a new bundle: name its folder with --out")


def _ended(bundle: Path, read: Evidence, *, allowed: bool) -> None:
    """Refuse a record without an end, unless a report about it is what somebody wants."""
    if read.record.footer is None and not allowed:
        raise fail(
            f"the run in {bundle} never ended: `testbed run --resume {bundle}` continues it, "
            f"--incomplete seals what there is",
            UNFINISHED,
        )


def _write_new(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)


def _wrote(path: Path, *, as_json: bool) -> None:
    click.echo(json.dumps({"wrote": str(path)}, ensure_ascii=False) if as_json else f"wrote {path}")


def _compared(compared: list[Compared], *, as_json: bool) -> None:
    if as_json:
        told = [
            {"file": one.file, "same": not one.line, "line": one.line, "was": one.was, "now": one.now}
            for one in compared
        ]
        click.echo(json.dumps({"same": not any(one.line for one in compared), "files": told}))
        return
    for one in compared:
        if not one.line:
            click.echo(f"{one.file}: the same, byte for byte")
            continue
        click.secho(f"{one.file}: differs, first in line {one.line}", fg="red")
        click.echo(f"    sealed:   {one.was}\n    evidence: {one.now}")
