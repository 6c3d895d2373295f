"""What a case talks through that lets a product meet independent servers: reads, writes, refusals."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from testbed.model.client import Task
from testbed.testers.modbus_client.behind import Served
from testbed.testers.modbus_client.belief import Belief
from testbed.testers.modbus_client.choosing import choose
from testbed.testers.modbus_client.driving import Act
from testbed.testers.modbus_client.holding import Holding
from testbed.testers.modbus_client.meeting import SETTLES, Meeting, Stage
from testbed.testers.modbus_client.monitor import ClientMonitor
from testbed.testers.modbus_client.numbers import Values, same
from testbed.testers.modbus_client.readback import read_back
from testbed.testers.modbus_client.scenario import Answer, Scene
from testbed.testers.modbus_client.servers import SERVERS, Server
from testbed.testers.modbus_client.servers.tables import TABLE_OF, Tables, filled, values_of
from testbed.testers.modbus_client.standin import Standin
from testbed.testers.modbus_client.tapping import Tap
from testbed.wire.recorder import Kind, Recorder

if TYPE_CHECKING:
    from testbed.testers.modbus_client.bench import ClientBench
    from testbed.testers.modbus_client.desk import Frames

MOST_IN_VAIN = 5
"""Times that a product may show something else than the new values, with the server there again (assumed)."""
Shown = Values | Belief
"""What a product shows in the end: values, or how it shows none."""


class Host(Protocol):
    """What an exchange needs of a case at the bench."""

    bench: ClientBench
    recorder: Recorder
    random: random.Random
    monitor: ClientMonitor
    testers: list[Frames]
    peer: str


@dataclass(frozen=True)
class Read:
    """What a product read, time after time, and what stood in the server then."""

    believed: tuple[Shown, ...]
    held: tuple[Values, ...]


@dataclass(frozen=True)
class Written:
    """What a product made of a write, and what then stood in the server, neighbours included."""

    belief: Belief
    found: tuple[int, ...]
    due: tuple[int, ...]


class Exchange:
    """One independent server, as a case sees it."""

    def __init__(self, desk: Host, server: Server) -> None:
        self._desk, self._server = desk, server
        self._client = desk.bench.client
        self._begin = len(desk.recorder.packets)

    async def reads(self, function: str = "", *kinds: str) -> Read:
        """Let the product read twice, with other values in the server each time.

        Args:
            function: that it is to use, `fc01` to `fc04`; any that reads registers where empty.
            kinds: types of the numbers; what is declared of them is read. Any type where none is named.
        """
        tasks = self._client.tasks.values()
        declared = {task.type for task in tasks if task.reads and not task.is_bits}
        believed: list[Shown] = []
        held: list[Values] = []
        for kind in tuple(one for one in kinds if one in declared) or ("",):
            task = choose(tasks, function=function, kind=kind)
            for high in (True, False):
                values = values_of(task, self._desk.random, high=high)
                tables = self._tables().holding(task, values)
                believed.append(shown(task, await self._act(task, (tables, values)), values))
                held.append(values)
        return Read(tuple(believed), tuple(held))

    async def reads_nothing(self) -> Belief:
        """Let the product read where the server has no such address; return what it made of the refusal."""
        task = choose(self._client.tasks.values())
        return (await self._act(task, (self._tables().without(TABLE_OF[task.does]), None))).belief

    async def sees_restart(self) -> Read:
        """Let the product read again and again while the server is restarted with other values."""
        task = choose(self._client.tasks.values(), again=not self._client.polls)
        before, after = (values_of(task, self._desk.random, high=high) for high in (True, False))
        servers = [(self._tables().holding(task, one), one) for one in (before, after)]
        meeting = await self._act(task, *servers)
        return Read((last_shown(task, meeting, after),), (after,))

    async def writes(self, function: str) -> Written:
        """Let the product write, and read the server back with our own client."""
        task = choose(self._client.tasks.values(), writes=True, function=function)
        due = tuple(int(one) for one in task.values)
        top = 1 if task.is_bits else 0xFFFF
        tables = self._tables().holding(task, [one ^ top for one in due])
        table = TABLE_OF[task.does]
        first, end = max(0, task.at - 1), min(task.at + task.count + 1, len(tables.of(table)))
        async with AsyncExitStack() as stack:
            served = await self._start(stack, tables, None)
            meeting = await self._play(task, [served])
            found = await read_back(served, table, first, end - first, self._desk.recorder)
            self._cite()
        return Written(meeting.belief, found, tables.holding(task, due).of(table)[first:end])

    def _tables(self) -> Tables:
        return filled(self._client.tasks.values(), self._desk.random)

    async def _act(self, task: Task, *held: tuple[Tables, Values | None]) -> Meeting:
        """Let the product act once, before one server or one that is restarted."""
        async with AsyncExitStack() as stack:
            return await self._play(task, [await self._start(stack, *one) for one in held])

    async def _start(self, stack: AsyncExitStack, tables: Tables, values: Values | None) -> Served:
        unit = self._desk.bench.declaration.endpoint.unit
        port = await stack.enter_async_context(self._server.running(tables, unit))
        return Served(self._server, port, Holding(tables, unit), values)

    async def _play(self, task: Task, served: Sequence[Served]) -> Meeting:
        desk = self._desk
        scene = Scene(task, desk.random, self._client.timeout, served[0].values)
        stage = TappedStage(desk, task, served)
        answers = (Answer(f"nothing of its own: {self._server} answers"),) * len(served)
        try:
            return await stage.play(task, desk.bench.declaration.endpoint.unit, scene, answers)
        finally:
            self._cite()

    def _cite(self) -> None:
        packets = self._desk.recorder.packets[self._begin :]
        self._desk.testers[0].frames = tuple(one.number for one in packets if one.kind is Kind.DATA)


class TappedStage(Stage):
    """Lets a product act once against independent servers, through a tap."""

    def __init__(self, desk: Host, task: Task, served: Sequence[Served]) -> None:
        bench = desk.bench
        super().__init__(desk.recorder, desk.monitor, bench.client, bench.driver(task), bench.place)
        self._served = served

    def _host(self, scene: Scene, answers: Sequence[Answer]) -> Standin:  # noqa: ARG002 - the servers answer
        """Return the tap."""
        return Tap(self._recorder, self._monitor, scene, self._served, self._news.set)

    async def _to_the_end(
        self, task: Task, standin: Standin, act: Act, scripted: int, *, refused: bool
    ) -> None:
        """Wait as for a stand-in; behind a restart until the new values are shown, or others too often."""
        if len(self._served) == 1:
            await super()._to_the_end(task, standin, act, scripted, refused=refused)
            return
        values = self._served[-1].values or ()

        def is_shown() -> bool:
            told = [one.values for one in act.told]  # the first of them before the restart
            return len(told) > 1 + MOST_IN_VAIN or any(one and same(task, one, values) for one in told)

        def is_over() -> bool:
            return act.is_over or standin.fault is not None

        late = standin.held_up
        await self._until(lambda: is_over() or bool(standin.asked), self._client.acts_within + late)
        within = (self._client.gives_up_within + late) * scripted + SETTLES
        await self._until(lambda: is_over() or is_shown(), within)


def shown(task: Task, meeting: Meeting, values: Values) -> Shown:
    """Return what a product shows of one act: the worst of it, or the very values where it shows them."""
    if meeting.belief is Belief.RIGHT:
        return values
    wrong = [
        one.values for one in meeting.told if one.values is not None and not same(task, one.values, values)
    ]
    return wrong[0] if wrong else meeting.belief


def last_shown(task: Task, meeting: Meeting, values: Values) -> Shown:
    """Return what a product shows last."""
    last = meeting.told[-1].values if meeting.told else None
    if last is None:
        return meeting.last
    return values if same(task, last, values) else last


async def meet(desk: Host, name: str) -> Exchange:
    """Let the product meet an independent server.

    Raises:
        NotTestable: it is not installed.
    """
    server = await SERVERS[name].find()
    desk.peer = str(server)
    desk.recorder.note(f"the product meets {server}")
    return Exchange(desk, server)
