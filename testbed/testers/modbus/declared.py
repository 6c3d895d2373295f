"""The declaration as a Modbus case sees it: addresses to use, and which refusals are right there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from testbed.model.base import Text
from testbed.model.declaration import (
    ADDRESSES,
    TABLES,
    Area,
    Declaration,
    Table,
    contiguous,
    first_outside,
)
from testbed.protocols.modbus import (
    Diagnostics,
    ExceptionCode,
    ReadCoils,
    ReadDeviceIdCode,
    ReadDeviceIdentification,
    ReadDiscreteInputs,
    ReadFifoQueue,
    ReadFileRecord,
    ReadHoldingRegisters,
    ReadInputRegisters,
    RecordReference,
    Request,
)
from testbed.testers.modbus.declared_files import DeclaredFile, DeclaredIdentification, DeclaredQueues
from testbed.testers.modbus.reply import ERROR_BIT, Outcome, Reaction
from testbed.testers.trouble import Undecided


@dataclass(frozen=True)
class DeclaredTable:
    """The longest run of one table, and the first address past it."""

    first: int
    count: int
    outside: int
    """First address that the device does not serve; 65535 where every address is served."""
    read_only: int
    """First address of a read-only area; -1 where none is declared."""
    farthest: int
    """Highest address that the device does not serve; 65535 where every address is served."""

    @property
    def last(self) -> int:
        """The last address of the run."""
        return self.first + self.count - 1

    def refusals(self, quantity: int) -> tuple[ExceptionCode, ...]:
        """Return the exceptions that are right for a quantity over the limit from `first` on.

        Too large a quantity is exception 03. Where it also leaves the declared range the request is wrong
        twice, and the standard's own diagrams disagree about what is checked first: 02 is right as well.
        """
        if quantity <= self.count:
            return (ExceptionCode.ILLEGAL_DATA_VALUE,)
        return (ExceptionCode.ILLEGAL_DATA_VALUE, ExceptionCode.ILLEGAL_DATA_ADDRESS)


REGISTER, COUNTERS = 2, range(11, 19)
"""The sub-functions of function 08 that read the diagnostic register and the counters (AP 6.8.1)."""
_NOTHING = Area(first=0, count=1)
_BEYOND: Mapping[str, tuple[Outcome, Outcome]] = {
    "closes-oldest": (Reaction.CLOSED, Reaction.NORMAL),
    "refuses": (Reaction.NORMAL, Reaction.CLOSED),
}


class Declared:
    """The device's tables and limits, as declared by its vendor."""

    def __init__(self, declaration: Declaration) -> None:
        self.coils = _table(declaration, "coils")
        self.discrete_inputs = _table(declaration, "discrete_inputs")
        self.holding_registers = _table(declaration, "holding_registers")
        self.input_registers = _table(declaration, "input_registers")
        self.gateway = declaration.gateway
        self.sessions = declaration.sessions
        self.transactions = declaration.transactions
        self.reply_within = declaration.timing.reply_within
        self.rest = declaration.connections.rest
        """Seconds that a connection may be left without a request, and is still served."""
        self.beyond = _BEYOND.get(declaration.connections.beyond or "")
        """What the oldest connection and the new one come to where there is one too many."""
        claimed = {int(name[2:4]) for name in declaration.supports if name.startswith("fc")}
        self.unclaimed = [code for code in range(1, ERROR_BIT) if code not in claimed]
        """Function codes that it does not declare."""
        self._areas = {table: declaration.areas(table) for table in TABLES}
        self._files, self._queues = declaration.files, declaration.fifos
        self.files = DeclaredFile.of(declaration.files)
        self.queues = DeclaredQueues.of(declaration.fifos)
        self.identification = DeclaredIdentification.of(declaration.identification)
        self.server_id = declaration.diagnostics.server_id or 0
        """Bytes of the server id, in front of the run indicator of function 17 (AP 6.13); 0 when unknown."""
        self._words = [code for code in (REGISTER, *COUNTERS) if f"fc08/{code:02}" in declaration.supports]

    def counters(self) -> list[Request]:
        """Return the requests that read each declared counter of function 08."""
        return [Diagnostics(code) for code in self._words if code in COUNTERS]

    def words(self, data: bytes = bytes(2)) -> list[Request]:
        """Return the requests that read each declared word of function 08, with some data in them."""
        return [Diagnostics(code, data) for code in self._words]

    @property
    def reads(self) -> list[Request]:
        """Reads of one value, one for each declared function that reads a table."""
        return [
            request(self._areas[table][0].first, 1)
            for function, (table, request) in READS.items()
            if self._areas[table] and int(function[2:]) not in self.unclaimed
        ]

    @property
    def longest(self) -> Request:
        """The read of declared values that has the longest answer; Undecided where none is declared."""
        best: tuple[int, Request | None] = (0, None)
        for read in self.reads:
            table, request = READS[f"fc{read.function:02}"]
            bits, most = (16, 125) if table.endswith("registers") else (1, 2000)  # AP 6.1 to 6.4
            for run in contiguous(self._areas[table]):
                count = min(run.count, most)
                if count * bits > best[0]:
                    best = count * bits, request(run.first, count)
        if best[1] is None:
            raise Undecided(Text(en="no read is declared", ko="선언된 읽기 기능이 없음"))
        return best[1]

    def edges(self, function: str) -> list[Request]:
        """Return reads of one value at the first and last address of every area of a function.

        Raises:
            Undecided: no area is declared to try the function on.
        """
        if function in _OTHER_READS:
            return self._others(function)
        table, request = READS[function]
        if not self._areas[table]:
            raise Undecided(
                Text(
                    en=f"{function} is declared, but no {table} to try it on; add the line "
                    f"`{table}: [{{ first: ADDRESS, count: NUMBER }}]`",
                    ko=f"{function} 기능은 선언되었으나 대상이 없음; "
                    f"`{table}: [{{ first: ADDRESS, count: NUMBER }}]` 줄을 추가",
                )
            )
        addresses = {address for area in self._areas[table] for address in (area.first, area.last)}
        return [request(address, 1) for address in sorted(addresses)]

    def _others(self, function: str) -> list[Request]:
        """Return reads of records, queues or the identification, as declared."""
        found: list[Request] = []
        if function == "fc20":
            edges = [(area.file, record) for area in self._files for record in (area.first, area.last)]
            found += [ReadFileRecord((RecordReference(file, record, 1),)) for file, record in edges]
        elif function == "fc24":
            found += [ReadFifoQueue(queue.pointer) for queue in self._queues if queue.state == "filled"]
        elif self.identification.level:
            found.append(ReadDeviceIdentification(ReadDeviceIdCode.BASIC))
        if not found:
            line = _OTHER_READS[function]
            raise Undecided(
                Text(
                    en=f"{function} is declared, but nothing to try it on; add the line `{line}`",
                    ko=f"{function} 기능은 선언되었으나 대상이 없음; `{line}` 줄을 추가",
                )
            )
        return found


_OTHER_READS = {
    "fc20": "files: [{ file: NUMBER, first: RECORD, count: NUMBER }]",
    "fc24": "fifos: [{ pointer: ADDRESS }]",
    "fc43/14": "identification: { conformity: NUMBER }",
}
"""Functions that read something else than a table, with the line that says what."""


READS: Mapping[
    str, tuple[Table, type[ReadCoils | ReadDiscreteInputs | ReadHoldingRegisters | ReadInputRegisters]]
]
READS = {
    "fc03": ("holding_registers", ReadHoldingRegisters),
    "fc04": ("input_registers", ReadInputRegisters),
    "fc01": ("coils", ReadCoils),
    "fc02": ("discrete_inputs", ReadDiscreteInputs),
}
"""The read functions, in the order in which a harmless read is chosen: its table and its request."""


def _table(declaration: Declaration, table: Table) -> DeclaredTable:
    areas = declaration.areas(table)
    run = max(contiguous(areas), key=lambda one: one.count, default=_NOTHING)
    outside = first_outside(areas)
    read_only = next((area.first for area in areas if area.read_only), -1)
    outside = ADDRESSES - 1 if outside is None else outside
    served = {area.last: area.first for area in contiguous(areas)}
    farthest = served.get(ADDRESSES - 1, ADDRESSES) - 1
    return DeclaredTable(run.first, run.count, outside, read_only, max(farthest, outside))
