"""Whose connections are impaired, and what the impairment did to them: a case, or whatever names none."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, field

from testbed.model.impairment import Impairment, Means
from testbed.wire.impair.lane import Link
from testbed.wire.impair.plan import Plan

_LOOK = 0.01
"""Seconds between two looks whether anything is under way (assumed)."""
MOST_TOLD = 32
"""Events that are told one by one (assumed; one connection breaks once)."""


@dataclass
class Scope:
    """All connections of one case, in one of its tries."""

    plan: Plan
    number: int = 1
    """Of the try."""
    lifted: bool = False
    """Whether what is said from now on passes as it is."""
    was_late: bool = False
    """Whether something was still under way when it was lifted."""
    worst: float = 0.0
    """Seconds by which a piece was late at most, one way."""
    held: int = 0
    """Pieces that have come and not yet gone on."""
    broken: bool = False
    """Whether a connection was ended, or silenced, that both sides would have kept."""
    cut_short: bool = False
    """Whether the tester closed while something was still on its way to it: half a frame is no fault then."""
    altered: bool = False
    """Whether bytes may have been changed, or packets lost, without a trace here."""
    timed: bool = False
    """Whether its connections carried a load, whose times any delay explains, however long was waited."""
    events: list[str] = field(default_factory=list)
    _connections: int = 0
    _link: Link | None = None

    def connection(self) -> int:
        """Return the number of a new connection, from 0."""
        self._connections += 1
        return self._connections - 1

    @property
    def link(self) -> Link:
        """What its connections share, from the first one on."""
        if self._link is None:
            self._link = Link(self.plan, asyncio.get_running_loop().time())
        return self._link

    def broke(self, said: str) -> None:
        """Take note that a connection was broken on purpose."""
        self.broken = True
        if len(self.events) < MOST_TOLD:
            self.events.append(said)

    def judges_by(self, other: Scope) -> None:
        """Take over what was done to another case, by whose connections this one is judged, too."""
        self.worst = max(self.worst, other.worst)
        self.cut_short |= other.cut_short
        self.altered |= other.altered
        self.timed |= other.timed
        if other.broken:
            self.broken = True
            self.events += other.events[: MOST_TOLD - len(self.events)]

    def lift(self) -> None:
        """Let pass as it is what is said from now on."""
        self.lifted, self.was_late = True, self.held > 0

    async def settled(self, within: float) -> None:
        """Wait some seconds at most until nothing is under way: it would reach the device in another case."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within
        while self.held and loop.time() < until:  # noqa: ASYNC110 - many relays, and time is not short
            await asyncio.sleep(_LOOK)

    def told(self) -> list[str]:
        """Return what is to be said of it in a log."""
        who = f"impairment {self.plan.scenario.id}"
        late = [f"{who}: up to {self.worst * 1000:.3g} ms late, one way"] if self.worst else []
        return [*late, *(f"{who}: {one}" for one in self.events)]


CURRENT: ContextVar[Scope | None] = ContextVar("testbed_impaired", default=None)
"""The scope to which connections belong that are made now: a case's tasks inherit its own."""


@dataclass
class Impairing:
    """A scenario at work: each try of each case has choices of its own, which no other case moves."""

    scenario: Impairment
    seed: int
    means: Means = "stream"
    lengthened: float = 0.0
    """Seconds that the tester waits longer for an answer than declared."""
    _tries: Counter[str] = field(default_factory=Counter)

    def scope(self, name: str = "") -> Scope:
        """Return a scope for what is about to begin under a name."""
        self._tries[name] += 1
        number = self._tries[name]
        return Scope(Plan(self.scenario, self.seed, f"{name} {number}"), number)
