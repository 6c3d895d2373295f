"""The errata known here, held against a run that was judged before they were."""

from __future__ import annotations

from testbed.bundle.reader import Record
from testbed.model.errata import Touched, touched
from testbed.plugin.shelf import suites


class NotInstalledError(LookupError):
    """A suite that a run used is not installed here, so nothing is known about it."""


def touched_in(record: Record) -> tuple[Touched, ...]:
    """Return every verdict of a run that an erratum known here puts in doubt.

    Raises:
        NotInstalledError: with the suite's name.
    """
    found: list[Touched] = []
    for used in record.header.suites:
        suite = suites().get(used.id)
        if suite is None:
            raise NotInstalledError(f"suite {used.id} is not installed here; its errata are not known")
        found += touched(suite.catalogue, used.version, suite.errata, record.cases)
    return tuple(found)
