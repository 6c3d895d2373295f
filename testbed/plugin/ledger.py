"""The ledger: which mutants each requirement and each case has caught, and what is still unproven.

A suite proves itself when every mutant is killed by exactly the requirements that it breaks, the reference
by none, every SHALL and SHOULD by at least one mutant, and every case, with each of its parameters, has
failed at least once.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from testbed.model.record import CaseRecord
from testbed.model.standard import Catalogue
from testbed.model.verdict import Level, Verdict
from testbed.plugin.attempt import Settings
from testbed.plugin.case import Case
from testbed.plugin.engine import Engine
from testbed.plugin.setup import Setup
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.reach import make_keys
from testbed.wire.simulator import Simulator

SEED = 1
"""Of every run of a ledger, so that two ledgers of one tree are equal."""


@dataclass(frozen=True)
class Trial:
    """What a suite made of one simulated device."""

    device: str
    breaks: frozenset[str]
    killed_by: frozenset[str]
    """Requirements that found it broken."""
    failed: frozenset[str]
    """Cases that found it broken in what they verify."""
    not_tested: frozenset[str]
    """Cases that could not run here at all."""
    trouble: tuple[str, ...] = ()
    """Our own errors, and on the reference whatever is not a clean pass."""

    @property
    def is_equal(self) -> bool:
        """Whether it was killed by exactly what it breaks, without an error of ours."""
        return self.killed_by == self.breaks and not self.trouble


@dataclass
class Ledger:
    """The trials of one suite, and what follows from them."""

    catalogue: Catalogue
    cases: Sequence[Case]
    trials: list[Trial] = field(default_factory=list)

    @property
    def killers(self) -> dict[str, list[str]]:
        """Of each requirement, the mutants that it killed."""
        ids = [one.id for one in self.catalogue.requirements]
        return {one: [trial.device for trial in self.trials if one in trial.killed_by] for one in ids}

    @property
    def failures(self) -> dict[str, list[str]]:
        """Of each case with its parameters, the mutants that failed it."""
        ids = [case.id for case in self.cases]
        return {one: [trial.device for trial in self.trials if one in trial.failed] for one in ids}

    @property
    def unproven_requirements(self) -> list[str]:
        """Demands that no mutant breaks: nobody knows whether their cases can fail.

        What another suite proves with the same cases is left to it.
        """
        killers = self.killers
        return [
            one.id
            for one in self.catalogue.requirements
            if one.level is not Level.MAY
            and one.untestable is None
            and not one.proven_in
            and not killers[one.id]
        ]

    @property
    def unproven_cases(self) -> list[str]:
        """Cases that no mutant has ever failed, but for those that could not run here."""
        cannot = {case for trial in self.trials for case in trial.not_tested}
        failures = self.failures
        return [case for case in failures if case in self.own - cannot and not failures[case]]

    @property
    def own(self) -> set[str]:
        """The cases that this suite has to prove: of what verifies a demand that no other suite proves."""
        return {
            case.id for case in self.cases if not all(self.catalogue[one].proven_in for one in case.verifies)
        }

    @property
    def unequal(self) -> list[Trial]:
        """Trials that came out otherwise than they should."""
        return [trial for trial in self.trials if not trial.is_equal]

    @property
    def is_proven(self) -> bool:
        """Whether the suite proves itself."""
        return not (self.unequal or self.unproven_requirements or self.unproven_cases)


def trials(
    setup: Setup, cases: Sequence[Case], devices: Sequence[Simulator], jobs: int = 1
) -> Iterator[Trial]:
    """Judge simulated devices, as many at once as there are processors, and yield each as it ends.

    Args:
        setup: the reference's declaration, which every mutant claims to keep.
        cases: of one suite.
        devices: the reference and the mutants.
        jobs: cases that may run at once; what is found must not depend on it.
    """
    global _attempt  # noqa: PLW0603 - forked workers inherit it: cases and devices cannot be pickled

    def attempt(number: int) -> Trial:
        return try_device(setup, cases, devices[number], jobs)

    workers = min(len(devices), os.cpu_count() or 1)
    threads = threading.active_count() > 1  # a fork would copy their locks as they are, and wait for ever
    if workers < 2 or threads or "fork" not in multiprocessing.get_all_start_methods():  # noqa: PLR2004 - one is no pool
        yield from map(attempt, range(len(devices)))
        return
    _attempt = attempt
    make_keys(setup.declaration)
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield from pool.imap_unordered(_attempted, range(len(devices)))


_attempt: Callable[[int], Trial] | None = None


def _attempted(number: int) -> Trial:
    if _attempt is None:
        raise RuntimeError("a worker was started before the work was known")
    return _attempt(number)


def try_device(setup: Setup, cases: Sequence[Case], device: Simulator, jobs: int = 1) -> Trial:
    """Judge one simulated device by the cases of one suite."""
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
    virtual = all(catalogues[case.suite].section == "conformance" for case in cases)
    engine = Engine(
        cases=cases,
        catalogues=catalogues,
        settings=Settings(SEED, jobs, 0.0, captures=False, performance=setup.profile.performance),
        connect=mine.connect() if virtual else mine.connect_over_sockets(),
        new_loop=VirtualClockLoop if virtual else asyncio.new_event_loop,
    )
    records = [result.record for result in engine.run()]
    return _trial(device, records, engine.faults)


def _trial(device: Simulator, records: Sequence[CaseRecord], faults: Sequence[str]) -> Trial:
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
