"""`testbed waivers`: the laboratory signs what it accepts, and anybody checks it."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from testbed.model.waiver import Waiver
    from testbed.plugin.waivers import SignedWaivers

REFUSED, SIGNER_UNKNOWN = 1, 2


@click.group()
def waivers() -> None:
    """Sign and check waivers: single failures that the laboratory accepts until a day."""


@waivers.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), help="Folder of the laboratory's keys.")
def sign(file: Path, keys: Path | None) -> None:
    """Check FILE, and write the laboratory's signature under it in place of an older one.

    \b
    Example:
      testbed waivers sign waivers.yaml --keys keys
    """  # noqa: D301 - click wants the character
    from testbed.bundle.errors import Refused  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.bundle.waivers import sign as signed  # noqa: PLC0415
    from testbed.bundle.waivers import split  # noqa: PLC0415
    from testbed.commands.signing import KeyTroubleError, laboratory  # noqa: PLC0415
    from testbed.model.document import DocumentError  # noqa: PLC0415
    from testbed.model.waiver import read_waivers  # noqa: PLC0415
    from testbed.plugin.shelf import suites  # noqa: PLC0415
    from testbed.plugin.waivers import read_bytes  # noqa: PLC0415

    try:
        data, holder = read_bytes(file), laboratory(keys)
        whole = signed(data, holder)
        found = read_waivers(split(whole)[0], str(file), [one.catalogue for one in suites().values()])
    except (DocumentError, KeyTroubleError) as error:
        raise fail(str(error), BAD_INPUT) from None
    except (Refused, ValueError) as error:
        raise fail(f"{file}: {error}", BAD_INPUT) from None
    if dead := [one for one in found if one.has_expired(_today())]:
        what = f"the waiver of {dead[0].requirement} expired on {dead[0].expires}; take it out"
        raise fail(f"{file}: {what}, or have it approved anew", BAD_INPUT)
    last = holder.certificate.not_valid_after_utc.date()
    if immortal := [one for one in found if one.expires > last]:
        what = f"the waiver of {immortal[0].requirement} runs until {immortal[0].expires}"
        raise fail(f"{file}: {what}, beyond the key that signs it ({last}); name an earlier day", BAD_INPUT)
    _replace(file, whole)
    test = " (TEST KEY)" if holder.is_test else ""
    count = "1 waiver" if len(found) == 1 else f"{len(found)} waivers"
    click.echo(f"{file}: {count}, signed by {holder.name}{test}")


@waivers.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--root", type=click.Path(path_type=Path), help="Root certificates to trust (PEM).")
@click.option(
    "--crl",
    "lists",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A root's list of revoked certificates (PEM).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(file: Path, root: Path | None, lists: tuple[Path, ...], *, as_json: bool) -> None:
    """Check the signature under FILE, and list each waiver with the days that it has left.

    Without --root, the root among your own keys is trusted, and its own list of revoked certificates asked.
    Exit status: 0 signed and in force, 1 refused or a waiver has expired, 2 signer unknown, 64 input that
    cannot be used.

    \b
    Example:
      testbed waivers check waivers.yaml --root root.pem
    """  # noqa: D301 - click wants the character
    from testbed.bundle.certificates import UnknownSignerError, load_roots  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.bundle.errors import Refused, printable  # noqa: PLC0415
    from testbed.bundle.revocation import LIST, load_list  # noqa: PLC0415
    from testbed.commands.signing import keys_folder  # noqa: PLC0415
    from testbed.model.document import DocumentError  # noqa: PLC0415
    from testbed.plugin.waivers import read_signed  # noqa: PLC0415

    own = keys_folder(None) / "root.pem"
    pinned = root or (own if own.is_file() else None)
    if root is None and not lists and (own.parent / LIST).is_file():
        lists = (own.parent / LIST,)
    try:
        roots = load_roots(pinned) if pinned is not None else ()
        revoked = [load_list(path, roots) for path in lists]
    except Refused as error:
        raise fail(str(error), BAD_INPUT) from None
    try:
        signed = read_signed(file, roots, revoked)
    except DocumentError as error:
        raise fail(str(error), BAD_INPUT) from None
    except Refused as error:
        raise fail(f"{file}: {error}", REFUSED) from None
    except UnknownSignerError:
        raise fail(
            f"{file}: no given root vouches for its signer; name one with --root", SIGNER_UNKNOWN
        ) from None
    if as_json:
        click.echo(json.dumps(_as_data(signed), ensure_ascii=False))
    else:
        for one in signed.waivers:
            click.echo(
                f"{_left(one)}  {one.requirement}  {printable(f'{one.vendor} {one.model} {one.firmware}')}"
            )
            click.echo(
                f"    accepted by {printable(one.approver)}: {printable(one.reason)} ({printable(one.link)})"
            )
        test = "  TEST KEY" if signed.opened.is_test else ""
        click.echo(f"signed by {signed.opened.signer}, key {signed.opened.fingerprint[:16]}…{test}")
    sys.exit(REFUSED if any(one.has_expired(_today()) for one in signed.waivers) else 0)


def _as_data(signed: SignedWaivers) -> dict[str, object]:
    opened = signed.opened
    return {
        "signer": opened.signer,
        "fingerprint": opened.fingerprint,
        "test_key": opened.is_test,
        "sha256": opened.sha256,
        "waivers": [
            one.model_dump(mode="json") | {"days_left": (one.expires - _today()).days}
            for one in signed.waivers
        ],
    }


def _left(waiver: Waiver) -> str:
    days = (waiver.expires - _today()).days
    return f"EXPIRED {waiver.expires}" if days < 0 else f"until {waiver.expires}, {days} days left"


def _today() -> date:
    return datetime.now(UTC).date()


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    try:
        with new.open("xb") as file:
            file.write(data)
        new.replace(path)
    except OSError as error:
        raise fail(f"{error.filename or path}: cannot be written: {error.strerror}", BAD_INPUT) from None
