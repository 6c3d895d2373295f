"""`testbed verify`: is this paper what its signer signed?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateRevocationList


@click.command()
@click.argument("what", metavar="FILE|BUNDLE", type=click.Path(path_type=Path))
@click.option("--root", "root", type=click.Path(path_type=Path), help="Root certificates to trust (PEM).")
@click.option(
    "--crl",
    "lists",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A root's list of the certificates that it has revoked (PEM).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(what: Path, root: Path | None, lists: tuple[Path, ...], *, as_json: bool) -> None:
    """Check a report, a certificate or a whole bundle.

    Without --root, the root among your own keys is trusted, if there is one, and its own list of revoked
    certificates asked, unless --crl names another.

    Exit status: 0 good, 1 refused (also what is no signed page at all), 2 signer unknown, 64 a file that you
    name is missing, or no root or list of revoked certificates.

    \b
    Example:
      testbed verify results/sim-plc-1.0/20261122T093000Z --root root.pem
    """  # noqa: D301 - click wants the character
    from testbed.bundle.statement import PredicateType  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.bundle.verify import Status, verify_bundle, verify_page  # noqa: PLC0415

    if not what.exists():
        raise fail(f"{what}: there is no such file or folder", BAD_INPUT)
    roots, revoked = trusted(root, lists)
    check = verify_bundle if what.is_dir() else verify_page
    result = check(what, roots, revoked=revoked)
    notes = _errata(what) if what.is_dir() and result.status is Status.GOOD else []
    if not what.is_dir() and any(
        one.statement.predicate_type is PredicateType.CONFIRMATION for one in result.pages
    ):
        notes.append("the report that it confirms was not compared; verify the folder that holds both")
    if as_json:
        pages = [
            {"file": one.file, "signer": one.name, "fingerprint": one.fingerprint} for one in result.pages
        ]
        problems = [{"file": one.file, "reason": one.reason} for one in result.problems]
        said = {
            "status": result.status.name,
            "test_key": result.is_test,
            "pages": pages,
            "problems": problems,
            "notes": notes,
        }
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        for problem in result.problems:
            click.echo(f"{problem.file}: {problem.reason}")
        for one in result.pages:
            test = "  TEST KEY" if one.is_test else ""
            click.echo(f"{one.file}: signed by {one.name}, key {one.fingerprint[:16]}…{test}")
        for note in notes:
            click.echo(f"note: {note}")
        click.echo(result.status.name)
    sys.exit(int(result.status))


def _errata(bundle: Path) -> list[str]:
    """Say what suite errata known here put in doubt: the signature holds, a verdict may not."""
    from testbed.bundle.errors import printable  # noqa: PLC0415 - loads the model
    from testbed.bundle.reader import BundleError, read_record  # noqa: PLC0415
    from testbed.plugin.errata import NotInstalledError, touched_in  # noqa: PLC0415

    try:
        found = touched_in(read_record(bundle))
    except (BundleError, NotInstalledError) as error:
        return [f"errata were not looked up: {printable(str(error))}"]
    return [f"{one.said.en}; the report must be issued anew" for one in found]


def trusted(
    root: Path | None, lists: tuple[Path, ...]
) -> tuple[tuple[Certificate, ...], list[CertificateRevocationList]]:
    """Return the roots to trust and their revocation lists: those named, else the user's own.

    The own list is asked only of the own root: a reader who pins a root brings its list himself.
    """
    from testbed.bundle.certificates import load_roots  # noqa: PLC0415 - heavy; only commands that verify need it
    from testbed.bundle.errors import Refused  # noqa: PLC0415
    from testbed.bundle.revocation import LIST, load_list  # noqa: PLC0415
    from testbed.commands.signing import keys_folder  # noqa: PLC0415

    own = keys_folder(None) / "root.pem"
    pinned = root or (own if own.is_file() else None)
    if root is None and not lists and (own.parent / LIST).is_file():
        lists = (own.parent / LIST,)
    try:
        roots = load_roots(pinned) if pinned is not None else ()
        return roots, [load_list(path, roots) for path in lists]
    except Refused as error:
        raise fail(str(error), BAD_INPUT) from None
