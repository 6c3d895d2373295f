"""What the steps of preflight share: the declaration, one connection to ask over, and what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from testbed.model.base import Text
from testbed.model.connect import Endpoint
from testbed.model.declaration import Area, Declaration, Table
from testbed.model.preflight import Check, Diagnosis
from testbed.protocols.modbus import ExceptionCode
from testbed.testers.modbus.asking import Answer, Asking
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.framing import framing_of
from testbed.wire.dial import Dial
from testbed.wire.recorder import Recorder

SEARCH_WITHIN = 9.0
"""Seconds for which the cause of a failure is searched (assumed; a bench engineer waits that long)."""
SEARCH_LINE_WITHIN = 30.0
"""Seconds for the search on a serial line, where each wrong setting costs a silence (assumed)."""
PATIENCE = 2.0
"""Seconds beyond the declared time that the first answer is waited for, to find a late one (assumed)."""

GATEWAY = {ExceptionCode.GATEWAY_PATH_UNAVAILABLE, ExceptionCode.GATEWAY_TARGET_FAILED}
BUSY = {ExceptionCode.ACKNOWLEDGE, ExceptionCode.SERVER_DEVICE_BUSY}
NOT_THERE = {
    ExceptionCode.ILLEGAL_DATA_ADDRESS,
    ExceptionCode.ILLEGAL_DATA_VALUE,
    ExceptionCode.SERVER_DEVICE_FAILURE,
}
"""How devices refuse an address: 02 by the standard (AP 7), 03 or 04 by habit of some."""

NAMES: Mapping[Table, Text] = {
    "coils": Text(en="coil", ko="코일"),
    "discrete_inputs": Text(en="discrete input", ko="이산 입력"),
    "holding_registers": Text(en="holding register", ko="보유 레지스터"),
    "input_registers": Text(en="input register", ko="입력 레지스터"),
}
FUNCTIONS: Mapping[Table, str] = {table: function for function, (table, _) in READS.items()}


@dataclass(eq=False)
class Desk:
    """One device about to be judged."""

    declaration: Declaration
    dial: Dial
    recorder: Recorder
    trying: Callable[[str], None]
    """Hears what is tried now, for whoever watches."""
    elsewhere: Callable[[Endpoint], Dial] | None
    """Reaches another port of the same host; None for a device that runs in this process."""
    checks: list[Check] = field(default_factory=list)
    suspected: Diagnosis | None = None
    """What is said where the search for a better cause runs out of time."""
    _until: float = float("inf")

    def __post_init__(self) -> None:
        timing, unit = self.declaration.timing, self.declaration.endpoint.unit
        self.framing = framing_of(self.endpoint)
        self.asking = Asking(self.dial, self.recorder, unit=unit, pause=timing.pause, framing=self.framing)
        self._heard: dict[tuple[str, int, int], Answer] = {}

    @property
    def endpoint(self) -> Endpoint:
        """Where the device is declared to be."""
        return self.declaration.endpoint

    @property
    def within(self) -> float:
        """Seconds within which the device declares to answer."""
        return self.declaration.timing.reply_within

    @property
    def tables(self) -> Sequence[Table]:
        """Tables that are declared with the function that reads them, in the order of `READS`."""
        supports = self.declaration.supports
        return [
            table
            for function, (table, _) in READS.items()
            if function in supports and self.declaration.areas(table)
        ]

    @property
    def probes(self) -> Iterable[tuple[Table, int]]:
        """The first declared address of each table."""
        return [(table, self.declaration.areas(table)[0].first) for table in self.tables]

    async def read(
        self, table: Table, address: int, count: int = 1, *, unit: int | None = None, within: float = 0.0
    ) -> Answer:
        """Read values of a table."""
        asked = f"{NAMES[table].en} {address}" + ("" if unit is None else f" of unit {unit}")
        self.trying(asked)
        request = READS[FUNCTIONS[table]][1](address, count)
        return await self.asking.read(request, within=within or self.within, unit=unit)

    async def serves(self, table: Table, address: int) -> bool:
        """Say whether the device answers a read of one value with data; each address is read once."""
        if not 0 <= address <= 0xFFFF:  # noqa: PLR2004 - addresses have 16 bits
            return False
        return (await self.once(table, address)).is_data

    async def once(self, table: Table, address: int, count: int = 1) -> Answer:
        """Read values of a table, unless they were read before; what got lost or met a busy device, again."""
        key = (table, address, count)
        if key not in self._heard:
            answer = await self.read(table, address, count)
            if not answer.is_modbus or answer.exception in BUSY:
                answer = await self.read(table, address, count)
            self._heard[key] = answer
        return self._heard[key]

    # The search for a cause.

    def search(self) -> None:
        """Begin to search: from now on time is short."""
        if self._until == float("inf"):
            self._until = asyncio.get_running_loop().time() + self.search_within

    @property
    def search_within(self) -> float:
        """Seconds that the search for a cause may take."""
        return SEARCH_LINE_WITHIN if self.endpoint.is_timed else SEARCH_WITHIN

    @property
    def has_time(self) -> bool:
        """Whether there still is time to search."""
        return asyncio.get_running_loop().time() < self._until

    async def anew(self) -> None:
        """Take a fresh connection: what was sent before shall not spoil what comes."""
        await self.asking.leave()
        await self.asking.open()

    # What is said.

    @property
    def is_stopped(self) -> bool:
        """Whether something was found that would falsify every case."""
        return any(check.found is not None and check.found.stops for check in self.checks)

    def passed(self, en: str, ko: str) -> None:
        """Note that something is as declared."""
        self.checks.append(Check(said=Text(en=en, ko=ko)))
        self.recorder.note(en)

    def found(self, diagnosis: Diagnosis) -> None:
        """Note that something is wrong."""
        self.checks.append(Check(said=diagnosis.said, found=diagnosis))
        self.recorder.note(f"{diagnosis.id}: {diagnosis.said.en}")

    def areas_line(self, table: Table, areas: Iterable[Area]) -> str:
        """Return the line of a declaration that names areas, which are addressed as on the wire."""
        return f"{table}: [{', '.join(self._area(table, area) for area in areas)}]"

    def _area(self, table: Table, area: Area) -> str:
        flags = ", scratch: true" * area.scratch + ", read_only: true" * area.read_only
        return f"{{ first: {self.declaration.number(table, area.first)}, count: {area.count}{flags} }}"

    def connect_line(self, **changes: int) -> str:
        """Return the line of a declaration that connects elsewhere on the same host."""
        return f"connect: {self.endpoint.model_copy(update=changes)}"


def words(table: Table, name: str = "table") -> dict[str, str]:
    """Return the name of a table in both languages, as sentences of causes want it."""
    return {name: NAMES[table].en, f"{name}_ko": NAMES[table].ko}
