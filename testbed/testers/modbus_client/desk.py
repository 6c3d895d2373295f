"""What one case of a client gets: controls before and after, and acts between."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.model.client import Task
from testbed.model.performance import Measurement
from testbed.model.record import Frame
from testbed.model.saved_case import SavedCase
from testbed.testers.modbus.captures import captured
from testbed.testers.modbus.evidence import evidence
from testbed.testers.modbus_client.answers import good
from testbed.testers.modbus_client.belief import Belief
from testbed.testers.modbus_client.choosing import choose
from testbed.testers.modbus_client.meeting import Meeting, Stage
from testbed.testers.modbus_client.monitor import ClientMonitor
from testbed.testers.modbus_client.scenario import Answer, Scene
from testbed.testers.trouble import Gone, Undecided
from testbed.wire.recorder import Kind, Recorder

if TYPE_CHECKING:
    from testbed.testers.modbus_client.bench import ClientBench
    from testbed.testers.modbus_client.exchanging import Exchange


@dataclass
class Frames:
    """Stands for the clients that other protocols' cases have: the frames of the last act."""

    frames: tuple[int, ...] = ()
    is_open: bool = True


@dataclass
class ClientCase:
    """One case at the bench: its acts and its monitor."""

    bench: ClientBench
    recorder: Recorder
    random: random.Random
    monitor: ClientMonitor = field(init=False)
    testers: list[Frames] = field(default_factory=lambda: [Frames()])
    not_restored: list[str] = field(default_factory=list)
    peer: str = ""
    saved: SavedCase | None = None
    measurement: Measurement | None = None
    writes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        client = self.bench.client
        unit = self.bench.declaration.endpoint.unit
        self.monitor = ClientMonitor(unit, client.pending, client.timeout, self.recorder.now)

    def repeat(self) -> None:
        """Nothing is kept back for a repetition."""

    async def prepare(self, fixtures: Sequence[str]) -> dict[str, object]:
        """Prove by a good act that the product does what it is told.

        Raises:
            Undecided: it does not.
        """
        if self.bench.client.by_hand and self.bench.acts_well:
            self.recorder.note("control: behind the case before, the product acted as it should")
        else:
            await self._control()
            self.recorder.note("control: the product acted, and believes what it was answered")
        self.bench.met, self.bench.acts_well = True, False
        self.testers[0].frames = ()
        made: Mapping[str, object] = {
            "client": Acting(self),
            "declared": self.bench.client,
            "meet": self._meet,
        }
        return {name: made[name] for name in fixtures}

    async def _meet(self, name: str) -> Exchange:
        """Let the product meet an independent server; NotTestable where that is not installed."""
        from testbed.testers.modbus_client.exchanging import meet  # noqa: PLC0415 - most cases meet none

        return await meet(self, name)

    async def _control(self) -> None:
        task = choose(self.bench.client.tasks.values())
        meeting = await self.act(task, (good(),))
        wanted = Belief.RIGHT if task.reads else Belief.DONE
        if meeting.belief is not wanted:
            said = meeting.belief.said
            raise Gone(
                Text(
                    en=f"control: answered rightly, the product shows {said.en}",
                    ko=f"사전 확인: 올바른 응답 후 제품의 표시: {said.ko}",
                )
            )

    async def act(
        self,
        task: Task,
        answers: Sequence[Answer],
        *,
        values: tuple[float, ...] | None = None,
        refused: bool = False,
    ) -> Meeting:
        """Let the product act once, and cite what was on the wire meanwhile."""
        bench, begin = self.bench, len(self.recorder.packets)
        scene = Scene(task, self.random, bench.client.timeout, values)
        stage = Stage(self.recorder, self.monitor, bench.client, bench.driver(task), bench.place)
        try:
            return await stage.play(task, bench.declaration.endpoint.unit, scene, answers, refused=refused)
        finally:
            packets = self.recorder.packets[begin:]
            self.testers[0].frames = tuple(one.number for one in packets if one.kind is Kind.DATA)

    def evidence(self, cited: Collection[int], guilty: Mapping[int, tuple[int, int]]) -> tuple[Frame, ...]:
        """Return the cited frames, decoded, with their guilty bytes marked."""
        return evidence(self.recorder, cited, guilty, answers=True)

    def capture(self, comment: str, epoch: float) -> bytes:
        """Return what was on the wire as the bytes of a pcapng file."""
        return captured(self.recorder, self.bench.declaration.endpoint, comment=comment, epoch=epoch)

    async def conclude(self) -> Text | None:
        """Prove that the product still acts, where it is the same one that met the case."""
        if not self.bench.met or not self.bench.lasts:
            return None
        frames = self.testers[0].frames
        try:
            await self._control()
        except Gone as trouble:
            return Text(en=f"after the case: {trouble.said.en}", ko=f"케이스 이후: {trouble.said.ko}")
        except Undecided as trouble:  # nothing is shown against the product
            self.recorder.note(f"control after the case: not made: {trouble.said.en}")
            return None
        finally:
            self.testers[0].frames = frames
        self.bench.acts_well = True
        self.recorder.note("control after the case: the product acts as before")
        return None


class Acting:
    """Makes the product act: what a case of a client talks through."""

    def __init__(self, desk: ClientCase) -> None:
        self._desk = desk

    async def reads(
        self,
        *answers: Answer,
        function: str = "",
        kind: str = "",
        values: Sequence[float] = (),
    ) -> Meeting:
        """Let it read once.

        Args:
            answers: one for each request; the last is given to every further one. The right one by default.
            function: that it is to use, `fc01` to `fc04`, or either of `bits`; any that reads registers
                where empty.
            kind: type of the values, or `float` for either length.
            values: that the answer carries, again and again; some of its own where empty.
        """
        task = choose(self._tasks, function=function, kind=kind)
        return await self._desk.act(task, answers or (good(),), values=tuple(values) or None)

    async def polls(self, *answers: Answer) -> Meeting:
        """Let it read again and again, over one connection if it likes; one answer for each time."""
        by_itself = self._desk.bench.client.polls
        return await self._desk.act(choose(self._tasks, again=not by_itself), answers)

    async def writes(self, *answers: Answer, function: str = "") -> Meeting:
        """Let it write once."""
        return await self._desk.act(choose(self._tasks, writes=True, function=function), answers or (good(),))

    async def finds_nobody(self) -> Meeting:
        """Let it read where nobody listens."""
        return await self._desk.act(choose(self._tasks), (good(),), refused=True)

    @property
    def _tasks(self) -> Collection[Task]:
        return self._desk.bench.client.tasks.values()
