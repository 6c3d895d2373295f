"""Collects the cases of suites through pytest, without running any."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from testbed.plugin import hooks
from testbed.plugin.case import Case
from testbed.plugin.shelf import ERRATA, Suite


class GatherError(Exception):
    """A suite could not be collected; the message is pytest's."""


class _Gatherer:
    """Takes the collected cases out of pytest."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.faults: list[str] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep the cases."""
        self.cases = [item.stash[hooks.CASE] for item in session.items if hooks.CASE in item.stash]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what went wrong."""
        if report.failed:
            self.faults.append(str(report.longrepr))

    def pytest_internalerror(self, excrepr: object) -> None:
        """Keep what went wrong."""
        self.faults.append(str(excrepr))


def gather(suites: Sequence[Suite]) -> list[Case]:
    """Return the cases of some suites, in the order of files and lines.

    Raises:
        GatherError: a suite is wrong.
    """
    cases: list[Case] = []
    for suite in suites:  # one by one: two may include the same part
        gatherer = _Gatherer()
        with quiet():
            status = pytest.main([*arguments([suite]), "--collect-only"], plugins=[hooks, gatherer])
        if gatherer.faults or status not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            raise GatherError("\n".join(gatherer.faults) or f"pytest ended with {status}")
        names = [case.id for case in gatherer.cases]
        cases += gatherer.cases
        for one in suite.pending:
            if strange := one.names_none_of(names):
                raise GatherError(f"{suite.folder / ERRATA}: {one.id}: there is no case {strange}")
    return cases


def arguments(suites: Sequence[Suite]) -> list[str]:
    """Return pytest's arguments for some suites, free of whatever stands in the user's folder."""
    folders = list(dict.fromkeys(str(folder) for suite in suites for folder in suite.folders))
    options = [
        "--assert=plain",
        "--import-mode=importlib",
        "--noconftest",
        "--capture=no",
        "-p",
        "no:terminal",
    ]
    options += ["-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:logging", "-p", "no:doctest"]
    options += [f"--testbed-suite={suite.catalogue.id}" for suite in suites]
    return [*folders, f"--rootdir={Path(folders[0]).parent}", "-c", os.devnull, *options]


@contextmanager
def quiet() -> Iterator[None]:
    """Keep other plugins and options of the user's environment out while pytest runs in this process."""
    kept = {name: os.environ.get(name) for name in ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_ADDOPTS")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        yield
    finally:
        for name, value in kept.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
