"""What the cases of a run share, and what each gets: connections, scratch, controls before and after."""

from __future__ import annotations

import asyncio
import inspect
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar

from testbed.model.base import Text
from testbed.model.declaration import Declaration, Table
from testbed.model.needs import Needs, least, missing
from testbed.protocols.modbus import Framer, Request
from testbed.testers.modbus.crowd import Crowd
from testbed.testers.modbus.declared import READS, Declared
from testbed.testers.modbus.invariants import ModbusMonitor
from testbed.testers.modbus.journal import Journal
from testbed.testers.modbus.meeting import BEYOND_REPLY, Peer
from testbed.testers.modbus.peers import CLIENTS
from testbed.testers.modbus.reply import Reaction, Reply
from testbed.testers.modbus.safety import writes_of
from testbed.testers.modbus.scratch import (
    FIRST_WRITES,
    MOST_WRITES,
    Lease,
    Pool,
    Scratch,
    ScratchCoils,
    ScratchRegisters,
)
from testbed.testers.modbus.tap import Line, Tap, part
from testbed.testers.modbus.tester import Modbus
from testbed.testers.trouble import Gone, Unanswered, Undecided, Unsafe
from testbed.wire.connection import Connection, Cutter
from testbed.wire.dial import Dial, UnreachableError
from testbed.wire.monitor import Monitor
from testbed.wire.recorder import Recorder

SURVIVES = "MB-SURVIVES"
MOST_SAID = 16
"""Values of one area that are written out where they could not be restored; the capture holds all."""


class _Cutter:
    """MBAP framing as the wire wants it."""

    def __init__(self) -> None:
        self._framer = Framer()

    def feed(self, data: bytes) -> list[bytes]:
        return [frame.raw for frame in self._framer.feed(data)]

    @property
    def pending(self) -> bytes:
        return self._framer.pending

    def drop(self) -> bytes:
        pending, self._framer = self._framer.pending, Framer()
        return pending


class ModbusBench:
    """One device and what is known of it."""

    FIXTURES: ClassVar[Mapping[str, str]] = {
        "modbus": "A strict Modbus client with a connection of its own.",
        "other": "A second one, on a second connection.",
        "crowd": "As many clients as the device declares sessions.",
        "declared": "The device's tables and limits, as declared.",
        "registers": "Holding registers leased from the scratch areas, restored afterwards.",
        "coils": "Coils leased from the scratch areas, restored afterwards.",
        "meet": "Starts an independent client against the device, through a recording tap.",
    }

    def __init__(
        self, declaration: Declaration, dial: Dial, seed: int, journal: Journal | None = None
    ) -> None:
        self.declaration = declaration
        self.declared = Declared(declaration)
        self.refused: set[str] = set()
        """Declared functions that the device was found not to serve."""
        self.pools = {
            "registers": Pool(declaration.areas("holding_registers")),
            "coils": Pool(declaration.areas("coils")),
        }
        self.lingers = False
        """Whether the device was seen to leave a connection half open that the tester had closed."""
        self.dial = dial
        self.seed = seed
        self.journal = journal
        self._pace = asyncio.Lock()
        self._next_request = 0.0

    def weight(self, fixtures: Sequence[str]) -> int:
        """Return how many connections a case needs at once."""
        wanted = sum(name in {"modbus", "other"} for name in fixtures)
        return max(wanted, self.declaration.sessions if "crowd" in fixtures else 0, 1)

    def case(self, name: str, needs: Needs, gate: str, recorder: Recorder) -> ModbusCase:
        """Return what one case works with."""
        return ModbusCase(self, needs, gate, recorder, random.Random(f"{self.seed} {name}"))  # noqa: S311 - reproducible

    def probe(self, doubted: str = "") -> tuple[Request, str]:
        """Return a read of one value that the device declares to serve, and the name of its function.

        Args:
            doubted: a function to be used only where there is no other.

        Raises:
            Undecided: it declares none that it serves.
        """
        for function in sorted(READS, key=lambda name: name == doubted):
            table, request = READS[function]
            areas = self.declaration.areas(table)
            if function in self.declaration.supports and function not in self.refused and areas:
                return request(areas[0].first, 1), function
        raise Undecided(
            Text(en="no declared read function is served", ko="선언된 읽기 기능이 하나도 동작하지 않음")
        )

    async def keep_pace(self) -> None:
        """Wait until the device may be sent another request."""
        async with self.turn():
            pass

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the pause that the device wants between requests; nobody else sends until the end."""
        pause = self.declaration.timing.pause
        if not pause:
            yield
            return
        async with self._pace:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(0.0, self._next_request - loop.time()))
            try:
                yield
            finally:
                self._next_request = loop.time() + pause


@dataclass
class ModbusCase:
    """One case at the bench: its connections, its leases, its monitor."""

    bench: ModbusBench
    needs: Needs
    gate: str
    """The declared function that the case is about to try for the first time."""
    recorder: Recorder
    random: random.Random
    monitor: ModbusMonitor = field(default_factory=ModbusMonitor)
    testers: list[Modbus] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    """What was written, and what only an isolated device may get, in order."""
    not_restored: list[str] = field(default_factory=list)
    """Scratch values that could not be put back, with what they were."""
    peer: str = ""
    """Name and version of the independent client that took part."""
    repeated: bool = False
    """Whether the case was tried before: writes are kept back for that."""
    _restoring: bool = False
    _taps: list[Tap] = field(default_factory=list)
    _leases: dict[str, Lease] = field(default_factory=dict)
    _found: list[tuple[Scratch[int] | Scratch[bool], tuple[int, ...]]] = field(default_factory=list)

    # The guard between the case and the device.

    @property
    def unit(self) -> int:
        """Unit identifier of the device."""
        return self.bench.declaration.endpoint.unit

    @property
    def reply_within(self) -> float:
        """Seconds within which the device declares to answer."""
        return self.bench.declaration.timing.reply_within

    def probe(self) -> Request:
        """Return a harmless request that the device must answer."""
        return self.bench.probe(self.gate)[0]

    async def open(self) -> Connection:
        """Open one more connection; UnreachableError where that fails."""
        return await self.connect(Connection)

    async def connect(self, line: Callable[[Recorder, Cutter, Monitor], Line]) -> Line:
        """Open one more connection of some kind; UnreachableError where that fails."""
        connection = line(self.recorder, _Cutter(), self.monitor)
        await self.bench.dial(connection)
        return connection

    async def allow(self, data: bytes, behind: bytes) -> None:
        """Wait for the declared pause; raise Unsafe where the declaration does not allow the bytes."""
        self.check(data, behind)
        await self.bench.keep_pace()

    def check(self, data: bytes, behind: bytes = b"") -> None:
        """Raise Unsafe where the declaration does not allow the bytes, or what they complete."""
        writes = writes_of(data, behind)
        if writes is None:
            self.writes.append(
                f"{len(data)} bytes that only an isolated device may get: {data[:16].hex(' ')}"
            )
        for write in writes or ():
            self.writes.append(str(write))
        if writes is None or any(not self._owns(write.coils, write.addresses) for write in writes):
            if not self.bench.declaration.isolated:
                raise Unsafe(
                    Text(
                        en="the case would send more than reads and writes to scratch areas",
                        ko="읽기와 시험 영역 쓰기를 넘는 요청",
                    )
                )
        else:
            for write in writes:
                self._count(write.coils, write.addresses)

    def _owns(self, coils: bool, addresses: range) -> bool:  # noqa: FBT001 - which table
        lease = self._leases.get("coils" if coils else "registers")
        return lease is not None and lease.first <= addresses.start and addresses.stop <= lease.last + 1

    def _count(self, coils: bool, addresses: range) -> None:  # noqa: FBT001 - which table
        writes = self.bench.pools["coils" if coils else "registers"].writes
        writes.update(addresses)
        most = MOST_WRITES if self.repeated else FIRST_WRITES
        if max(writes[address] for address in addresses) > most and not self._restoring:
            raise Undecided(
                Text(
                    en=f"a value would be written more than {most} times in one run",
                    ko=f"한 값을 {most}회 넘게 쓰게 됨",
                )
            )

    # Before the case.

    async def prepare(self, fixtures: Sequence[str]) -> dict[str, object]:
        """Connect, prove with a good exchange that the device answers, lease what the case writes.

        Raises:
            Undecided: the device cannot be reached, does not answer, or set-up fails.
        """
        modbus = await self._connect()
        await self.control(modbus)
        arguments: dict[str, object] = {}
        makers: dict[str, Callable[[], object]] = {
            "modbus": lambda: modbus,
            "declared": lambda: self.bench.declared,
            "other": self._connect,
            "crowd": lambda: Crowd(modbus, self._another, self.bench.declaration.sessions),
            "registers": lambda: self._lease("registers", "scratch_registers"),
            "coils": lambda: self._lease("coils", "scratch_coils"),
            "meet": lambda: self._meet,
        }
        for name in fixtures:
            made = makers[name]()
            arguments[name] = await made if inspect.isawaitable(made) else made
        return arguments

    def _another(self) -> Modbus:
        modbus = Modbus(self)
        self.testers.append(modbus)
        return modbus

    async def _connect(self) -> Modbus:
        modbus = self._another()
        try:
            await modbus.connect()
        except UnreachableError as error:
            self.testers.remove(modbus)
            raise Gone(Text(en=f"cannot connect: {error}", ko=f"연결할 수 없음: {error}")) from error
        return modbus

    async def control(self, modbus: Modbus) -> Reply:
        """Make a good exchange; one that fails leaves the case undecided."""
        try:
            reply = await modbus.ask(self.probe())
        except Unanswered as trouble:
            said = trouble.said
            raise Gone(Text(en=f"control exchange: {said.en}", ko=f"사전 확인 교환: {said.ko}")) from trouble
        if reply.exception is not Reaction.NORMAL and self.bench.probe(self.gate)[1] != self.gate:
            raise Undecided(Text(en="control exchange: refused", ko="사전 확인 교환이 거부됨"))
        self.recorder.note("control exchange answered")
        modbus.frames = ()
        return reply

    async def _lease(self, table: str, fact: str) -> Scratch[int] | Scratch[bool]:
        count = max(least(self.needs, fact), 1)
        if (lack := missing((f"{fact} >= {count}",), self.bench.declaration.facts)) is not None:
            raise Undecided(
                Text(
                    en=f"{lack.reason}; to allow it, add the line `{lack.paste}`",
                    ko=f"허가되지 않음; 허용하려면 `{lack.paste}` 줄을 추가",
                )
            )
        lease = await self.bench.pools[table].lease(count)
        self._leases[table] = lease
        supports = self.bench.declaration.supports
        modbus = self.testers[0]
        scratch: ScratchRegisters | ScratchCoils
        if table == "registers":
            scratch = ScratchRegisters(
                lease, modbus, single="fc16" not in supports or "fc16" in self.bench.refused
            )
        else:
            scratch = ScratchCoils(
                lease, modbus, single="fc15" not in supports or "fc15" in self.bench.refused
            )
        self._found.append((scratch, await scratch.values()))
        return scratch

    # Independent clients.

    async def _meet(self, name: str) -> Peer:
        """Start an independent client.

        Raises:
            NotTestable: it is not installed.
        """
        client = await CLIENTS[name].find(self.reply_within + BEYOND_REPLY)
        self.peer = str(client)
        tap = Tap(self, self.peer)
        self._taps.append(tap)
        port = await tap.open()
        self.recorder.note(f"{self.peer} connects through a recording tap on port {port}")
        return Peer(self, self.testers[0], client, tap, port)

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Hold the device's attention: after the declared pause, nobody else sends until the end."""
        return self.bench.turn()

    async def undisturbed(self, table: Table, most: int) -> tuple[int, int]:
        """Return the first address and the count of values that no other case writes meanwhile."""
        areas = self.bench.declaration.areas(table)
        kept = [area for area in areas if not area.scratch]
        longest = max(kept or areas, key=lambda area: area.count)
        if kept:
            return longest.first, min(longest.count, most)
        name = "coils" if table == "coils" else "registers"
        if name not in self._leases:
            self._leases[name] = await self.bench.pools[name].lease(min(longest.count, most))
        lease = self._leases[name]
        return lease.first, min(lease.count, most)

    # After the case.

    async def conclude(self) -> Text | None:
        """Prove that the device still answers, give back what was leased as it was found, close.

        Returns what is wrong when the device did not survive.
        """
        try:
            for tap in self._taps:
                await tap.close()
            trouble = await self._still_answers()
            if trouble is None or self.testers[0].is_open:
                await self._restore()
            else:
                for scratch, values in self._found:
                    self._not_restored(scratch, values, trouble)
        finally:
            for table, lease in self._leases.items():
                self.bench.pools[table].give_back(lease)
            for tester in self.testers:
                await self._leave(tester)
        return trouble

    async def _leave(self, tester: Modbus) -> None:
        """Close a connection, and wait until the device has: it may serve no more than it declares.

        A device that was seen not to close on its side is not waited for again.
        """
        if tester.is_open and not self.bench.lingers:
            self.bench.lingers = not await part(tester.wire)
        tester.close()

    async def _still_answers(self) -> Text | None:
        if not self.testers:
            return None  # it could not be reached before the case either
        first, hung = self.testers[0], None
        for tester in self.testers[1:]:
            await self._leave(tester)
        if first.is_open and first.in_step:
            hung = await self._alive(first)
            if hung is None:
                return None
        await self._leave(first)
        try:
            await first.connect()
        except UnreachableError as error:
            return Text(en=f"after the case: {error}", ko=f"케이스 이후: {error}")
        trouble = await self._alive(first)
        return trouble or hung

    async def _alive(self, modbus: Modbus) -> Text | None:
        frames, probe = modbus.frames, self.probe()
        try:
            await modbus.ask(probe)
        except Unanswered as trouble:
            return Text(en=f"after the case: {trouble.said.en}", ko=f"케이스 이후: {trouble.said.ko}")
        finally:
            modbus.frames = frames
        self.recorder.note("control exchange after the case answered")
        return None

    async def _restore(self) -> None:
        self._restoring = True
        for scratch, values in self._found:
            try:
                await scratch.restore(values)  # type: ignore[arg-type]  # the table decides the kind
            except Undecided as trouble:
                self._not_restored(scratch, values, trouble.said)

    def _not_restored(
        self, scratch: Scratch[int] | Scratch[bool], values: tuple[int, ...], why: Text
    ) -> None:
        """Say which values stand otherwise than they were found, where anything was written at all."""
        if any(write.startswith("writes") for write in self.writes):
            table = "coils" if isinstance(scratch, ScratchCoils) else "holding registers"
            found = " ".join(str(int(value)) for value in values[:MOST_SAID])
            more = f" and {len(values) - MOST_SAID} more" if len(values) > MOST_SAID else ""
            said = f"{table} {scratch.first} to {scratch.last} were {found}{more}: {why.en}"
            self.not_restored.append(said)
            self.recorder.note(f"not restored: {said}")
