"""Lets a stopped run go on: is everything as it was, what must be put back first, what is left to judge."""

from __future__ import annotations

import platform
from dataclasses import replace
from datetime import UTC, datetime

from testbed import __version__
from testbed.bundle.reader import BundleError
from testbed.bundle.taking_up import Taken
from testbed.bundle.writer import DECLARATION, IMPAIRMENT
from testbed.model.budget import Budget
from testbed.model.record import ALL_TRAFFIC, Resumed
from testbed.plugin.collect import Keeper
from testbed.plugin.impaired import read
from testbed.plugin.restoring import put_back
from testbed.plugin.run import Before
from testbed.plugin.setup import Setup, prepare

_ANOTHER = "is not the one that this run began with: install that version, or start a new run"


def prepared(taken: Taken) -> Setup:
    """Read the declaration of a stopped run, to be judged as before: same seed, same suites, same profile.

    Raises:
        BundleError: a suite or the profile that is installed is not the one that the run began with.
        DocumentError: the declaration cannot be used any more.
    """
    header = taken.record.header
    setup = prepare(taken.folder / DECLARATION, seed=header.seed, jobs=header.jobs, profile=header.profile)
    began = {used.id: used.digest for used in header.suites}
    now = {suite.catalogue.id: suite.digest for suite in setup.suites}
    other = [name for name in sorted(began | now) if began.get(name) != now.get(name)]
    if other:
        raise BundleError(f"{taken.folder}: suite {other[0]} {_ANOTHER}")
    if setup.declaration != header.declaration:  # what may be written is asked of both
        raise BundleError(
            f"{taken.folder}: its record says something else than {DECLARATION}; start a new run"
        )
    if setup.profile_sha256 != header.profile_sha256:
        raise BundleError(f"{taken.folder}: profile {header.profile} {_ANOTHER}")
    if header.impairment is not None:
        setup = setup.impaired(read(taken.folder / IMPAIRMENT, header.impairment.means))
    if not header.fuzz_budget:
        return setup
    try:
        return replace(setup, fuzz_budget=Budget.of(header.fuzz_budget))
    except ValueError as error:
        raise BundleError(f"{taken.folder}: its record has no readable budget: {error}") from error


def go_on(taken: Taken, setup: Setup) -> tuple[Before, list[Keeper], Resumed]:
    """Put back what stands changed in the device, then open the record again.

    Returns what was done before, what keeps the rest, and the line that says so.
    """
    back = put_back(setup, taken.undone.leased)
    records = tuple(one for one in taken.record.cases if one.case != ALL_TRAFFIC)
    resumed = Resumed(
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        kept=len(records),
        ran_s=taken.ran_s,
        cut=taken.cut,
        restored=tuple(back.restored),
        not_restored=tuple(back.not_restored),
        tester=f"mother-factory {__version__}",
        platform=platform.platform(terse=True),
    )
    writer, journal = taken.go_on(), taken.journal()
    for entry in back.entries:
        journal.restored(entry)
    before = Before(taken.record.header, records, taken.ran_s, (*taken.record.resumed, resumed))
    return before, [Keeper(writer, journal, resumed=resumed)], resumed
