"""Runs cases side by side on one event loop in a thread of its own, and hands each result out when asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from testbed.model.declaration import Declaration
from testbed.model.standard import Catalogue
from testbed.plugin.attempt import Bench, Settings
from testbed.plugin.case import Case, Result
from testbed.plugin.presence import Presence
from testbed.plugin.reproduction import TRIES, unsettled
from testbed.plugin.selection import left_out, wholly_refused
from testbed.plugin.slots import Slots
from testbed.plugin.spool import Spool, Waiting
from testbed.testers.bench import Bench as Device
from testbed.testers.bench import bench_of
from testbed.testers.journal import Journal
from testbed.wire.connection import Connection
from testbed.wire.dial import Dial

AGAIN = "repeated with no other case running: beside others, something did not come, or the device was busy"
"""What the record says of a case whose first try another case may have disturbed."""
REPRODUCED = "repeated with no other case running: how often does it show what was found broken?"
"""What the record says of a try that is made to count."""
FUZZ = "fuzz"
"""The fixture of a case that sends whatever comes to mind."""
KNOWN = (
    f"not repeated: another case showed the same, {TRIES} times of {TRIES}, and a wrong frame stands at once"
)
"""What the record says of a case whose repetition adds nothing but time: a device may break all of them."""

Connect = Callable[[AsyncExitStack], Coroutine[object, object, tuple[Declaration, Dial]]]
"""Runs in the engine's loop before the first case; says how the device is reached from there.

What it opens for that it leaves to the stack, which is closed after the last case.
"""


def _in_turn(cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """Return the cases that open no others: first those that do not fuzz, then those that do.

    A device that chokes on noise is not there for what comes behind it.
    """
    rest = [case for case in cases if not case.gate]
    fuzzing = [case for case in rest if FUZZ in case.fixtures]
    return [case for case in rest if case not in fuzzing], fuzzing


def _in_order(cases: Sequence[Case], device: Device, capacity: int) -> list[tuple[int, Case]]:
    """Return how many slots each case takes, in the order of asking for them.

    What lasts runs while others do, and nobody waits behind cases that want all slots.
    """
    weights = [capacity if case.alone else min(device.weight(case.fixtures), capacity) for case in cases]
    found = zip(weights, cases, strict=True)
    return sorted(found, key=lambda one: (one[1].alone, one[0] == capacity, not one[1].lasting))


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
    refused: frozenset[str] = frozenset()
    """Declared functions that a run, before it was stopped, had found the device not to serve."""
    written: Sequence[str] = ()
    """What it had written by then, as its record says."""
    journal: Journal | None = None
    """Where the values of leased scratch areas are kept until they are restored."""
    futures: dict[tuple[str, str], Future[Result]] = field(default_factory=dict)
    """The result of each case, from the start on."""
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _main: asyncio.Task[None] | None = None
    _gate: threading.Lock = field(default_factory=threading.Lock)
    _shown: set[str] = field(default_factory=set)
    """Requirements that some case has shown broken in each of its tries."""
    _began: float = 0.0

    def start(self) -> None:
        """Begin to run all cases."""
        self.futures = {(case.suite, case.id): Future() for case in self.cases}
        self._thread = threading.Thread(target=self._run, name="testbed-engine", daemon=True)
        self._thread.start()

    def result(self, suite: str, case: str) -> Result:
        """Wait for a case and return what came of it."""
        return self.futures[suite, case].result()

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
        self.futures = {(case.suite, case.id): Future() for case in self.cases}
        self._run()
        return [self.futures[case.suite, case.id].result() for case in self.cases]

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
            self.faults.append(f"the engine broke: {type(error).__name__}: {error}")
            for future in list(self.futures.values()):
                if not future.done():
                    future.set_exception(error)
        finally:
            for future in list(self.futures.values()):
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
        protocol = self.catalogues[self.cases[0].suite].protocol
        device = bench_of(protocol)(declaration, dial, self.settings.seed, self.journal)
        device.refused |= self.refused
        device.fuzz_budget = self.settings.fuzz_budget
        device.performance = self.settings.performance
        device.load_workers = self.settings.load_workers
        device.wear(self.written)
        presence = Presence(Bench(device, self.catalogues, self.settings, self._began))
        slots = Slots(max(1, min(self.settings.jobs, declaration.sessions)))
        spool, waiting = Spool(), list[Waiting]()
        try:
            for case in self.cases:
                if case.gate:
                    await self._gate_case(Waiting(case, spool), presence)
            tried = [case.gate for case in self.cases if case.gate in declaration.supports]
            device.refused |= wholly_refused(tried, device.refused)
            for cases in _in_turn(self.cases):
                async with asyncio.TaskGroup() as group:
                    for weight, case in _in_order(cases, device, slots.capacity):
                        one = Waiting(case, spool)
                        group.create_task(self._beside(one, presence, slots, weight, waiting))
                while waiting:  # round by round, so that the tries of a case lie apart
                    for one in tuple(waiting):
                        await self._again(one, presence)
                        if not unsettled(one.tries):
                            waiting.remove(one)
                            self._set(one.case, self._settled(one))
        finally:
            for one in waiting:  # stopped early: what stands at once is not lost
                if any(done.standing for done in one.tries):
                    self._set(one.case, one.settled())
            spool.close()

    async def _gate_case(self, one: Waiting, presence: Presence) -> None:
        """Run a case that opens others, as often as its result needs, before any of them."""
        skipped = left_out(one.case, presence.device.declaration.facts, presence.device.refused)
        if skipped is not None:
            self._set(one.case, Result(skipped))
            return
        while unsettled(one.tries):
            await self._again(one, presence)
        result = self._settled(one)
        if any(finding.broken for finding in result.record.findings if finding.source == "case"):
            presence.device.refused.add(one.case.gate)
        self._set(one.case, result)

    async def _beside(
        self, one: Waiting, presence: Presence, slots: Slots, weight: int, waiting: list[Waiting]
    ) -> None:
        """Run a case beside others; what has to be tried again waits until they are through."""
        case, device = one.case, presence.device
        skipped = left_out(case, device.declaration.facts, device.refused)
        if skipped is not None:
            self._set(case, Result(skipped))
            return
        async with slots.take(weight):
            if presence.is_doubtful(slots.capacity):
                waiting.append(one)  # nobody is there, or too many are: each alone will tell
                return
            first = await presence.meet(case, alone=weight == slots.capacity)
        if not unsettled([first]):
            self._set(case, Result(first.record, first.capture))
        elif first.shows_only(self._shown):
            noted = first.record.model_copy(update={"log": (*first.record.log, KNOWN)})
            self._set(case, Result(noted, first.capture))
        else:
            one.add(first)
            waiting.append(one)

    def _settled(self, one: Waiting) -> Result:
        """Settle a case, and remember what it showed broken in every try."""
        result = one.settled()
        self._shown |= {
            finding.requirement
            for finding in result.record.findings
            if finding.broken and finding.reproduced == finding.tries >= TRIES
        }
        return result

    def _set(self, case: Case, result: Result) -> None:
        self.futures[case.suite, case.id].set_result(result)

    async def _again(self, one: Waiting, presence: Presence) -> None:
        """Try a case that waits, with no other beside it."""
        disturbed = all(done.disturbed for done in one.tries)
        note = "" if not one.tries else AGAIN if disturbed else REPRODUCED
        one.add(await presence.meet(one.case, note, alone=True))
