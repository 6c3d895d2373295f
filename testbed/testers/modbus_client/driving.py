"""Making a client act: one in this process, by a call; a product, by its command or by waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from testbed.model.client import Task
from testbed.testers.modbus_client.belief import Said
from testbed.testers.modbus_client.numbers import Values
from testbed.testers.trouble import Trouble
from testbed.wire.simulator import SimulatedClient


@dataclass
class Act:
    """What comes of one act: what the product tells, and how it ended."""

    now: Callable[[], float]
    asked: Callable[[], int]
    """How many requests there were so far."""
    news: Callable[[], None]
    told: list[Said] = field(default_factory=list)
    is_over: bool = False
    """Whether the product has ended by itself."""
    was_cut: bool = False
    """Whether it was ended in the middle of what it did."""
    how: str = ""
    """How it ended, or was ended, in words."""
    remarks: list[str] = field(default_factory=list)
    trouble: Trouble | None = None
    """Why nothing can be judged."""
    is_confirmed: bool = False
    """Whether an operator says that he has made it act."""

    def tell(self, values: Values | None) -> None:
        """Hear values that the product believes, or that it reports an error."""
        self.told.append(Said(values, self.now(), self.asked()))
        self.news()

    def end(self, how: str, trouble: Trouble | None = None) -> None:
        """Take note that the product has ended."""
        self.is_over, self.how = True, how
        self.trouble = self.trouble or trouble
        self.news()


class Driver(Protocol):
    """Makes a client act, once."""

    async def begin(self, task: Task, place: Place, act: Act) -> None:
        """Make it begin; what comes of it goes into the act."""

    async def stop(self) -> None:
        """End whatever still runs, and read what it told."""


@dataclass(frozen=True)
class Place:
    """Where the stand-in is."""

    host: str
    port: int
    unit: int
    connect: Callable[[asyncio.Protocol], Awaitable[None]]


class InProcess:
    """A client of this process."""

    def __init__(self, client: SimulatedClient) -> None:
        self._client = client
        self._task: asyncio.Future[None] | None = None

    async def begin(self, task: Task, place: Place, act: Act) -> None:
        """Call it."""
        work = self._client.perform(task, place.unit, place.connect, act.tell)
        self._task = asyncio.ensure_future(work)

        def done(one: asyncio.Future[None]) -> None:
            error = None if one.cancelled() else one.exception()
            act.end(f"broke down: {error}" if error else "came to its end")

        self._task.add_done_callback(done)

    async def stop(self) -> None:
        """Cancel it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])


class Waiting:
    """A product that acts by itself: there is nothing to do but to wait, and to look at what it shows."""

    def __init__(self, watch: Watch | None) -> None:
        self._watch = watch

    async def begin(self, task: Task, place: Place, act: Act) -> None:  # noqa: ARG002 - part of the interface
        """Look at what it shows."""
        if self._watch is not None:
            await self._watch.begin(act)

    async def stop(self) -> None:
        """Look no more."""
        if self._watch is not None:
            await self._watch.stop()


class Watch(Protocol):
    """Looks at a place where a product shows its values, while it acts."""

    async def begin(self, act: Act) -> None:
        """Remember what stands there already, and begin to look."""

    async def stop(self) -> None:
        """Look once more, and end."""
