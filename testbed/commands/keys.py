"""`testbed keys`: the keys that sign papers, and the certificates that a tester shows to devices."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Literal

import click

from testbed.commands.console import fail
from testbed.model.verdict import BAD_INPUT


@click.group()
def keys() -> None:
    """Make, renew and revoke the keys that sign reports and confirmations; make a tester's certificates."""


@keys.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def init(folder: Path | None) -> None:
    """Make test keys: a root, a laboratory and a council, readable by you alone.

    Papers signed with them say TEST KEY on their face. FOLDER is where runs look for keys unless told
    otherwise: $TESTBED_KEYS, or your own data folder.

    \b
    Example:
      testbed keys init
    """  # noqa: D301 - click wants the character
    from testbed.bundle.keys import KeysExist, create_keys  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.commands.signing import keys_folder  # noqa: PLC0415

    target = keys_folder(folder)
    try:
        create_keys(target, test=True)
    except KeysExist as error:
        raise fail(str(error), BAD_INPUT) from None
    except OSError as error:
        raise fail(f"{target}: keys cannot be written: {error.strerror}", BAD_INPUT) from None
    click.echo(f"test keys of root, laboratory and council: {target}")


@keys.command()
@click.argument("certificates", metavar="[CERTIFICATE|SERIAL]...", nargs=-1)
@click.option("--keys", "folder", type=click.Path(path_type=Path), help="Folder of the root's key.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=30,
    show_default=True,
    help="How long readers may rely on the list.",
)
def revoke(certificates: tuple[str, ...], folder: Path | None, days: int) -> None:
    """Revoke signers: the root lists their certificates in crl.pem, beside its key.

    Give the list to whoever verifies: `testbed verify --crl crl.pem`, `sh verify.sh PAGE root.pem crl.pem`.
    Whatever a revoked key signed is refused from then on, also what it signed before, because a page has no
    time stamp. Without a certificate the list is only issued anew, for another --days.

    \b
    Example:
      testbed keys revoke laboratory.pem
      testbed keys revoke 1353E20CD5D885E62AA2C9FE7B7BF29FE7B30A79 --keys authority
    """  # noqa: D301 - click wants the character
    from testbed.bundle.authority import load_root, serial_of  # noqa: PLC0415
    from testbed.bundle.authority import revoke as revoke_in  # noqa: PLC0415
    from testbed.bundle.errors import Refused  # noqa: PLC0415
    from testbed.bundle.keys import KeyUnusable  # noqa: PLC0415
    from testbed.commands.signing import keys_folder  # noqa: PLC0415

    target = keys_folder(folder)
    try:
        root, _ = load_root(target)
        serials = {serial_of(one, root) for one in certificates}
        path = revoke_in(target, serials, validity=timedelta(days=days))
    except (KeyUnusable, Refused) as error:
        raise fail(str(error), BAD_INPUT) from None
    except OSError as error:
        raise fail(f"{target}: the list cannot be written: {error.strerror}", BAD_INPUT) from None
    for serial in sorted(serials):
        click.echo(f"revoked: {serial:X}")
    click.echo(f"valid for {days} days: {path}")


@keys.command()
@click.argument("role", type=click.Choice(["laboratory", "council"]))
@click.option("--keys", "folder", type=click.Path(path_type=Path), help="Folder of the root's key.")
def renew(role: str, folder: Path | None) -> None:
    """Make a new key for a signer and let the same root certify it.

    The old key and certificate stay in the folder under the certificate's serial number.

    \b
    Example:
      testbed keys renew laboratory
    """  # noqa: D301 - click wants the character
    from testbed.bundle.authority import renew as renew_in  # noqa: PLC0415
    from testbed.bundle.certificates import Role  # noqa: PLC0415
    from testbed.bundle.keys import KeyUnusable  # noqa: PLC0415
    from testbed.commands.signing import keys_folder  # noqa: PLC0415

    target = keys_folder(folder)
    try:
        new, old = renew_in(target, Role(role))
    except KeyUnusable as error:
        raise fail(str(error), BAD_INPUT) from None
    except OSError as error:
        raise fail(f"{target}: keys cannot be written: {error.strerror}", BAD_INPUT) from None
    click.echo(f"new key of the {role}: {new}")
    click.echo(f"the old one, to be revoked if it was lost: {old}")


@keys.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--role", "roles", multiple=True, help="A role that a certificate names.  [default: Operator, Viewer]"
)
@click.option(
    "--key-type",
    type=click.Choice(["ecc", "rsa"]),
    default="ecc",
    show_default=True,
    help="Of the clients' keys: P-256, or RSA of 2048 bits.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the files as one line of JSON.")
def mbaps(folder: Path, roles: tuple[str, ...], key_type: Literal["ecc", "rsa"], *, as_json: bool) -> None:
    """Make the tester's certificates for Modbus/TCP Security, good and bad, in a new FOLDER.

    An authority of its own signs them; the device under test must trust that for the time of the test.
    FOLDER/STEPS.txt says how, and what is wrong with each bad certificate. Keys are readable by you alone.

    \b
    Example:
      testbed keys mbaps mbaps
      testbed keys mbaps mbaps --role Engineer --role Guest --key-type rsa
    """  # noqa: D301 - click wants the character
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - heavy; only this command needs it

    from testbed.model.security import RoleName  # noqa: PLC0415
    from testbed.wire.mbaps import MaterialError, make_folder  # noqa: PLC0415
    from testbed.wire.mbaps.folder import CA, CRL, ROLES, STEPS  # noqa: PLC0415

    chosen = tuple(dict.fromkeys(roles)) or ROLES
    try:
        TypeAdapter(tuple[RoleName, ...]).validate_python(chosen)
        make_folder(folder, chosen, key_type)
    except ValidationError:
        said = "a role is a name of 1 to 64 characters, without a slash or a control character"
        raise click.UsageError(said) from None
    except MaterialError as error:
        raise fail(str(error), BAD_INPUT) from None
    except OSError as error:
        raise fail(f"{folder}: keys cannot be written: {error.strerror}", BAD_INPUT) from None
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "files": sorted(one.name for one in folder.iterdir())}))
        return
    click.echo(f"certificates of {', '.join(chosen)}, and bad ones: {folder}")
    click.echo(f"for the device to trust: {folder / CA}, with {folder / CRL}")
    click.echo(f"what to do with them, step by step: {folder / STEPS}")


@keys.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the files as one line of JSON.")
def opcua(folder: Path, *, as_json: bool) -> None:
    """Make the tester's certificates for OPC UA, good and bad, in a new FOLDER.

    Authorities of its own sign them; the server under test must trust these for the time of the test.
    FOLDER/STEPS.txt says where each vendor's server wants them, and what is wrong with each bad certificate.
    Keys are readable by you alone.

    \b
    Example:
      testbed keys opcua opcua
    """  # noqa: D301 - click wants the character
    from testbed.wire.opcua_keys import MaterialError, make_folder  # noqa: PLC0415 - loads cryptography
    from testbed.wire.opcua_keys.folder import STEPS  # noqa: PLC0415
    from testbed.wire.opcua_keys.material import ROOT  # noqa: PLC0415

    try:
        make_folder(folder)
    except MaterialError as error:
        raise fail(str(error), BAD_INPUT) from None
    except OSError as error:
        raise fail(f"{folder}: keys cannot be written: {error.strerror}", BAD_INPUT) from None
    if as_json:
        files = sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())
        click.echo(json.dumps({"folder": str(folder), "files": files}))
        return
    click.echo(f"the tester's certificates, and bad ones: {folder}")
    click.echo(f"for the server to trust: {folder / ROOT}.der, with {folder / ROOT}.crl")
    click.echo(f"where its vendor wants them, step by step: {folder / STEPS}")
