"""Live progress of a run: counts, and the requirement now under test."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from testbed.bundle.errors import printable
from testbed.commands.present import frames_of
from testbed.model.base import Language
from testbed.model.record import CaseRecord, Footer, Header, Judged
from testbed.plugin.case import Case

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Watcher:
    """Follows a run on standard error: a bar on a terminal, and every frame when asked for."""

    def __init__(self, *, verbose: bool, lang: Language) -> None:
        self._verbose, self._lang = verbose, lang
        self._counts: Counter[str] = Counter()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def begun(self, header: Header, cases: Sequence[Case]) -> None:
        """Say what preflight found, and show the bar."""
        for check in header.preflight:
            if check.found is not None:
                click.echo(f"preflight: {printable(check.found.sentence(self._lang))}", err=True)
        client = header.declaration.client
        if self._verbose or not sys.stderr.isatty() or (client is not None and client.by_hand):
            return  # a bar would paint over what an operator is asked
        from rich.console import Console  # noqa: PLC0415 - heavy; only a terminal needs it
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[counts]} {task.fields[now]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        device = header.declaration.device
        named = printable(f"{device.model} {device.firmware}")
        self._task = self._bar.add_task(named, total=len(cases), counts="", now="")

    def waiting(self, case: Case) -> None:
        """Name the requirement now under test."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, now=", ".join(case.verifies))

    def found(self, record: CaseRecord, capture: bytes) -> CaseRecord:  # noqa: ARG002 - part of the interface
        """Count a case."""
        self._counts[record.verdict] += 1
        if self._bar is not None and self._task is not None:
            counted = " ".join(f"{name} {number}" for name, number in sorted(self._counts.items()))
            self._bar.update(self._task, advance=1, counts=counted)
        if self._verbose:
            click.echo(printable(f"{record.verdict:<14} {record.suite}/{record.case}"), err=True)
            for line in frames_of(record):
                click.echo(f"    {line}", err=True)
        return record

    def ended(self, footer: Footer, judged: Sequence[Judged]) -> None:  # noqa: ARG002 - part of the interface
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
