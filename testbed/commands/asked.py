"""What a command line of `testbed run` asks for: devices to be judged, or a stopped run to go on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource

from testbed.bundle.taking_up import Taken, take_up
from testbed.bundle.writer import DECLARATION, LAB
from testbed.model.budget import Budget
from testbed.model.declaration import Device
from testbed.model.lab import Laboratory
from testbed.plugin.impaired import Chosen
from testbed.plugin.resuming import prepared
from testbed.plugin.setup import Setup, prepare

_BEGUN_WITH = {
    "declarations",
    "out",
    "seed",
    "jobs",
    "budget",
    "profile",
    "impair",
    "impair_by",
    "expression",
    "cases",
    "lab",
    "waived",
    "dry_run",
}
"""Parameters that a run has from its beginning."""


@dataclass(frozen=True)
class Asked:
    """One device to be judged."""

    declaration: Path
    setup: Setup
    folder: Path
    """Of its bundle."""
    taken: Taken | None = None
    """The stopped run that is to go on."""
    lab: Path | None = None
    """Where the laboratory's settings stand."""

    @property
    def laboratory(self) -> Laboratory | None:
        """Who tests."""
        return self.setup.lab if self.taken is None else self.taken.record.header.lab


def asked_for(  # noqa: PLR0913 - the options of the command
    declarations: Sequence[Path],
    resume: Path | None,
    out: Path | None,
    lab: Path | None,
    *,
    seed: int | None,
    jobs: int | None,
    budget: Budget | None = None,
    impairment: Chosen | None = None,
    profile: str | None = None,
    load_workers: int = 1,
) -> list[Asked]:
    """Return the devices to be judged, or the one run that is to go on.

    Raises:
        BundleError: the run cannot go on.
        DocumentError: a declaration cannot be used.
        FileExistsError: an explicit folder that already holds something.
        click.UsageError: there is no declaration, or something is said anew that stands since the beginning.
    """
    if resume is not None:
        asked = _resumed(resume, click.get_current_context())
        return [replace(asked, setup=replace(asked.setup, load_workers=load_workers))]
    if not declarations:
        raise click.UsageError("Missing argument 'DECLARATION...'.")
    setups = [prepare(path, seed=seed, jobs=jobs, lab=lab, profile=profile) for path in declarations]
    setups = [replace(setup, load_workers=load_workers) for setup in setups]
    if budget is not None:
        setups = [replace(setup, fuzz_budget=budget) for setup in setups]
    if impairment is not None:
        setups = [setup.impaired(impairment) for setup in setups]
    folders = _folders([setup.declaration.device for setup in setups], out)
    together = zip(declarations, setups, folders, strict=True)
    return [Asked(path, setup, folder, lab=lab) for path, setup, folder in together]


def _resumed(folder: Path, context: click.Context) -> Asked:
    for parameter in context.command.params:
        name = parameter.name or ""
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if name in _BEGUN_WITH and given and context.params[name] != ():
            said = parameter.opts[0] if isinstance(parameter, click.Option) else "DECLARATION"
            raise click.UsageError(f"a run goes on as it was begun: leave {said} away beside --resume")
    taken = take_up(folder)
    try:
        return Asked(folder / DECLARATION, prepared(taken), folder, taken, folder / LAB)
    except BaseException:
        taken.leave()
        raise


def _folders(devices: Sequence[Device], out: Path | None) -> list[Path]:
    """Choose a folder for each device's bundle, no two alike.

    Raises:
        FileExistsError: an explicit folder that already holds something.
    """
    started = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    chosen: list[Path] = []
    for device in devices:
        said = f"{device.model}-{device.firmware}".lower()
        name = re.sub(r"[^\w.-]+", "-", said).strip("-.")[:80] or "device"
        apart = out / name if out is not None and len(devices) > 1 else out
        wanted = apart or Path("results") / name / started
        folder, number = wanted, 1
        while folder in chosen or (out is None and folder.exists()):
            number += 1
            folder = wanted.with_name(f"{wanted.name}-{number}")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FileExistsError(f"{folder} already holds a run; name another folder or leave --out away")
        chosen.append(folder)
    return chosen
