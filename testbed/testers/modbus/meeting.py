"""The device meets an independent client: tester and client take turns, so that one session is enough."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from testbed.model.base import Text
from testbed.model.declaration import Table
from testbed.protocols.modbus import (
    COIL_OFF,
    COIL_ON,
    ReadCoils,
    ReadDiscreteInputs,
    ReadHoldingRegisters,
    ReadInputRegisters,
    Request,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus.aside import come_back
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.peers import Client, Place, Values
from testbed.testers.modbus.reply import Instead, Reply
from testbed.testers.modbus.tester import Modbus
from testbed.testers.tap import HOST, Desk, Tap
from testbed.testers.trouble import Unanswered, Undecided
from testbed.wire.recorder import Kind

ROUNDS = 5
"""Comparisons that must all differ: a live value may change just for the client's read (assumed to do)."""
MOST_COMPARED = 10
"""Values compared in one read; bits then fill more than one byte."""
BEYOND_REPLY = 0.5
"""Seconds that a client waits for an answer beyond what the device declares (assumed)."""

_REQUESTS = dict(READS.values())


class Host(Desk, Protocol):
    """What a meeting needs of a case at the bench."""

    @property
    def unit(self) -> int:
        """Unit identifier of the device."""

    @property
    def reply_within(self) -> float:
        """Seconds within which the device declares to answer."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Hold the device's attention: after the declared pause, nobody else sends until the end."""

    async def control(self, modbus: Modbus) -> Reply:
        """Make a good exchange; Undecided where it fails."""

    async def undisturbed(self, table: Table, most: int) -> tuple[int, int]:
        """Return the first address and the count of values that no other case writes meanwhile."""


class Peer:
    """One independent client, connected through a tap, as a case sees it."""

    def __init__(self, host: Host, tester: Modbus, client: Client, tap: Tap, port: int) -> None:
        self._host = host
        self._tester = tester
        self._client = client
        self._tap = tap
        self._place = Place(HOST, port, host.unit, host.reply_within + BEYOND_REPLY)

    # Each of these is one connection with one request. Raises Unanswered with what the client said.

    async def read_coils(self, first: int, count: int) -> Values:
        """Let the client read coils (function 01)."""
        return await self._perform(ReadCoils(first, count))

    async def read_discrete_inputs(self, first: int, count: int) -> Values:
        """Let the client read discrete inputs (function 02)."""
        return await self._perform(ReadDiscreteInputs(first, count))

    async def read_holding_registers(self, first: int, count: int) -> Values:
        """Let the client read holding registers (function 03)."""
        return await self._perform(ReadHoldingRegisters(first, count))

    async def read_input_registers(self, first: int, count: int) -> Values:
        """Let the client read input registers (function 04)."""
        return await self._perform(ReadInputRegisters(first, count))

    async def write_coil(self, address: int, *, on: bool) -> None:
        """Let the client write one coil (function 05)."""
        await self._perform(WriteSingleCoil(address, COIL_ON if on else COIL_OFF))

    async def write_register(self, address: int, value: int) -> None:
        """Let the client write one register (function 06)."""
        await self._perform(WriteSingleRegister(address, value))

    async def write_coils(self, first: int, values: Sequence[bool]) -> None:
        """Let the client write at least two coils (function 15)."""
        await self._perform(WriteMultipleCoils(first, tuple(values)))

    async def write_registers(self, first: int, values: Sequence[int]) -> None:
        """Let the client write at least two registers (function 16)."""
        await self._perform(WriteMultipleRegisters(first, tuple(values)))

    async def both_read(self, table: Table) -> tuple[Values, Values]:
        """Let the tester, the client and the tester again read the same values.

        Values that changed for the tester are left out of the comparison; a difference counts only when it
        stands in every round.

        Returns:
            what the client read, and what the tester read, in the order of the addresses.

        Raises:
            Unanswered: the client could not read.
            Undecided: the tester could not read, or the values would not keep still.
        """
        first, count = await self._host.undisturbed(table, MOST_COMPARED)
        request = _REQUESTS[table](first, count)
        ours: list[Values] = []
        theirs: list[Values] = []
        for _ in range(ROUNDS):
            before = await self._read(request, count)
            client = await self._perform(request)
            after = await self._read(request, count)
            steady = [at for at, value in enumerate(before) if value == after[at]]
            if steady and all(client[at] == before[at] for at in steady):
                return tuple(client[at] for at in steady), tuple(before[at] for at in steady)
            ours += [before, after]
            theirs += [client]
        for at, value in enumerate(ours[0]):
            if all(one[at] == value for one in ours) and all(one[at] != value for one in theirs):
                return theirs[-1], ours[-1]
        raise Undecided(
            Text(
                en="the values changed while they were compared",
                ko="비교하는 동안 값이 계속 변하여 비교할 수 없음",
            )
        )

    async def _read(self, request: Request, count: int) -> Values:
        """Let the tester read so many values."""
        cited = self._tester.frames
        try:
            values = (await self._tester.ask(request)).values
            self._tester.frames = (*cited, *self._tester.frames)
        except Unanswered as trouble:
            said = trouble.said
            raise Undecided(
                Text(en=f"the tester's own read: {said.en}", ko=f"시험기 읽기: {said.ko}")
            ) from trouble
        if isinstance(values, Instead):
            raise Undecided(
                Text(en=f"the tester's own read: {values.said}", ko=f"시험기 읽기: {values.said_ko}")
            )
        if len(values) != count:
            raise Undecided(
                Text(
                    en=f"the tester's own read: {len(values)} values where {count} were asked for",
                    ko=f"시험기 읽기: 요청한 값 {count}개 대신 {len(values)}개",
                )
            )
        return values

    async def _perform(self, request: Request) -> Values:
        """Let the client carry a request out while the tester stands aside."""
        packets = self._host.recorder.packets
        cited = self._tester.frames
        await self._host.part(self._tester.wire)
        begin = len(packets)
        try:
            async with self._host.turn():
                values = await self._client.perform(request, self._place)
        except Unanswered as said:
            raise self._tap.trouble or said from None
        finally:
            await self._tap.hang_up()
            cited = (*cited, *(one.number for one in packets[begin:] if one.kind is Kind.DATA))
            self._tester.frames = cited
        if self._tap.trouble is not None:
            raise self._tap.trouble
        await come_back(self._host, self._tester)
        self._tester.frames = cited
        return values
