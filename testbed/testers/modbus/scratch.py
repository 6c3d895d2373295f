"""Scratch areas: the only values a case may write; leased to one case at a time, and given back as found."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from testbed.model.base import Text
from testbed.model.declaration import Area, scratch_edge
from testbed.model.files import FileArea
from testbed.protocols.modbus import (
    COIL_OFF,
    COIL_ON,
    ReadCoils,
    ReadHoldingRegisters,
    Request,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus.reply import Instead, Reaction, Reply
from testbed.testers.modbus.safety import places
from testbed.testers.trouble import Unanswered, Undecided
from testbed.wire.dial import UnreachableError

if TYPE_CHECKING:
    from testbed.testers.modbus.tester import Modbus

MOST_WRITES = 1000
"""Writes to one value in one run. Assumed: flash of 10,000 cycles outlives ten runs."""
FIRST_WRITES = MOST_WRITES // 4
"""Of these, how many first tries may use. A case is repeated three times at most, so the rest is enough for
repetitions, and the cap takes no finding back (an honest run of all cases takes some seventy)."""

Item = TypeVar("Item", int, bool)


@dataclass(frozen=True)
class Lease:
    """Addresses of one table, or records of one file, that belong to one case for now."""

    first: int
    count: int
    file: int = 0
    """The file; 0 where it is a table."""

    @property
    def last(self) -> int:
        """The last address."""
        return self.first + self.count - 1

    @property
    def places(self) -> range:
        """What belongs to the case, as numbers that no other file has."""
        return places(self.file, self.first, self.count)


class Pool:
    """The scratch areas of one table, or of all files, leased to one case at a time.

    A device that writes more than it was asked to would else spoil the values of a neighbouring case, and be
    charged with what the tester did.
    """

    def __init__(self, areas: Sequence[Area] | Sequence[FileArea]) -> None:
        self._areas = [area for area in areas if area.scratch]
        self._leased: Lease | None = None
        self._edge = scratch_edge(tuple(area for area in areas if isinstance(area, Area)))
        self._queue: deque[tuple[int, int | None, asyncio.Future[Lease]]] = deque()
        self.writes: Counter[int] = Counter()

    async def lease(self, count: int, *, at_edge: bool = False) -> Lease:
        """Wait until nobody else writes in the table, and take so many addresses: first come, first served.

        Args:
            count: how many.
            at_edge: whether the last of them is to be one behind which the device serves none.

        Raises:
            Undecided: no scratch area is that large.
        """
        if all(area.count < count for area in self._areas):
            raise Undecided(
                Text(en=f"no scratch area holds {count} values", ko=f"값 {count}개를 담을 시험 영역이 없음")
            )
        edge = self._edge if at_edge else None
        turn: asyncio.Future[Lease] = asyncio.get_running_loop().create_future()
        self._queue.append((count, edge, turn))
        self._admit()
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._leased = None
            self._admit()
            raise

    def give_back(self, lease: Lease) -> None:
        """Free the table."""
        if lease != self._leased:
            raise ValueError(f"{lease} is not leased")
        self._leased = None
        self._admit()

    def _admit(self) -> None:
        while self._queue and self._leased is None:
            count, edge, turn = self._queue.popleft()
            if edge is not None and not turn.cancelled():
                self._leased = Lease(edge - count + 1, count)
                turn.set_result(self._leased)
            elif not turn.cancelled():
                area = next(area for area in self._areas if area.count >= count)
                self._leased = Lease(area.first, count, area.file if isinstance(area, FileArea) else 0)
                turn.set_result(self._leased)


class Scratch(Generic[Item]):
    """Leased values as a case sees them. Its own traffic is set-up and read-back, never judged."""

    def __init__(self, lease: Lease, modbus: Modbus) -> None:
        self.first, self.count, self.last = lease.first, lease.count, lease.last
        self._modbus = modbus

    async def set(self, *values: Item) -> None:
        """Write values from the first address on, and check by reading that they arrived."""
        await self._write(self.first, values)
        if await self.values(len(values)) != values:
            raise Undecided(
                Text(en="set-up: a written value did not arrive", ko="준비 단계에서 쓴 값이 반영되지 않음")
            )

    async def write(self, *values: Item) -> None:
        """Write values from the first address on, each by a request of its own, and check nothing.

        For a case that judges the order in which values are read: neither a request for many values nor the
        check of `set` shall have an order of its own. Prove by `set` first that writes arrive at all.
        """
        for at, value in enumerate(values):
            await self._write(self.first + at, (value,))

    async def values(self, count: int | None = None) -> tuple[Item, ...]:
        """Read values back from the first address on, all of them unless told fewer."""
        found: list[Item] = []
        wanted = self.count if count is None else count
        while len(found) < wanted:
            step = min(wanted - len(found), self._read_most)
            reply = await self._exchange(self._read(self.first + len(found), step))
            values = self._held(reply)
            if not isinstance(values, tuple) or len(values) != step:
                raise Undecided(
                    Text(en="read-back: the values are unreadable", ko="되읽기한 값을 해석할 수 없음")
                )
            found += values
        return tuple(found)

    async def restore(self, values: tuple[Item, ...]) -> None:
        """Write back what stood here before the case."""
        await self._write(self.first, values)

    async def _write(self, first: int, values: Sequence[Item]) -> None:
        for at in range(0, len(values), self._write_most):
            reply = await self._exchange(self._write_request(first + at, values[at : at + self._write_most]))
            if reply.exception is not Reaction.NORMAL:
                raise Undecided(Text(en="set-up: a write was refused", ko="준비 단계의 쓰기가 거부됨"))

    async def _exchange(self, request: Request) -> Reply:
        frames = self._modbus.frames
        try:
            if not (self._modbus.is_open and self._modbus.in_step):  # what was judged may have ended it
                await self._modbus.reconnect()
            return await self._modbus.ask(request)
        except UnreachableError as error:
            raise Undecided(
                Text(en=f"set-up or read-back: {error}", ko=f"준비 또는 되읽기: {error}")
            ) from error
        except Unanswered as trouble:
            said = trouble.said
            raise Undecided(
                Text(en=f"set-up or read-back: {said.en}", ko=f"준비 또는 되읽기: {said.ko}")
            ) from trouble
        finally:
            self._modbus.frames = frames

    single: bool
    """Whether the device takes one value a request only."""
    _read_most: int
    _write_most: int

    table: str
    """What it is, in words."""

    def _held(self, reply: Reply) -> tuple[Item, ...] | Instead:
        return reply.values  # type: ignore[return-value]  # the table decides the kind

    def _read(self, first: int, count: int) -> Request:
        raise NotImplementedError

    def _write_request(self, first: int, values: Sequence[Item]) -> Request:
        raise NotImplementedError


class ScratchRegisters(Scratch[int]):
    """Leased holding registers."""

    table = "holding registers"

    def __init__(self, lease: Lease, modbus: Modbus, *, single: bool) -> None:
        super().__init__(lease, modbus)
        self._read_most, self._write_most = 125, 1 if single else 123  # AP 6.3, 6.12
        self.single = single

    def _read(self, first: int, count: int) -> Request:
        return ReadHoldingRegisters(first, count)

    def _write_request(self, first: int, values: Sequence[int]) -> Request:
        return (
            WriteSingleRegister(first, values[0])
            if self.single
            else WriteMultipleRegisters(first, tuple(values))
        )


class ScratchCoils(Scratch[bool]):
    """Leased coils."""

    table = "coils"

    def __init__(self, lease: Lease, modbus: Modbus, *, single: bool) -> None:
        super().__init__(lease, modbus)
        self._read_most, self._write_most = 2000, 1 if single else 1968  # AP 6.1, 6.11
        self.single = single

    def _read(self, first: int, count: int) -> Request:
        return ReadCoils(first, count)

    def _write_request(self, first: int, values: Sequence[bool]) -> Request:
        if self.single:
            return WriteSingleCoil(first, COIL_ON if values[0] else COIL_OFF)
        return WriteMultipleCoils(first, tuple(values))
