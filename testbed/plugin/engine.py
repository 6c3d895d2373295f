"""Runs cases side by side on one event loop in a thread of its own, and hands each result out when asked."""

from __future__ import annotations

import asyncio
import shlex
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

from testbed.model.base import Text
from testbed.model.declaration import Declaration
from testbed.model.needs import missing
from testbed.model.record import CaseRecord, Finding
from testbed.model.standard import Catalogue
from testbed.model.verdict import Verdict, join
from testbed.plugin.case import Case, Result
from testbed.plugin.judge import Happening, judge
from testbed.plugin.slots import Slots
from testbed.testers.modbus.bench import SURVIVES, ModbusBench
from testbed.testers.modbus.evidence import evidence
from testbed.testers.trouble import Gone
from testbed.wire.connection import Connection
from testbed.wire.dial import Dial
from testbed.wire.pcapng import capture
from testbed.wire.recorder import Recorder

CASE_WITHIN = 60.0
"""Seconds after which a case is given up (assumed; the longest takes a few), beside the declared waits."""
EXCHANGES = 40
"""Exchanges for which a case may have to wait as long as the device declares (assumed; most have three)."""

AGAIN = "repeated with no other case running: beside others, something did not come, or the device was busy"
"""What the record says of a case whose first try another case may have disturbed."""

GIVE_UP_AFTER = 5
"""Cases in a row that met nobody, each alone, before the device is taken for gone (assumed)."""

_GONE = Text(
    en=f"the device had answered none of {GIVE_UP_AFTER} cases in a row; this one was not tried any more",
    ko=f"연속된 케이스 {GIVE_UP_AFTER}개에서 기기가 응답하지 않아 더 이상 시도하지 않음",
)

Connect = Callable[[AsyncExitStack], Coroutine[object, object, tuple[Declaration, Dial]]]
"""Runs in the engine's loop before the first case; says how the device is reached from there.

What it opens for that it leaves to the stack, which is closed after the last case.
"""


@dataclass(frozen=True)
class Settings:
    """How cases are run."""

    seed: int
    jobs: int
    epoch: float
    """POSIX time at which the run began, in seconds."""
    captures: bool = True
    verbose: bool = False
    """Keep decoded frames of cases that passed, too."""


@dataclass(eq=False)
class Engine:
    """One device, one loop, many cases."""

    cases: Sequence[Case]
    catalogues: Mapping[str, Catalogue]
    settings: Settings
    connect: Connect
    new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    faults: list[str] = field(default_factory=list)
    """Errors in callbacks of the loop: of a simulated device, which real ones would not show."""
    watched: dict[str, int] = field(default_factory=dict)
    """Frames that the monitor judged, by suite."""
    _futures: dict[tuple[str, str], Future[Result]] = field(default_factory=dict)
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _main: asyncio.Task[None] | None = None
    _gate: threading.Lock = field(default_factory=threading.Lock)
    _gone: int = 0
    """Cases in a row that met nobody, with nothing else running."""
    _unmet: int = 0
    """Cases in a row that met nobody, whatever ran beside them."""
    _began: float = 0.0

    def start(self) -> None:
        """Begin to run all cases."""
        self._futures = {(case.suite, case.id): Future() for case in self.cases}
        self._thread = threading.Thread(target=self._run, name="testbed-engine", daemon=True)
        self._thread.start()

    def result(self, suite: str, case: str) -> Result:
        """Wait for a case and return what came of it."""
        return self._futures[suite, case].result()

    def stop(self, within: float = 10.0) -> None:
        """Cancel what still runs, let every case restore what it wrote, and end the loop.

        Args:
            within: seconds to wait for that.
        """
        if self._thread is None:
            return
        with self._gate:  # the thread closes its loop behind the same gate
            if self._loop is not None and self._main is not None:
                self._loop.call_soon_threadsafe(self._main.cancel)
        self._thread.join(within)
        if self._thread.is_alive():
            self.faults.append(f"cases did not end within {within:g} s; scratch values may not be restored")
        self._thread = None

    def run(self) -> list[Result]:
        """Run all cases in this thread and return what came of them, in order (the ledger's way)."""
        self._futures = {(case.suite, case.id): Future() for case in self.cases}
        self._run()
        return [self._futures[case.suite, case.id].result() for case in self.cases]

    def _run(self) -> None:
        loop = self.new_loop()
        self._loop = loop
        loop.set_exception_handler(self._fault)
        try:
            self._main = loop.create_task(self._all())
            loop.run_until_complete(self._main)
        except asyncio.CancelledError:
            pass  # stopped on purpose; the futures below say so
        except BaseException as error:  # noqa: BLE001 - whoever waits for a result must hear of it
            for future in self._futures.values():
                if not future.done():
                    future.set_exception(error)
        finally:
            for future in self._futures.values():
                future.cancel()
            loop.run_until_complete(loop.shutdown_asyncgens())
            with self._gate:
                self._loop = None
                loop.close()

    def _fault(self, _: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """Keep an error in a callback; one of the tester's own connections belongs to its case."""
        error, protocol = context.get("exception"), context.get("protocol")
        self.faults.append(str(error))
        if isinstance(protocol, Connection) and isinstance(error, Exception):
            protocol.recorder.fault = error

    async def _all(self) -> None:
        if not self.cases:
            return  # no server is opened for nobody, to be cancelled half open
        self._began = asyncio.get_running_loop().time()
        async with AsyncExitStack() as stack:
            await self._judge(*await self.connect(stack))

    async def _judge(self, declaration: Declaration, dial: Dial) -> None:
        bench = ModbusBench(declaration, dial, self.settings.seed)
        slots = Slots(max(1, min(self.settings.jobs, declaration.sessions)))
        for case in self.cases:
            if case.gate:
                result = self._skipped(case, bench) or await self._execute(case, bench, alone=True)
                if any(finding.broken for finding in result.record.findings if finding.source == "case"):
                    bench.refused.add(case.gate)
                self._set(case, result)
        postponed: list[tuple[Case, Result | None]] = []
        async with asyncio.TaskGroup() as group:
            for case in self.cases:
                if not case.gate:
                    group.create_task(self._beside(case, bench, slots, postponed))
        for case, first in postponed:
            note = "" if first is None else AGAIN
            again = await self._execute(case, bench, note, alone=True)
            self._set(case, again if first is None else _both(first, again))

    async def _beside(
        self, case: Case, bench: ModbusBench, slots: Slots, postponed: list[tuple[Case, Result | None]]
    ) -> None:
        """Run a case beside others; what rests on absence is postponed, to be repeated alone."""
        weight = slots.capacity if case.alone else min(bench.weight(case.fixtures), slots.capacity)
        result = self._skipped(case, bench)
        if result is None:
            async with slots.take(weight):
                if self._unmet >= GIVE_UP_AFTER * slots.capacity:
                    postponed.append((case, None))  # nobody is there, or too many are: each alone will tell
                    return
                result = await self._execute(case, bench, alone=weight == slots.capacity)
            if result.doubtful and weight < slots.capacity:
                postponed.append((case, result))
                return
        self._set(case, result)

    def _set(self, case: Case, result: Result) -> None:
        self._futures[case.suite, case.id].set_result(result)

    def _skipped(self, case: Case, bench: ModbusBench) -> Result | None:
        """Return the result of a case that this device gives no reason or no leave to run."""
        facts = bench.declaration.facts
        lack = missing(case.needs, facts)
        if lack is not None:
            reason = Text(
                en=f"{lack.reason}; to allow it, add the line `{lack.paste}`" if lack.paste else lack.reason,
                ko=f"허가되지 않음; 허용하려면 `{lack.paste}` 줄을 추가"
                if lack.paste
                else f"선언되지 않음: `{lack.need}`",
            )
            return self._not_run(case, lack.verdict, reason)
        served = {name: amount for name, amount in facts.items() if name not in bench.refused}
        if not case.gate and missing(case.needs, served) is not None:
            refused = ", ".join(sorted(bench.refused))
            return self._not_run(
                case,
                Verdict.INCONCLUSIVE,
                Text(en=f"declared but not served: {refused}", ko=f"선언되었으나 동작하지 않음: {refused}"),
            )
        return None

    @staticmethod
    def _not_run(case: Case, verdict: Verdict, reason: Text) -> Result:
        findings = tuple(
            Finding(requirement=one, verdict=verdict, source="selection") for one in case.verifies
        )
        return Result(
            CaseRecord(
                suite=case.suite,
                case=case.id,
                title=case.title,
                verifies=case.verifies,
                verdict=verdict,
                reason=reason,
                findings=findings,
            )
        )

    def _within(self, declaration: Declaration) -> float:
        """Return the seconds that a case may take; all that run beside it share the declared pause."""
        timing = declaration.timing
        beside = min(self.settings.jobs, declaration.sessions)
        return CASE_WITHIN + EXCHANGES * (timing.reply_within + beside * timing.pause)

    async def _execute(self, case: Case, bench: ModbusBench, note: str = "", *, alone: bool) -> Result:
        if self._gone >= GIVE_UP_AFTER:
            return self._not_run(case, Verdict.INCONCLUSIVE, _GONE)
        loop = asyncio.get_running_loop()
        recorder = Recorder(loop.time)
        if note:
            recorder.note(note)
        at, began = loop.time() - self._began, time.perf_counter()
        desk = bench.case(case.id, case.needs, case.gate, recorder)
        happening = Happening()
        try:
            arguments = await desk.prepare(case.fixtures)
            self._gone = self._unmet = 0
            async with asyncio.timeout(self._within(bench.declaration)):
                await case.call(**arguments, **case.parameters)
        except Exception as error:  # noqa: BLE001 - judged below, by whose fault it is
            happening.error = error
            self._unmet += isinstance(error, Gone)
            self._gone += alone and isinstance(error, Gone)
        finally:
            happening.frames = tuple(frame for tester in desk.testers for frame in tester.frames if frame)
            closed = not all(tester.is_open for tester in desk.testers)
            try:
                happening.survival = await desk.conclude()
            except Exception as error:  # noqa: BLE001 - what goes wrong in our own cleaning up is our ERROR
                happening.error = error
        if recorder.fault is not None:  # what looks like the device's silence is ours
            happening.error, happening.survival = recorder.fault, None
        happening.missed = closed or desk.monitor.silences > 0 or not desk.testers
        happening.busy = desk.monitor.busy
        happening.breaches = desk.monitor.breaches
        self.watched[case.suite] = self.watched.get(case.suite, 0) + desk.monitor.watched
        catalogue = self.catalogues[case.suite]
        judgement = judge(case, catalogue, happening, SURVIVES)
        verdict = join(finding.verdict for finding in judgement.findings)
        cited = {number for finding in judgement.findings for number in finding.frames}
        record = CaseRecord(
            suite=case.suite,
            case=case.id,
            title=case.title,
            verifies=case.verifies,
            verdict=verdict,
            reason=judgement.reason,
            findings=tuple(judgement.findings),
            at=round(at, 6),
            duration_s=round(time.perf_counter() - began, 6),
            frames=()
            if verdict is Verdict.PASS and not self.settings.verbose
            else evidence(recorder, cited, judgement.guilty),
            reproduce=f"testbed run declaration.yaml --seed {self.settings.seed} "
            f"--case {shlex.quote(f'{case.suite}/{case.id}')}",
            log=(*recorder.notes, *happening.log),
            peer=desk.peer,
            writes=tuple(desk.writes),
            not_restored=tuple(desk.not_restored),
        )
        if not self.settings.captures:
            return Result(record, b"", judgement.doubtful, judgement.contradicted)
        said = f"{case.suite}/{case.id}\n" + "\n".join(
            f"{finding.requirement}: {finding.verdict}" for finding in judgement.findings
        )
        if recorder.left_out:
            said += f"\n{recorder.left_out} packets were left out: more than is kept of one case"
        packets = capture(recorder, comment=said, epoch=self.settings.epoch + at)
        return Result(record, packets, judgement.doubtful, judgement.contradicted)


def _both(first: Result, again: Result) -> Result:
    """Return what counts of a case that ran twice: a contradiction at once, else what it found alone.

    What either try did to the device is kept.
    """
    chosen = first if first.contradicted and not again.contradicted else again
    done = {
        "writes": (*first.record.writes, *again.record.writes),
        "not_restored": (*first.record.not_restored, *again.record.not_restored),
    }
    return replace(chosen, record=chosen.record.model_copy(update=done))
