"""The command line: one module a sub-command, loaded when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from testbed.model.verdict import BAD_INPUT

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it: 128 and SIGINT."""

_COMMANDS = {
    "run": "Judge devices by the standard that they claim to speak.",
    "declare": "Draft a declaration by asking a device, by reads alone.",
    "preflight": "Name what is wrong with a set-up before anything is judged.",
    "demo": "Judge the simulated PLC, from nothing to a signed report.",
    "review": "Hold a declaration against its profile, without any device.",
    "report": "Draw the report of a bundle again, from its evidence alone.",
    "diff": "Show what changed from one bundle to another.",
    "lint": "Hold a report to ISO/IEC 17025, 7.8, clause by clause.",
    "verify": "Check a report, a certificate or a whole bundle.",
    "pdf": "Print a genuine page to PDF.",
    "grant": "Grant a confirmation on a bundle.",
    "errata": "Name what is wrong with the suites, and which reports it touches.",
    "waivers": "Sign and check what a laboratory accepts although it fails.",
    "keys": "Make, renew and revoke the keys that sign reports and confirmations.",
    "simulate": "Serve a simulated device until Ctrl-C.",
    "catalogue": "List the requirements of the suites.",
    "fuzz": "Fire random and nearly valid frames at a device.",
    "replay": "Send the tester's side of one case to a device again.",
    "impair": "Impair what any client and any server say to each other.",
    "impairments": "List the impairments under which a run can be made.",
    "ambiguities": "List where standards can be read in two ways, or export a comment sheet.",
    "explain": "Explain a requirement that a report names.",
    "mutants": "Prove that every case can fail.",
    "proficiency": "Prove a laboratory on sealed devices.",
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy)
@click.version_option(package_name="mother-factory", prog_name="testbed")
def cli() -> None:
    """Judge an industrial device by the standard that it claims to speak.

    \b
    Example:
      testbed demo
      testbed run profiles/devices/sim-plc.yaml
    """  # noqa: D301 - click wants the character


def main() -> None:
    """Run the command line; bad input ends with status 64 and one message."""
    try:
        status = cli.main(standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        raise SystemExit(INTERRUPTED) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(BAD_INPUT) from None
    raise SystemExit(status if isinstance(status, int) else 0)
