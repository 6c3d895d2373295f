"""`testbed fuzz`: fires random and nearly valid frames at a device until something fails."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail, modbus_alone
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from testbed.model.budget import Budget


class BudgetType(click.ParamType):  # type: ignore[type-arg]  # generic for type checkers only, since click 8.3
    """Requests, or a time."""

    name = "BUDGET"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Budget:
        """Read what was written on the command line."""
        from testbed.model.budget import Budget  # noqa: PLC0415 - only where one is given

        if isinstance(value, Budget):
            return value
        try:
            return Budget.of(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.argument("declaration", type=click.Path(path_type=Path))
@click.option(
    "--fuzz-budget",
    "budget",
    type=BudgetType(),
    default="10000",
    show_default=True,
    help="Requests as `10000`, or a time as `60s` or `5min`.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), help="Seed of every random choice (default: a fresh one)."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Folder for the saved case.  [default: the current one]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def fuzz(declaration: Path, budget: Budget, seed: int | None, out: Path, *, as_json: bool) -> None:
    """Fire random and nearly valid frames at a device until something fails or the budget is used up.

    The device speaks Modbus; an OPC UA server gets its damaged messages in `testbed run`. Judged by the
    invariants, by the layout of responses, and by whether the device is alive: every hundred frames, and
    after each silence. Whether its memory stays bounded cannot be seen from outside. What fails
    is made as small as it still fails, and saved as a file for `testbed replay`. A device that is not
    declared `isolated: true` gets reads and writes to its scratch areas alone.

    Exit status: 0 nothing failed, 1 something did, 2 it cannot be reached, 64 input that cannot be used.

    \b
    Example:
      testbed fuzz profiles/devices/sim-plc.yaml --fuzz-budget 60s --seed 1
    """  # noqa: D301 - click wants the character
    from testbed.commands.firing import Fired, fire, written  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.model.document import DocumentError  # noqa: PLC0415
    from testbed.plugin.setup import prepare  # noqa: PLC0415
    from testbed.testers.trouble import Undecided  # noqa: PLC0415
    from testbed.wire.dial import UnreachableError  # noqa: PLC0415

    chosen = secrets.randbelow(2**32) if seed is None else seed
    try:
        setup = prepare(declaration, seed=chosen)
        modbus_alone("fuzz", setup.protocol, declaration)
        result: Fired = fire(setup, budget)
        path = written(result, out)
    except DocumentError as error:
        raise fail(str(error), BAD_INPUT) from None
    except (UnreachableError, Undecided) as error:
        raise fail(f"{declaration}: {error}", 2) from None
    except OSError as error:
        raise fail(f"{error.filename or out}: {error.strerror or error}", BAD_INPUT) from None
    if as_json:
        click.echo(json.dumps(result.as_data(chosen, path)))
    else:
        for line in result.lines(chosen, path, declaration):
            click.echo(line)
    sys.exit(0 if result.found is None else 1)
