"""One run from header to footer: starts the engines, orders their results, keeps the record."""

from __future__ import annotations

import asyncio
import platform
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Protocol

from testbed import __version__
from testbed.model.base import Text
from testbed.model.disposition import Dispositions, dispositions
from testbed.model.errata import withdrawn
from testbed.model.preflight import Check
from testbed.model.record import (
    ALL_TRAFFIC,
    CaseRecord,
    Finding,
    Footer,
    Header,
    Judged,
    SuiteUsed,
    counts,
    outcome_of,
    roll_up,
)
from testbed.model.verdict import Outcome, Verdict
from testbed.plugin.attempt import Settings
from testbed.plugin.case import Case
from testbed.plugin.engine import Engine
from testbed.plugin.setup import Setup
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


class Run:
    """The run of one device."""

    def __init__(
        self,
        setup: Setup,
        listeners: Sequence[Listener] = (),
        *,
        verbose: bool = False,
        preflight: Sequence[Check] = (),
    ) -> None:
        self.setup = setup
        self._preflight = tuple(preflight)
        self._verbose = verbose
        self.records: list[CaseRecord] = []
        self.header: Header | None = None
        self.footer: Footer | None = None
        self._listeners = listeners
        self._errata = {suite.catalogue.id: suite.pending for suite in setup.suites}
        self._engines: dict[str, Engine] = {}
        self._began = 0.0
        self._cases: Mapping[tuple[str, str], Case] = {}

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Every requirement with its verdict so far."""
        return roll_up([suite.catalogue for suite in self.setup.suites], self.records)

    def begin(self, cases: Sequence[Case], selected_by_hand: str = "") -> None:
        """Write the header and start all cases."""
        self._began = time.perf_counter()
        started = datetime.now(UTC)
        self.header = self._header(started, selected_by_hand)
        self._cases = {(case.suite, case.id): case for case in cases}
        for listener in self._listeners:
            listener.begun(self.header, cases)
        self._engines = self._make_engines(
            cases, Settings(self.setup.seed, self.setup.jobs, started.timestamp(), verbose=self._verbose)
        )
        for engine in dict.fromkeys(self._engines.values()):
            engine.start()

    def _make_engines(self, cases: Sequence[Case], settings: Settings) -> dict[str, Engine]:
        catalogues = {suite.catalogue.id: suite.catalogue for suite in self.setup.suites}
        sockets = {name for name, catalogue in catalogues.items() if catalogue.section == "interoperability"}
        if self.setup.simulator is None:
            groups = [(set(catalogues), False)]
        else:
            groups = [(set(catalogues) - sockets, True), (sockets, False)]
        engines: dict[str, Engine] = {}
        for names, virtual in groups:
            engine = Engine(
                cases=[case for case in cases if case.suite in names],
                catalogues=catalogues,
                settings=settings,
                connect=self.setup.connect() if virtual else self.setup.connect_over_sockets(),
                new_loop=VirtualClockLoop if virtual else asyncio.new_event_loop,
            )
            engines |= dict.fromkeys(names, engine)
        return engines

    def result(self, suite: str, case: str) -> CaseRecord:
        """Wait for a case, keep its record and return it."""
        for listener in self._listeners:
            listener.waiting(self._cases[suite, case])
        result = self._engines[suite].result(suite, case)
        return self._keep(result.record, result.capture)

    def end(self, *, interrupted: bool = False) -> Outcome:
        """Stop what still runs, write the footer and return the outcome.

        Args:
            interrupted: somebody ended it early. So did whoever did not ask for every result (`pytest -x`).
        """
        interrupted |= len(self.records) < len(self._cases)
        for engine in dict.fromkeys(self._engines.values()):
            engine.stop()
        for record in self._all_traffic():
            self._keep(record, b"")
        judged = self.judged
        by_hand = bool(self.header and self.header.selected_by_hand)
        waivers = dispositions(self.header, judged) if self.header else Dispositions()
        outcome = outcome_of(
            judged,
            finished=not interrupted,
            selected_by_hand=by_hand,
            waived=waivers.waived,
            stale_waiver=bool(waivers.stale),
        )
        self.footer = Footer(
            ended=datetime.now(UTC).isoformat(timespec="milliseconds"),
            duration_s=round(time.perf_counter() - self._began, 3),
            cases=len(self.records),
            outcome=outcome,
            counts=counts(judged),
            captures=sum(bool(record.capture) for record in self.records),
            interrupted=interrupted,
        )
        for listener in self._listeners:
            listener.ended(self.footer, judged)
        return outcome

    def _keep(self, record: CaseRecord, capture: bytes) -> CaseRecord:
        record = withdrawn(record, self._errata.get(record.suite, ()))
        for listener in self._listeners:
            record = listener.found(record, capture)
        self.records.append(record)
        return record

    def _all_traffic(self) -> Iterable[CaseRecord]:
        """Yield, for each suite, the invariants that no frame of any case broke."""
        for suite in self.setup.suites:
            catalogue = suite.catalogue
            engine = self._engines.get(catalogue.id)
            watched = sum(record.watched for record in self.records if record.suite == catalogue.id)
            invariants = [one.id for one in catalogue.requirements if one.invariant]
            broken = {
                finding.requirement
                for record in self.records
                for finding in record.findings
                if finding.broken and record.suite == catalogue.id
            }
            if engine is not None and engine.faults and invariants:
                yield self._faulty(catalogue.id, invariants, engine.faults)
            elif watched and invariants:
                yield CaseRecord(
                    suite=catalogue.id,
                    case=ALL_TRAFFIC,
                    title=f"{watched} frames of the device, watched during all cases",
                    verifies=tuple(invariants),
                    verdict=Verdict.PASS,
                    findings=tuple(
                        Finding(requirement=one, verdict=Verdict.PASS, source="invariant")
                        for one in invariants
                        if one not in broken
                    ),
                )

    @staticmethod
    def _faulty(suite: str, invariants: Sequence[str], faults: Sequence[str]) -> CaseRecord:
        """Say that the bed itself stumbled, so that what its monitor did not see proves nothing."""
        first = faults[0]
        return CaseRecord(
            suite=suite,
            case=ALL_TRAFFIC,
            title="the test bed, or a device simulated in it, raised an error",
            verifies=tuple(invariants),
            verdict=Verdict.ERROR,
            reason=Text(en=f"error of the test bed: {first}", ko=f"시험 장치의 오류: {first}"),
            findings=tuple(
                Finding(requirement=one, verdict=Verdict.ERROR, source="invariant") for one in invariants
            ),
            log=tuple(faults),
        )

    def _header(self, started: datetime, selected_by_hand: str) -> Header:
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
            clock="real" if self.setup.simulator is None else "virtual",
            selected_by_hand=selected_by_hand,
            preflight=self._preflight,
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
