"""The command line: one module a sub-command, loaded when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from testbed.model.verdict import BAD_INPUT

_COMMANDS = {
    "run": "run",
    "demo": "demo",
    "verify": "verify",
    "grant": "grant",
    "keys": "keys",
    "simulate": "simulate",
    "catalogue": "catalogue",
    "explain": "explain",
    "mutants": "mutants",
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are called: starting must be fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"testbed.commands.{cmd_name}"), cmd_name)
        return command


@click.group(cls=_Lazy)
@click.version_option(package_name="mother-factory", prog_name="testbed")
def cli() -> None:
    """Judge an industrial device by the standard that it claims to speak."""


def main() -> None:
    """Run the command line; bad input ends with status 64 and one message."""
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        raise SystemExit(130) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(BAD_INPUT) from None
    raise SystemExit(status if isinstance(status, int) else 0)
