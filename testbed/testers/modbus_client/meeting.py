"""The product and the stand-in meet: the product acts once, and what it asked and believes is kept."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from testbed.model.base import Text
from testbed.model.client import Client, Task
from testbed.protocols.modbus import DecodeError, Request, decode_request
from testbed.testers.modbus_client.belief import Belief, Said
from testbed.testers.modbus_client.driving import Act, Driver, Place
from testbed.testers.modbus_client.monitor import ClientMonitor
from testbed.testers.modbus_client.requests import due
from testbed.testers.modbus_client.scenario import Answer, Scene
from testbed.testers.modbus_client.standin import Asked, Standin
from testbed.testers.trouble import Gone, Trouble, Undecided
from testbed.wire.recorder import Kind, Recorder

SETTLES = 0.5
"""Seconds, beside a time-out, for a product that goes on acting to show what it believes (assumed)."""


class NoPlace(Undecided):
    """The stand-in cannot listen where the declaration says."""


@dataclass(frozen=True)
class Meeting:
    """What the product asked, and what it believes."""

    due: Request
    """The request that carries out what it was told."""
    asked: tuple[Asked, ...]
    told: tuple[Said, ...]
    beliefs: tuple[Belief, ...]
    opened: tuple[float, ...]
    """When each connection came."""
    began: float
    """When the product was made to act, in seconds since the case began."""
    ended: float
    is_over: bool
    """Whether the product came to its end by itself."""
    is_typed: bool = False
    """Whether a person typed what the product shows: that tells no time."""

    @property
    def belief(self) -> Belief:
        """What the product believes: the worst that it told, or nothing."""
        for one in (Belief.INVALID, Belief.OTHER, Belief.RIGHT, Belief.DONE, Belief.ERROR):
            if one in self.beliefs:
                return one
        return Belief.NOTHING

    @property
    def last(self) -> Belief:
        """What the product told last."""
        return self.beliefs[-1] if self.beliefs else Belief.NOTHING

    @property
    def requests(self) -> tuple[Request | None, ...]:
        """The requests, decoded; None for one that cannot be."""
        return tuple(_decoded(one.pdu) for one in self.asked)

    @property
    def request(self) -> Request | None:
        """The first request; None where there was none."""
        return next(iter(self.requests), None)

    @property
    def transactions(self) -> tuple[int, ...]:
        """The transaction identifiers, in order."""
        return tuple(one.frame.transaction for one in self.asked)

    @property
    def connections(self) -> int:
        """Connections that asked something."""
        return len({one.connection for one in self.asked})

    @property
    def busiest_second(self) -> int:
        """Connections that were opened within one second, at most."""
        return max((sum(at <= one < at + 1.0 for one in self.opened) for at in self.opened), default=0)

    @property
    def took(self) -> float:
        """Seconds from the first request to what the product told last, or to the end.

        Raises:
            Undecided: a person typed it.
        """
        if self.is_typed:
            said = "when the product showed it is not known: an operator typed it"
            raise Undecided(Text(en=said, ko="작업자가 입력하여 제품이 표시한 시각을 알 수 없음"))
        first = self.asked[0].at if self.asked else self.began
        return (self.told[-1].at if self.told else self.ended) - first


def _decoded(pdu: bytes) -> Request | None:
    try:
        return decode_request(pdu)
    except DecodeError:
        return None


class Stage:
    """Lets a product act once against a stand-in.

    Args:
        recorder: keeps what is said.
        monitor: judges each request.
        client: as declared.
        driver: makes the product act.
        place: host and port to listen at; None for a client of this process.
    """

    def __init__(
        self,
        recorder: Recorder,
        monitor: ClientMonitor,
        client: Client,
        driver: Driver,
        place: tuple[str, int] | None,
    ) -> None:
        self._recorder, self._monitor, self._client = recorder, monitor, client
        self._driver, self._place = driver, place
        self._news = asyncio.Event()

    async def play(
        self, task: Task, unit: int, scene: Scene, answers: Sequence[Answer], *, refused: bool = False
    ) -> Meeting:
        """Play one scenario to its end.

        Args:
            task: what the product is to do.
            unit: the server's unit identifier.
            scene: the values of the answers.
            answers: one for each request; the last is given to every further one.
            refused: whether nobody listens.

        Raises:
            Undecided: the product did not do what it was to do, so that nothing is shown.
        """
        standin = self._host(scene, answers)
        act = Act(self._recorder.now, lambda: len(standin.asked), self._news.set)
        began, frames = self._recorder.now(), len(self._recorder.packets)
        said = "nobody listens" if refused else "; then ".join(one.said for one in answers)
        self._recorder.note(f"the product is to {task.does}; the stand-in plays: {said}")
        try:
            place = await self._listen(standin, unit, refused=refused)
            await self._driver.begin(task, place, act)
            await self._to_the_end(task, standin, act, len(answers), refused=refused)
        finally:
            try:
                await self._driver.stop()
            finally:
                await standin.leave()
        ended = self._recorder.now()
        for remark in (*act.remarks, *([act.how] if act.how else [])):
            self._recorder.note(f"the product: {remark}")
        if standin.fault is not None:
            raise standin.fault
        if act.trouble is not None:
            raise act.trouble
        if (
            not refused
            and not standin.asked
            and not any(p.kind is Kind.DATA for p in self._recorder.packets[frames:])
        ):
            raise _idle(task, act, standin)
        beliefs = scene.truth.beliefs(act.told)
        if not task.reads:
            beliefs = tuple(Belief.ERROR if one.values is None else Belief.DONE for one in act.told)
        return Meeting(
            due(task),
            tuple(standin.asked),
            tuple(act.told),
            beliefs,
            tuple(standin.opened),
            began,
            ended,
            act.is_over,
            task.is_typed,
        )

    def _host(self, scene: Scene, answers: Sequence[Answer]) -> Standin:
        """Return who takes the product's connections."""
        return Standin(self._recorder, self._monitor, scene, answers, self._news.set)

    async def _listen(self, standin: Standin, unit: int, *, refused: bool) -> Place:
        if self._place is None:
            return Place("", 0, unit, _refuse if refused else standin.join)
        host, port = self._place
        try:
            found = await (standin.hold if refused else standin.listen)(host, port)
        except OSError as error:
            said = f"{host}:{port}: {os.strerror(error.errno) if error.errno else error}"
            raise NoPlace(Text(en=f"cannot listen at {said}", ko=f"수신 대기 불가 {said}")) from error
        return Place(host, found, unit, standin.join)

    async def _to_the_end(
        self, task: Task, standin: Standin, act: Act, scripted: int, *, refused: bool
    ) -> None:
        """Wait until the product has come to its end, or everything is played and shown."""
        client = self._client
        goes_on = task.again or client.polls
        if not refused:
            await self._until(
                lambda: act.is_over or bool(standin.asked) or standin.fault is not None,
                client.acts_within + standin.held_up,
            )
        within = (client.gives_up_within + standin.held_up) * max(1, scripted) + SETTLES
        if refused and task.operator:
            await self._until(lambda: act.is_over or act.is_confirmed, client.acts_within)
        elif refused:
            within += client.acts_within
        if not goes_on:
            await self._until(lambda: act.is_over or standin.fault is not None, within)
            return
        await self._until(
            lambda: (
                act.is_over
                or standin.answered >= scripted
                or standin.fault is not None
                or (refused and bool(act.told))
            ),
            within,
        )
        told = len(act.told)
        await self._until(
            lambda: act.is_over or len(act.told) > max(told, scripted - 1),
            client.timeout * client.tries + standin.held_up + SETTLES,
        )

    async def _until(self, holds: Callable[[], bool], within: float) -> None:
        """Wait until something holds, or some seconds are over."""
        try:
            async with asyncio.timeout(within):
                while not holds():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return


async def _refuse(_: asyncio.Protocol) -> None:
    await asyncio.sleep(0)
    raise ConnectionRefusedError("nobody listens")


def _idle(task: Task, act: Act, standin: Standin) -> Trouble:
    """Say how the product did not do what it was to do; what a person did is not known."""
    if task.operator:
        return Undecided(
            Text(
                en="the operator says that the product was made to act, and it asked nothing",
                ko="작업자는 제품을 동작시켰다고 하나 제품의 요청이 없음",
            )
        )
    if act.is_over:
        return Gone(
            Text(
                en=f"the product {act.how} before it asked anything",
                ko=f"제품이 아무것도 요청하지 않고 종료됨: {act.how}",
            )
        )
    if standin.opened:
        return Gone(Text(en="the product connected and asked nothing", ko="제품이 연결만 하고 요청하지 않음"))
    return Gone(
        Text(
            en="the product never connected to the stand-in: does its command use {host} and {port}?",
            ko="제품이 시험 서버에 연결하지 않음: 명령이 {host}와 {port}를 쓰는지 확인",
        )
    )
