"""One run from header to footer: starts the engines, orders their results, keeps the record."""

from __future__ import annotations

import asyncio
import platform
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from queue import SimpleQueue
from typing import Any, Protocol

from testbed import __version__
from testbed.model.disposition import Dispositions, dispositions
from testbed.model.errata import withdrawn
from testbed.model.preflight import Check
from testbed.model.record import (
    CaseRecord,
    Footer,
    Header,
    Judged,
    Resumed,
    SuiteUsed,
    counts,
    in_order,
    outcome_of,
    roll_up,
)
from testbed.model.verdict import Outcome
from testbed.plugin.attempt import Settings
from testbed.plugin.case import Case
from testbed.plugin.engine import Connect, Engine
from testbed.plugin.setup import Setup
from testbed.plugin.traffic import traffic
from testbed.testers.journal import Journal
from testbed.wire.clock import VirtualClockLoop

_PACKAGES = ("pymodbus", "pyModbusTCP", "pytest", "pydantic", "cryptography", "jinja2")


class Listener(Protocol):
    """Whoever follows a run: the bundle's writer, the terminal."""

    def begun(self, header: Header, cases: Sequence[Case]) -> None:
        """A run begins."""

    def waiting(self, case: Case) -> None:
        """The result of a case is waited for."""

    def found(self, record: CaseRecord, capture: bytes) -> CaseRecord:
        """A case has ended; return its record, with the capture's place when this listener kept it."""

    def ended(self, footer: Footer, judged: Sequence[Judged]) -> None:
        """The run has ended."""


@dataclass(frozen=True)
class Before:
    """What a run that goes on had done before it was stopped."""

    header: Header
    records: tuple[CaseRecord, ...]
    ran_s: float
    """Seconds that it had taken."""
    resumed: Sequence[Resumed] = ()
    """Each time that it went on, this time included."""


class Run:
    """The run of one device."""

    def __init__(  # noqa: PLR0913 - all that a run may start from
        self,
        setup: Setup,
        listeners: Sequence[Listener] = (),
        *,
        verbose: bool = False,
        preflight: Sequence[Check] = (),
        journal: Journal | None = None,
        before: Before | None = None,
    ) -> None:
        self.setup = setup
        self._preflight = tuple(preflight)
        self._verbose = verbose
        self._journal = journal
        self._before = before
        self._kept = {(one.suite, one.case): one for one in before.records} if before else {}
        self._ended: SimpleQueue[tuple[str, str]] = SimpleQueue()
        self._lost: set[tuple[str, str]] = set()
        self._asked: set[tuple[str, str]] = set()
        self.header: Header | None = None
        self.footer: Footer | None = None
        self._listeners = listeners
        self._errata = {suite.catalogue.id: suite.pending for suite in setup.suites}
        self._engines: dict[str, Engine] = {}
        self._began = 0.0
        self._cases: Mapping[tuple[str, str], Case] = {}

    @property
    def records(self) -> Sequence[CaseRecord]:
        """What has been found so far, by suite and name."""
        return in_order(self.header, self._kept.values()) if self.header else ()

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Every requirement with its verdict so far."""
        return roll_up([suite.catalogue for suite in self.setup.suites], self.records)

    def begin(self, cases: Sequence[Case], selected_by_hand: str = "") -> None:
        """Write the header, or take the one of before, and start all cases that have no result yet."""
        self._began = time.perf_counter()
        started = datetime.now(UTC)
        ran = self._before.ran_s if self._before else 0.0
        self.header = self._before.header if self._before else self._header(started, selected_by_hand)
        self._cases = {(case.suite, case.id): case for case in cases}
        left = [case for key, case in self._cases.items() if key not in self._kept]
        for listener in self._listeners:
            listener.begun(self.header, left)
        self._engines = self._make_engines(
            left,
            Settings(
                self.setup.seed,
                self.setup.jobs,
                started.timestamp() - ran,
                verbose=self._verbose,
                ran_s=ran,
                fuzz_budget=self.setup.fuzz_budget,
                performance=self.setup.profile.performance,
                load_workers=self.setup.load_workers,
                impairing=self.setup.impairing(),
            ),
        )
        for engine in dict.fromkeys(self._engines.values()):
            engine.start()
            for key, future in engine.futures.items():
                future.add_done_callback(partial(self._tell, key))

    def _tell(self, key: tuple[str, str], _: object) -> None:
        self._ended.put(key)

    def _make_engines(self, cases: Sequence[Case], settings: Settings) -> dict[str, Engine]:
        catalogues = {suite.catalogue.id: suite.catalogue for suite in self.setup.suites}
        sockets = {name for name, catalogue in catalogues.items() if catalogue.section != "conformance"}
        if not self.setup.is_virtual:
            groups = [(set(catalogues), False)]
        else:
            groups = [(set(catalogues) - sockets, True), (sockets, False)]
        engines: dict[str, Engine] = {}
        for names, virtual in groups:
            engine = Engine(
                cases=[case for case in cases if case.suite in names],
                catalogues=catalogues,
                settings=settings,
                connect=self._connect(settings, virtual=virtual),
                new_loop=VirtualClockLoop if virtual else asyncio.new_event_loop,
                refused=self._refused(),
                written=[said for record in self._kept.values() for said in record.writes],
                journal=self._journal if self.setup.simulator is None else None,
            )
            engines |= dict.fromkeys(names, engine)
        return engines

    def _connect(self, settings: Settings, *, virtual: bool) -> Connect:
        way = self.setup.connect if virtual else self.setup.connect_over_sockets
        return way(settings.impairing)

    def _refused(self) -> frozenset[str]:
        """Return the declared functions that were found not to be served before the run was stopped."""
        return frozenset(
            case.gate
            for key, case in self._cases.items()
            if case.gate and key in self._kept
            for finding in self._kept[key].findings
            if finding.broken and finding.source == "case"
        )

    def result(self, suite: str, case: str) -> CaseRecord:
        """Wait for a case and return its record; whatever ends meanwhile is kept at once.

        Raises:
            Exception: the engine broke, and never ran it.
        """
        key = suite, case
        self._asked.add(key)
        for listener in self._listeners:
            listener.waiting(self._cases[key])
        while key not in self._kept and key not in self._lost:
            self._take(self._ended.get())
        if key in self._lost:
            self._engines[suite].result(suite, case)
        return self._kept[key]

    def _take(self, key: tuple[str, str]) -> None:
        future = self._engines[key[0]].futures[key]
        if future.cancelled() or future.exception() is not None:
            self._lost.add(key)
        else:
            result = future.result()
            self._keep(result.record, result.capture)
            del self._engines[key[0]].futures[key]  # a capture that is kept is held no more

    def end(self, *, interrupted: bool = False) -> Outcome:
        """Stop what still runs, write the footer and return the outcome.

        Args:
            interrupted: somebody ended it early. So did whoever did not ask for every result (`pytest -x`).
        """
        for engine in dict.fromkeys(self._engines.values()):
            engine.stop()
        while not self._ended.empty():
            self._take(self._ended.get())
        interrupted |= self._asked != self._cases.keys() or bool(self._lost)
        for suite in self.setup.suites:
            name = suite.catalogue.id
            faults = self._engines[name].faults if name in self._engines else ()
            if (record := traffic(suite.catalogue, self.records, faults)) is not None:
                self._keep(record, b"")
        judged = self.judged
        by_hand = bool(self.header and self.header.selected_by_hand)
        resumed = self._before.resumed if self._before else ()
        waivers = dispositions(self.header, judged, resumed) if self.header else Dispositions()
        outcome = outcome_of(
            judged,
            finished=not interrupted,
            selected_by_hand=by_hand,
            waived=waivers.waived,
            stale_waiver=bool(waivers.stale),
        )
        self.footer = Footer(
            ended=datetime.now(UTC).isoformat(timespec="milliseconds"),
            duration_s=round(
                time.perf_counter() - self._began + (self._before.ran_s if self._before else 0), 3
            ),
            cases=len(self._kept),
            outcome=outcome,
            counts=counts(judged),
            captures=sum(bool(record.capture) for record in self._kept.values()),
            interrupted=interrupted,
        )
        for listener in self._listeners:
            listener.ended(self.footer, judged)
        return outcome

    def _keep(self, record: CaseRecord, capture: bytes) -> None:
        record = withdrawn(record, self._errata.get(record.suite, ()))
        for listener in self._listeners:
            record = listener.found(record, capture)
        self._kept[record.suite, record.case] = record

    def _header(self, started: datetime, selected_by_hand: str) -> Header:
        chosen = self.setup.impairment
        return Header(
            run=f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
            tester=f"mother-factory {__version__}",
            python=platform.python_version(),
            platform=platform.platform(terse=True),
            packages={name: version(name) for name in _PACKAGES},
            suites=tuple(
                SuiteUsed(id=one.catalogue.id, version=one.catalogue.version, digest=one.digest)
                for one in self.setup.suites
            ),
            profile=self.setup.profile.id,
            profile_sha256=self.setup.profile_sha256,
            declaration_sha256=self.setup.declaration_sha256,
            declaration=self.setup.declaration,
            started=started.isoformat(timespec="milliseconds"),
            seed=self.setup.seed,
            jobs=self.setup.jobs,
            fuzz_budget=str(self.setup.fuzz_budget),
            clock="virtual" if self.setup.is_virtual else "real",
            selected_by_hand=selected_by_hand,
            preflight=self._preflight,
            impairment=chosen.said(self.setup.declaration, self.setup.seed) if chosen else None,
            lab=self.setup.lab,
            lab_sha256=self.setup.lab_sha256,
            **self._waivers(),
        )

    def _waivers(self) -> dict[str, Any]:
        """Return the header's fields about waivers."""
        signed = self.setup.waivers
        if signed is None:
            return {}
        catalogues = [suite.catalogue for suite in self.setup.suites]
        return {
            "waivers": signed.about(self.setup.declaration.device, catalogues),
            "waivers_sha256": signed.opened.sha256,
            "waivers_signer": signed.opened.signer,
            "waivers_fingerprint": signed.opened.fingerprint,
        }
