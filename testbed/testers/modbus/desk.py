"""What one case gets: connections, scratch values, controls before and after, and somebody to meet."""

from __future__ import annotations

import asyncio
import inspect
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.model.declaration import Table
from testbed.model.needs import Needs, least, missing
from testbed.model.performance import Measurement
from testbed.model.record import Frame
from testbed.model.saved_case import SavedCase
from testbed.protocols.modbus import Request
from testbed.testers.modbus.captures import captured
from testbed.testers.modbus.conclusion import Conclusion, Found
from testbed.testers.modbus.crowd import Crowd
from testbed.testers.modbus.evidence import evidence
from testbed.testers.modbus.framing import Framing
from testbed.testers.modbus.fuzz import Fuzzing
from testbed.testers.modbus.invariants import ModbusMonitor
from testbed.testers.modbus.layout import MBAP
from testbed.testers.modbus.loading import Load
from testbed.testers.modbus.machines import run_machine
from testbed.testers.modbus.meeting import BEYOND_REPLY, Peer
from testbed.testers.modbus.peers import CLIENTS
from testbed.testers.modbus.permission import Permission
from testbed.testers.modbus.reply import Reaction, Reply
from testbed.testers.modbus.scratch import Lease, Scratch, ScratchCoils, ScratchRegisters
from testbed.testers.modbus.scratch_files import ScratchRecords
from testbed.testers.modbus.secure import Tls
from testbed.testers.modbus.serial_invariants import SerialMonitor
from testbed.testers.modbus.tester import Modbus
from testbed.testers.tap import Line, Tap
from testbed.testers.trouble import Gone, Unanswered, Undecided
from testbed.wire.connection import Connection, Cutter
from testbed.wire.dial import UnreachableError
from testbed.wire.line_connection import LineConnection
from testbed.wire.monitor import Monitor
from testbed.wire.recorder import Recorder

if TYPE_CHECKING:
    from testbed.testers.modbus.bench import ModbusBench

_SCRATCH: Mapping[str, type[ScratchRegisters | ScratchCoils | ScratchRecords]] = {
    "registers": ScratchRegisters,
    "coils": ScratchCoils,
    "files": ScratchRecords,
}


@dataclass
class ModbusCase:
    """One case at the bench: its connections, its leases, its monitor."""

    bench: ModbusBench
    needs: Needs
    gate: str
    """The declared function that the case is about to try for the first time."""
    recorder: Recorder
    random: random.Random
    name: str = ""
    monitor: ModbusMonitor | SerialMonitor = field(init=False)
    testers: list[Modbus] = field(default_factory=list)
    not_restored: list[str] = field(default_factory=list)
    """Scratch values that could not be put back, with what they were."""
    peer: str = ""
    """Name and version of the independent client that took part."""
    taps: list[Tap] = field(default_factory=list)
    leases: dict[str, Lease] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    """What stood in the leased areas, to be put back."""
    saved: SavedCase | None = None
    """A sequence of requests that the device failed, to be kept and sent again."""
    measurement: Measurement | None = None
    """What a load showed that this case put on the device."""
    permission: Permission = field(init=False)

    def __post_init__(self) -> None:
        self.monitor = self.framing.monitor()
        self.permission = Permission(
            self.bench.pools, self.leases, self.bench.declaration.isolated, self.framing.writes
        )

    # The guard between the case and the device.

    @property
    def framing(self) -> Framing:
        """The transport's way with PDUs."""
        return self.bench.framing

    @property
    def unit(self) -> int:
        """Unit identifier of the device."""
        return self.bench.declaration.endpoint.unit

    @property
    def isolated(self) -> bool:
        """Whether the device is declared to have nothing real behind it."""
        return self.bench.declaration.isolated

    @property
    def reply_within(self) -> float:
        """Seconds within which the device declares to answer."""
        return self.bench.declaration.timing.reply_within

    @property
    def transactions(self) -> int:
        """Requests that the device declares to accept before the first answer."""
        return self.bench.declaration.transactions

    @property
    def restart_within(self) -> float:
        """Seconds within which the device declares to take requests again behind a restart."""
        return self.bench.declaration.diagnostics.restart_within

    def probe(self) -> Request:
        """Return a harmless request that the device must answer."""
        return self.bench.probe(self.gate)[0]

    def cutter(self) -> Cutter:
        """Return what cuts the bytes of one direction into frames."""
        return self.framing.cutter()

    async def open(self) -> Connection:
        """Open one more connection; UnreachableError where that fails."""
        return await self.connect(LineConnection if self.framing.layout is not MBAP else Connection)

    async def connect(self, line: Callable[[Recorder, Cutter, Monitor], Line]) -> Line:
        """Open one more connection of some kind; UnreachableError where that fails."""
        connection = line(self.recorder, self.framing.cutter(), self.monitor)
        await self.bench.dial(connection)
        return connection

    async def allow(self, data: bytes, behind: bytes) -> None:
        """Wait for the declared pause; raise Unsafe where the declaration does not allow the bytes."""
        self.check(data, behind)
        await self.bench.keep_pace()

    def check(self, data: bytes, behind: bytes = b"") -> None:
        """Raise Unsafe where the declaration does not allow the bytes, or what they complete."""
        self.permission.check(data, behind)

    async def part(self, connection: Connection) -> None:
        """Close a connection, and wait until the device has closed its side too."""
        await self.bench.patience.part(connection)

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
            "crowd": lambda: Crowd(modbus, self._another, self.bench.declaration),
            "registers": lambda: self._lease("registers", "scratch_registers"),
            "coils": lambda: self._lease("coils", "scratch_coils"),
            "files": lambda: self._lease("files", "scratch_files"),
            "meet": lambda: self._meet,
            "tls": lambda: Tls(self),
            "machine": lambda: partial(run_machine, self),
            "fuzz": self._fuzz,
            "load": lambda: Load(self),
        }
        for name in fixtures:
            made = makers[name]()
            arguments[name] = await made if inspect.isawaitable(made) else made
        return arguments

    async def _fuzz(self) -> Fuzzing:
        """Lease a value of each scratch area that is declared, for the fuzzer to write."""
        for table, fact in (("registers", "scratch_registers"), ("coils", "scratch_coils")):
            if missing((f"{fact} >= 1",), self.bench.declaration.facts) is None:
                await self._lease(table, fact)
        return Fuzzing(self)

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
            said = Text(en=f"cannot connect: {error}", ko=f"연결할 수 없음: {error}")
            raise Gone(said, is_heard=error.is_heard) from error
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
        self.bench.met = True
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
        at_edge = least(self.needs, fact.replace("scratch", "scratch_edge")) > 0
        lease = await self.bench.pools[table].lease(count, at_edge=at_edge)
        self.leases[table] = lease
        supports, refused = self.bench.declaration.supports, self.bench.refused
        many = {"registers": "fc16", "coils": "fc15", "files": "fc21"}[table]
        scratch = self.scratch(table, lease, single=many not in supports or many in refused)
        values = await scratch.values()
        entry = await self._journalled(table, lease, values, single=scratch.single)
        self.found.append(Found(scratch, values, entry))
        return scratch

    def scratch(
        self, table: str, lease: Lease, *, single: bool
    ) -> ScratchRegisters | ScratchCoils | ScratchRecords:
        """Return leased values, as a case sees them."""
        kind = _SCRATCH[table]
        return kind(lease, self.testers[0], single=single)

    async def _journalled(self, table: str, lease: Lease, values: Sequence[int], *, single: bool) -> int:
        """Have the journal keep what stands in an area; a slow disk makes no other case wait."""
        if self.bench.journal is None:
            return 0
        keep = partial(self.bench.journal.leased, table, lease.first, values, single=single, file=lease.file)
        return await asyncio.get_running_loop().run_in_executor(None, keep)

    # Independent clients.

    async def _meet(self, name: str) -> Peer:
        """Start an independent client.

        Raises:
            NotTestable: it is not installed.
        """
        client = await CLIENTS[name].find(self.reply_within + BEYOND_REPLY)
        self.peer = str(client)
        tap = Tap(self, self.peer)
        self.taps.append(tap)
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
        if name not in self.leases:
            self.leases[name] = await self.bench.pools[name].lease(min(longest.count, most))
        lease = self.leases[name]
        return lease.first, min(lease.count, most)

    # What the record says of it.

    @property
    def writes(self) -> Sequence[str]:
        """What was written, and what only an isolated device may get, in order."""
        return self.permission.writes

    def repeat(self) -> None:
        """Take note that the case was tried before: writes are kept back for that."""
        self.permission.repeated = True

    def evidence(self, cited: Collection[int], guilty: Mapping[int, tuple[int, int]]) -> tuple[Frame, ...]:
        """Return the cited frames, decoded, with their guilty bytes marked."""
        return evidence(self.recorder, cited, guilty, self.framing.layout)

    def capture(self, comment: str, epoch: float) -> bytes:
        """Return what was on the wire as the bytes of a pcapng file."""
        return captured(self.recorder, self.bench.declaration.endpoint, comment=comment, epoch=epoch)

    # After the case.

    async def conclude(self) -> Text | None:
        """Prove that the device still answers, put back what was found, close; say what is wrong."""
        return await Conclusion(self).come_to()
