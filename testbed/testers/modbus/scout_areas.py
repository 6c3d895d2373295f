"""Which addresses of a table a device serves: samples first, then each run to both its ends by bisection.

What is promised: every address of a run was read. Each end of it was refused when read alone, or is an end
of the address space, unless `doubtful` names it. Found is every run that holds one of `SAMPLES`, or an
address at one of `STEPS` from a run that was found; a run that holds none is missed.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from testbed.model.declaration import ADDRESSES, Table
from testbed.protocols.modbus import ExceptionCode, Request
from testbed.protocols.modbus.reading import ReadRequest
from testbed.testers.modbus.reply import Reaction, Reply
from testbed.testers.modbus.scout_line import Answer
from testbed.testers.modbus.scout_samples import MOST_MUTE, MOST_UNANSWERED, SAMPLES, STEPS

_NO_ANSWER = {
    ExceptionCode.ACKNOWLEDGE,
    ExceptionCode.SERVER_DEVICE_BUSY,
    ExceptionCode.GATEWAY_PATH_UNAVAILABLE,
    ExceptionCode.GATEWAY_TARGET_FAILED,
}
"""Exceptions that say nothing of an address (AP 7)."""

Span = tuple[int, int]
"""A first address and a count."""


class Asker(Protocol):
    """What the search needs of a reader."""

    probe: Request | None

    async def ask(self, request: Request) -> Answer:
        """Send one read and return its answer."""


class _Over(Exception):  # noqa: N818 - not an error
    """The rest of the table is not worth asking for."""


@dataclass
class Run:
    """Addresses that are served, from `first` to the one before `stop`."""

    first: int
    stop: int


@dataclass
class Search:
    """One table and what was found of it so far."""

    name: str
    """The function as a declaration names it."""
    table: Table
    request: type[ReadRequest]
    runs: list[Run] = field(default_factory=list)
    """Runs in order, none touching the next."""
    exceptions: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    """Reads without a usable answer: silence, a close, or an exception that says nothing of the address."""
    malformed: int = 0
    """Normal responses that do not hold as many values as were asked for."""
    refused: bool = False
    """Whether the device does not serve the function (exception 01)."""
    finished: bool = False
    """Whether every sample was looked at."""
    block: int = 0
    """Values that one read asks for at most: the standard's limit, or the device's own where that is less."""

    def __post_init__(self) -> None:
        self.block = self.request.limit
        self._known: dict[Span, bool] = {}
        self._suspected = 0

    @property
    def doubtful(self) -> list[int]:
        """The addresses beside a run that no refusal proved to be outside: the run may be longer."""
        beside = [edge for run in self.runs for edge in (run.first - 1, run.stop) if 0 <= edge < ADDRESSES]
        return [edge for edge in beside if self._known.get((edge, 1)) is not False]

    async def seek(self, asker: Asker, more: Iterable[int] = ()) -> None:
        """Look at every sample, and follow each that is served to the ends of its run.

        Args:
            asker: sends the reads; what it raises ends the search, and what was found stays.
            more: further addresses to look at.
        """
        due = sorted({*SAMPLES, *more})
        seen = set(due)
        try:
            while due:
                address = heapq.heappop(due)
                if any(run.first <= address < run.stop for run in self.runs):
                    continue
                if await self._serves(asker, (address, 1)):
                    asker.probe = asker.probe or self.request(address, 1)
                    run = await self._grow(asker, address)
                    near = {at for step in STEPS for at in (run.first - 1 - step, run.stop + step)} - seen
                    seen |= near
                    for one in near:
                        if 0 <= one < ADDRESSES:
                            heapq.heappush(due, one)
            self.finished = True
        except _Over:
            self.finished = self.refused

    async def _grow(self, asker: Asker, address: int) -> Run:
        """Follow a served address up, then down."""
        at = sum(run.first < address for run in self.runs)
        floor = self.runs[at - 1].stop if at else 0
        ceiling = self.runs[at].first if at < len(self.runs) else ADDRESSES
        run = Run(address, address + 1)
        self.runs.insert(at, run)
        while step := await self._stretch(asker, ceiling - run.stop, partial(_above, run)):
            run.stop += step
        while step := await self._stretch(asker, run.first - floor, partial(_below, run)):
            run.first -= step
        return run

    async def _stretch(self, asker: Asker, room: int, beyond: Callable[[int, int], Span]) -> int:
        """Return how many more addresses are served at one end of a run, as far as one read reaches.

        Args:
            asker: sends the reads.
            room: addresses there are at most.
            beyond: names the span that lies some addresses past that end, and has some count.
        """
        most = min(self.block, room)
        if not most or self._known.get(beyond(0, 1)) is False:
            return 0
        if await self._serves(asker, beyond(0, most)):
            return most
        if most == 1 or not await self._serves(asker, beyond(0, 1)):
            return 0
        low, high = 1, most  # as many are served; as many are refused
        while high - low > 1:
            middle = (low + high) // 2
            if await self._serves(asker, beyond(0, middle)):
                low = middle
            else:
                high = middle
        if await self._serves(asker, beyond(low, 1)):
            if low == self._suspected:
                self.block = low  # twice: refused was the quantity, not a read across some border
            self._suspected = low
        return low

    async def _serves(self, asker: Asker, span: Span) -> bool:
        """Say whether all addresses of a span are read by one request; what is certain is not asked again."""
        if span not in self._known:
            certain = self._judge(await asker.ask(self.request(*span)), span[1])
            if certain is None:
                return False
            self._known[span] = certain
        return self._known[span]

    def _judge(self, answer: Answer, count: int) -> bool | None:
        """Say what an answer tells of the addresses asked for; None where that is nothing."""
        if isinstance(answer, Reply) and answer.exception is Reaction.NORMAL:
            size = (count + 7) // 8 if self.table in {"coils", "discrete_inputs"} else 2 * count
            if answer.byte_count == size:
                return True
            self.malformed += 1
            return False
        if isinstance(answer, Reply) and answer.exception not in _NO_ANSWER:
            code = int(answer.pdu[1]) if len(answer.pdu) > 1 else 0
            self.exceptions[code] += 1
            if code == ExceptionCode.ILLEGAL_FUNCTION and not self.runs:
                self.refused = True
                raise _Over
            return False
        self.unanswered += 1
        if self.unanswered >= (MOST_UNANSWERED if self.runs or self.exceptions else MOST_MUTE):
            raise _Over
        return None


def _above(run: Run, past: int, count: int) -> Span:
    return run.stop + past, count


def _below(run: Run, past: int, count: int) -> Span:
    return run.first - past - count, count
