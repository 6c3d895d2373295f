"""`testbed keys`: the keys that sign papers."""

from __future__ import annotations

from pathlib import Path

import click

from testbed.commands.console import fail
from testbed.model.verdict import BAD_INPUT


@click.group()
def keys() -> None:
    """Make the keys that sign reports and confirmations."""


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
