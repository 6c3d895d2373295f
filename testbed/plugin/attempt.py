"""One try of one case, from the first connection to the last: what happened becomes a record."""

from __future__ import annotations

import asyncio
import shlex
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from testbed.model.base import Text
from testbed.model.budget import DEFAULT, Budget
from testbed.model.declaration import Declaration
from testbed.model.performance import Performance
from testbed.model.record import CaseRecord
from testbed.model.saved_case import SavedCase
from testbed.model.standard import Catalogue
from testbed.model.verdict import Verdict, join
from testbed.plugin.case import Case
from testbed.plugin.explaining import Under
from testbed.plugin.judge import Happening, Judgement, judge
from testbed.plugin.reproduction import Try
from testbed.testers.bench import Bench as Device
from testbed.testers.bench import Desk
from testbed.testers.trouble import Gone
from testbed.wire.impair.scope import Impairing
from testbed.wire.recorder import Recorder

CASE_WITHIN = 60.0
"""Seconds after which a case is given up (assumed; the longest takes a few), beside the declared waits."""
EXCHANGES = 40
"""Exchanges for which a case may have to wait as long as the device declares (assumed; most have three)."""
OF_A_MACHINE = 400
"""Exchanges of a rule-based machine, each of which may be held up (assumed: 3 sequences of 24 rules,
with some reads about each)."""


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
    ran_s: float = 0.0
    """Seconds that the run had taken before, where it goes on after a stop."""
    fuzz_budget: Budget = DEFAULT
    """How much each case that fuzzes may send."""
    performance: Performance | None = None
    """What the profile demands of performance."""
    load_workers: int = 1
    """Processes that share a load."""
    impairing: Impairing | None = None
    """What is done to the connections of the cases on purpose."""

    @property
    def impaired(self) -> str:
        """Return the options that ask for the same impairment."""
        one = self.impairing
        by = f"--impair-by {one.means} " if one and one.means != "stream" else ""
        return f"--impair {one.scenario.id} {by}" if one else ""


@dataclass(frozen=True)
class Bench:
    """What all cases of one engine are run with."""

    device: Device
    catalogues: Mapping[str, Catalogue]
    settings: Settings
    began: float
    """Time of the loop when the engine began, in seconds."""

    def within(self, declaration: Declaration) -> float:
        """Return the seconds that a case may take; all that run beside it share the declared pause."""
        timing = declaration.timing
        beside = min(self.settings.jobs, declaration.sessions)
        people = declaration.client.answers_within if declaration.client is not None else 0.0
        return CASE_WITHIN + EXCHANGES * (timing.reply_within + beside * timing.pause) + people


async def attempt(case: Case, bench: Bench, *, alone: bool, note: str = "", waited: float = 0.0) -> Try:
    """Run a case once.

    Args:
        case: the case.
        bench: what it is run with.
        alone: whether no other case runs beside it.
        note: why it is repeated; empty at the first try.
        waited: seconds for which the device was given time to come back.
    """
    loop = asyncio.get_running_loop()
    recorder = Recorder(loop.time)
    if note:
        recorder.note(note)
    if waited:
        recorder.note(f"waited {waited:g} s: nobody was there before")
    at, began = loop.time() - bench.began + bench.settings.ran_s, time.perf_counter()
    desk = bench.device.case(case.id, case.needs, case.gate, recorder)
    under = Under.begin(bench.settings.impairing, case.id)
    if note:
        desk.repeat()
    happening = Happening()
    met = False
    try:
        arguments = await desk.prepare(case.fixtures)
        met = True
        async with asyncio.timeout(bench.within(bench.device.declaration) + _longer(case, bench.settings)):
            await case.call(**arguments, **case.parameters)
    except Exception as error:  # noqa: BLE001 - judged below, by whose fault it is
        happening.error = error
    finally:
        happening.frames = tuple(frame for tester in desk.testers for frame in tester.frames if frame)
        closed = not all(tester.is_open for tester in desk.testers)
        under.lift(recorder, bench.device.declaration)
        try:
            happening.survival = await to_its_end(desk.conclude())
        except Exception as error:  # noqa: BLE001 - what goes wrong in our own cleaning up is our ERROR
            happening.error = error
    gone = isinstance(happening.error, Gone)
    unheard = isinstance(happening.error, Gone) and not happening.error.is_heard
    if recorder.fault is not None:  # what looks like the device's silence is ours
        happening.error, happening.survival = recorder.fault, None
    happening.missed = closed or desk.monitor.silences > 0 or not desk.testers
    happening.busy = desk.monitor.busy
    happening.breaches = desk.monitor.breaches
    await under.end(happening)
    judgement = under.explained(judge(case, bench.catalogues[case.suite], happening, bench.device.SURVIVES))
    record = _record(case, bench.settings, desk, judgement)
    record = _with_sequence(record, desk.saved, bench.catalogues[case.suite], bench.settings.seed)
    record = record.model_copy(
        update={
            "at": round(at, 6),
            "duration_s": round(time.perf_counter() - began, 6),
            "log": (*recorder.notes, *happening.log, *under.told),
        }
    )
    packets = _capture(record, desk, bench.settings.epoch + at) if bench.settings.captures else b""
    undecided = record.verdict is Verdict.INCONCLUSIVE and not judgement.standing
    disturbed = under.again or (not alone and (judgement.doubtful or undecided))
    busy = judgement.refused_as_busy
    return Try(record, packets, judgement.standing, disturbed, met=met, gone=gone, unheard=unheard, busy=busy)


def _longer(case: Case, settings: Settings) -> float:
    """Return the seconds that a case may take beyond any other, as whoever runs it asked for."""
    fuzzing = settings.fuzz_budget.seconds if "fuzz" in case.fixtures else 0.0
    loading = settings.performance.within if settings.performance and "load" in case.fixtures else 0.0
    held_up = settings.impairing.lengthened if settings.impairing and "machine" in case.fixtures else 0.0
    return fuzzing + loading + OF_A_MACHINE * held_up


async def to_its_end(concluding: Awaitable[Text | None]) -> Text | None:
    """Wait for what gives values back and closes sessions; who is cancelled meanwhile ends only then."""
    task = asyncio.ensure_future(concluding)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled from task.exception()
    return task.result()


def _record(case: Case, settings: Settings, desk: Desk, judgement: Judgement) -> CaseRecord:
    verdict = join(finding.verdict for finding in judgement.findings)
    cited = {number for finding in judgement.findings for number in finding.frames}
    return CaseRecord(
        suite=case.suite,
        case=case.id,
        title=case.title,
        verifies=case.verifies,
        verdict=verdict,
        reason=judgement.reason,
        findings=tuple(judgement.findings),
        frames=()
        if verdict is Verdict.PASS and not settings.verbose
        else desk.evidence(cited, judgement.guilty),
        reproduce=f"testbed run declaration.yaml --seed {settings.seed} "
        f"{settings.impaired}--case {shlex.quote(f'{case.suite}/{case.id}')}",
        peer=desk.peer,
        writes=tuple(desk.writes),
        not_restored=tuple(desk.not_restored),
        watched=desk.monitor.watched,
        measurement=desk.measurement,
    )


def _with_sequence(
    record: CaseRecord, saved: SavedCase | None, catalogue: Catalogue, seed: int
) -> CaseRecord:
    """Add the sequence that a machine or the fuzzer was left with, and the command that sends it again."""
    if saved is None:
        return record
    named = {"suite": record.suite, "version": catalogue.version, "case": record.case, "seed": seed}
    sequence = saved.model_copy(update=named)
    again = f"testbed replay {shlex.quote(sequence.path)} --against declaration.yaml"
    return record.model_copy(update={"sequence": sequence, "reproduce": again})


def _capture(record: CaseRecord, desk: Desk, epoch: float) -> bytes:
    """Return what a try put on the wire; its comment says what this try showed."""
    said = f"{record.suite}/{record.case}\n" + "\n".join(
        f"{finding.requirement}: {finding.verdict}" for finding in record.findings
    )
    if desk.recorder.left_out:
        said += f"\n{desk.recorder.left_out} packets were left out: more than is kept of one case"
    return desk.capture(said, epoch)
