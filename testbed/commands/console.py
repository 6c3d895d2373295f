"""What commands share on a terminal: progress where somebody watches, nothing where nobody does."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from pathlib import Path

    from rich.status import Status


def fail(message: str, status: int) -> SystemExit:
    """Say on standard error what is wrong, and return what ends the program with a status."""
    complain(message)
    return SystemExit(status)


def modbus_alone(command: str, protocol: str, declaration: Path) -> None:
    """End the program where a command that speaks Modbus is given another device.

    Args:
        command: its name.
        protocol: that the device speaks.
        declaration: that says so.
    """
    instead = {
        "opcua": "`testbed run` sends damaged and random messages to an OPC UA server, and keeps a capture "
        "of each case",
        "modbus_client": "a client comes by itself, and `testbed run` answers it in every wrong way",
    }
    if protocol != "modbus":
        raise fail(
            f"{declaration}: `testbed {command}` speaks Modbus alone, to servers; {instead[protocol]}",
            BAD_INPUT,
        )


def complain(message: str) -> None:
    """Say on standard error what is wrong, whatever it quotes."""
    from testbed.bundle.errors import LINE_LIMIT, printable  # noqa: PLC0415 - only where something is wrong

    for line in message.splitlines():
        click.echo(f"testbed: {printable(line, LINE_LIMIT)}", err=True)


@contextmanager
def progress(total: int, title: str) -> Iterator[Callable[[str], None]]:
    """Show a bar on standard error while something takes its steps; each step says what it did.

    Off a terminal nothing is shown.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - heavy; only a terminal needs it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, TextColumn("{task.fields[now]}"), console=Console(stderr=True), transient=True)
    with bar:
        task = bar.add_task(title, total=total, now="")
        yield lambda now: bar.update(task, advance=1, now=now)


@contextmanager
def patience(title: str) -> Iterator[Callable[[str], None]]:
    """Show on standard error what is tried now, once something has taken a second; off a terminal, nothing.

    For what takes nobody knows how many steps.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    began = time.monotonic()
    status: list[Status] = []

    def trying(now: str) -> None:
        if status:
            status[0].update(f"{title}: {now}")
        elif time.monotonic() - began > 1:
            from rich.console import Console  # noqa: PLC0415 - heavy; only a terminal needs it

            status.append(Console(stderr=True).status(f"{title}: {now}"))
            status[0].start()

    try:
        yield trying
    finally:
        for one in status:
            one.stop()
