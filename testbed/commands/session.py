"""One run through pytest in this process, from the prepared device to the sealed bundle."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pytest

from testbed.bundle.keys import Signer
from testbed.bundle.taking_up import Taken
from testbed.bundle.writer import BundleExistsError
from testbed.commands.console import patience
from testbed.commands.progress import Watcher
from testbed.commands.signing import seal
from testbed.model.base import Language
from testbed.model.disposition import Dispositions, dispositions
from testbed.model.record import CaseRecord, Footer, Header, Judged, Resumed
from testbed.model.verdict import Outcome
from testbed.plugin import hooks
from testbed.plugin.collect import Keeper, keeper
from testbed.plugin.gather import GatherError, arguments, quiet
from testbed.plugin.preflight import Preflight, reach
from testbed.plugin.resuming import go_on
from testbed.plugin.run import Listener, Run
from testbed.plugin.setup import Setup
from testbed.wire.simulator import stand_in

MOST_AT_ONCE = 100
"""Runs of one device that may begin within a second (assumed)."""


@dataclass(frozen=True)
class Request:
    """What somebody wants judged, and how."""

    setup: Setup
    folder: Path
    expression: str = ""
    cases: tuple[str, ...] = ()
    verbose: bool = False
    dry: bool = False
    """Judge a stand-in built from the declaration, keep nothing, and list the writes."""
    lang: Language = "en"
    taken: Taken | None = None
    """The stopped run that goes on, in the folder."""
    is_movable: bool = False
    """Whether nobody named the folder: where another run has taken it, one beside it does as well."""


@dataclass(frozen=True)
class Result:
    """A finished run."""

    request: Request
    header: Header
    footer: Footer
    judged: Sequence[Judged]
    records: Sequence[CaseRecord]
    signer: Signer | None = None
    resumed: Resumed | None = None
    """How it went on, where it had been stopped before."""

    @property
    def outcome(self) -> Outcome:
        """What it amounts to."""
        return self.footer.outcome

    @cached_property
    def waivers(self) -> Dispositions:
        """What became of the laboratory's waivers."""
        return dispositions(self.header, self.judged, (self.resumed,) if self.resumed else ())


class _Driver:
    """Hands the prepared run to the plugin, and hears what pytest has to complain about."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.faults: list[str] = []
        self.refused = ""

    def pytest_configure(self, config: pytest.Config) -> None:
        """Hand the run over."""
        config.stash[hooks.RUN] = self._run

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, None, None]:
        """Keep what is wrong with a selection; pytest would print it in words of its own."""
        try:
            yield
        except pytest.UsageError as error:
            self.refused = str(error)
            items.clear()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what could not be collected."""
        if report.failed:
            self.faults.append(str(report.longrepr))

    def pytest_internalerror(self, excrepr: object) -> None:
        """Keep what went wrong inside."""
        self.faults.append(str(excrepr))


@contextmanager
def _ending_gently() -> Iterator[None]:
    """Take a closed terminal and a plain `kill` for Ctrl-C: what was written is put back before the end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {kind: signal.signal(kind, signal.default_int_handler) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _begun(request: Request, setup: Setup, capture: bytes) -> tuple[Request, list[Keeper]]:
    """Begin the bundle, in a folder that no other run has taken."""
    wanted = request.folder
    for number in range(2, MOST_AT_ONCE + 2):
        try:
            return request, keeper(setup, None if request.dry else request.folder, capture)
        except BundleExistsError:
            if not request.is_movable or number > MOST_AT_ONCE:
                raise
            request = replace(request, folder=wanted.with_name(f"{wanted.name}-{number}"))
    raise AssertionError("the last try returns or raises")


def judge(request: Request, signer: Signer | None) -> Result:
    """Judge one device, and seal the bundle.

    Raises:
        UnreachableError: the device cannot be reached, or preflight stopped the run; nothing was judged.
        FileExistsError: the folder already holds something.
        LookupError: no case matches what was asked for.
        GatherError: a suite cannot be collected, which is its author's fault.
    """
    setup = request.setup
    if request.dry:
        setup = replace(setup, simulator=stand_in(setup.declaration))
    with patience("preflight") as trying:  # a stand-in is as declared
        preflight = Preflight() if request.dry else reach(setup, trying, request.lang)
    listeners: list[Listener] = [Watcher(verbose=request.verbose, lang=request.lang)]
    before, cases, resumed = None, request.cases, None
    if request.taken is None:
        request, keepers = _begun(request, setup, preflight.capture)
    else:
        before, keepers, resumed = go_on(request.taken, setup)
        cases = request.taken.undone.chosen
    listeners += keepers
    run = Run(
        setup,
        listeners,
        verbose=request.verbose,
        preflight=preflight.checks,
        journal=keepers[0].journal if keepers else None,
        before=before,
    )
    driver = _Driver(run)
    options = ["-k", request.expression] if request.expression else []
    options += [f"--testbed-case={case}" for case in cases]  # alone, `@FILE` would be read for options
    with quiet(), _ending_gently():
        pytest.main([*arguments(setup.suites), *options], plugins=[hooks, driver])
    if run.header is None or run.footer is None:
        for one in keepers:
            one.writer.discard() if before is None else one.writer.close()
        if driver.faults:
            raise GatherError("\n".join(driver.faults))
        raise LookupError(driver.refused or "no case matches")
    if signer is not None and not request.dry:
        seal(request.folder, signer)
    return Result(request, run.header, run.footer, run.judged, run.records, signer, resumed)
