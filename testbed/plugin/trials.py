"""Tries a suite on simulated devices, as many at once as there are processors."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from testbed.model.record import CaseRecord
from testbed.model.verdict import Verdict
from testbed.plugin.attempt import Settings
from testbed.plugin.bearing import Bearing, bears, overridden, watched
from testbed.plugin.case import Case
from testbed.plugin.engine import Engine
from testbed.plugin.forking import each
from testbed.plugin.ledger import Trial
from testbed.plugin.setup import Setup
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.reach import make_keys
from testbed.wire.simulator import Simulator

SEED = 1
"""Of every run of a ledger, so that two ledgers of one tree are equal."""


def trials(
    setup: Setup, cases: Sequence[Case], devices: Sequence[Simulator], jobs: int = 1
) -> Iterator[Trial]:
    """Judge simulated devices by all cases and yield each as it ends, in any order.

    Args:
        setup: the reference's declaration, which every mutant claims to keep.
        cases: of one suite.
        devices: the reference and the mutants.
        jobs: cases that may run at once; what is found must not depend on it.
    """
    make_keys(setup.declaration)
    yield from each(lambda number: try_device(setup, cases, devices[number], jobs), len(devices))


def guided_trials(
    setup: Setup, cases: Sequence[Case], devices: Sequence[Simulator], jobs: int = 1
) -> Iterator[Trial]:
    """Judge a reference by all cases, and each mutant by those that bear on what it overrides.

    What each case makes the reference call is found out first, by running it alone.

    Args:
        setup: the reference's declaration, which every mutant claims to keep.
        cases: of one suite.
        devices: the reference, and behind it its mutants.
        jobs: cases that may run at once; what is found must not depend on it.
    """
    reference, *mutants = devices
    make_keys(setup.declaration)
    bearing = survey(setup, cases, reference, mutants)
    chosen = [(reference, list(cases))]
    for mutant in mutants:
        touched = overridden(mutant, reference)
        chosen.append((mutant, [case for case in cases if bears(case.id, touched, bearing)]))
    chosen.sort(key=lambda one: len(one[1]), reverse=True)  # no processor waits for the last

    def attempt(number: int) -> Trial:
        device, few = chosen[number]
        return try_device(setup, few, device, jobs)

    yield from each(attempt, len(chosen))


def survey(
    setup: Setup, cases: Sequence[Case], reference: Simulator, mutants: Sequence[Simulator]
) -> Bearing:
    """Return which of the methods that mutants override each case makes the reference call."""
    names = frozenset[str]().union(*(overridden(mutant, reference) or () for mutant in mutants))

    def look(number: int) -> tuple[str, frozenset[str]]:
        called = set[str]()
        case = cases[number]
        try_device(setup, [case], watched(reference, names, called.add))
        return case.id, frozenset(called)

    return dict(each(look, len(cases))) if names else {case.id: frozenset() for case in cases}


def try_device(setup: Setup, cases: Sequence[Case], device: Simulator, jobs: int = 1) -> Trial:
    """Judge one simulated device by the cases of one suite.

    All but those that need others' programs run on a virtual clock, loads too: whoever else uses this machine
    moves no result.
    """
    mine = Setup(
        declaration=setup.declaration,
        declaration_text=setup.declaration_text,
        declaration_name=setup.declaration_name,
        profile=setup.profile,
        profile_text=setup.profile_text,
        suites=setup.suites,
        seed=SEED,
        jobs=jobs,
        simulator=device,
    )
    catalogues = {suite.catalogue.id: suite.catalogue for suite in setup.suites}
    virtual = all(catalogues[case.suite].section != "interoperability" for case in cases)
    engine = Engine(
        cases=cases,
        catalogues=catalogues,
        settings=Settings(SEED, jobs, 0.0, captures=False, performance=setup.profile.performance),
        connect=mine.connect() if virtual else mine.connect_over_sockets(),
        new_loop=VirtualClockLoop if virtual else asyncio.new_event_loop,
    )
    records = [result.record for result in engine.run()]
    return judged(device, records, engine.faults)


def judged(device: Simulator, records: Sequence[CaseRecord], faults: Sequence[str]) -> Trial:
    """Return what the records of a run say of a simulated device."""
    clean = {Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED}
    trouble = [
        f"{record.case}: {record.verdict} {record.reason.en if record.reason else ''}".strip()
        for record in records
        if record.verdict is Verdict.ERROR or (not device.breaks and record.verdict not in clean)
    ]
    return Trial(
        device=device.name,
        breaks=device.breaks,
        killed_by=frozenset(
            finding.requirement for record in records for finding in record.findings if finding.broken
        ),
        failed=frozenset(
            record.case
            for record in records
            if any(finding.broken and finding.requirement in record.verifies for finding in record.findings)
        ),
        not_tested=frozenset(record.case for record in records if record.verdict is Verdict.NOT_TESTED),
        trouble=(*trouble, *(f"the simulated device raised {fault}" for fault in faults)),
    )
