"""Files, queues and identification of a declaration as a Modbus case sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from testbed.model.files import RECORDS, FileArea, Queue, file_runs
from testbed.model.identification import Identification
from testbed.protocols.modbus import ExceptionCode, RecordReference
from testbed.testers.modbus.reply import Outcome, Reaction


@dataclass(frozen=True)
class DeclaredFile:
    """The longest run of records of one file, and what does not exist."""

    file: int
    first: int
    count: int
    absent: int
    """The highest number of a file that is not declared."""

    @classmethod
    def of(cls, areas: Sequence[FileArea]) -> Self:
        """Read it off the declaration; one record of file 1 where no file is declared."""
        run = next(iter(file_runs(areas)), FileArea(file=1, first=0, count=1))
        numbers = {area.file for area in areas}
        absent = next(number for number in range(0xFFFF, 0, -1) if number not in numbers)
        return cls(run.file, run.first, run.count, absent)

    @property
    def last(self) -> int:
        """The last record of the run."""
        return self.first + self.count - 1

    def reference(self, at: int = 0, count: int = 1) -> RecordReference:
        """Return a sub-request that reads so many records, from one of the run on."""
        return RecordReference(self.file, self.first + at, count)

    def past(self, count: int = 1) -> RecordReference:
        """Return a sub-request that reads from the last record there can be on, and beyond it."""
        return RecordReference(self.file, RECORDS - 1, count)


@dataclass(frozen=True)
class DeclaredQueues:
    """Addresses of FIFO pointers, one of each kind; 0 where there is none of a kind."""

    filled: int
    empty: int
    overfull: int
    absent: int
    """The highest address that is declared to be no pointer."""

    @classmethod
    def of(cls, queues: Sequence[Queue]) -> Self:
        """Read them off the declaration."""
        of_state = {queue.state: queue.pointer for queue in reversed(queues)}
        pointers = {queue.pointer for queue in queues}
        absent = next(address for address in range(0xFFFF, -1, -1) if address not in pointers)
        filled, empty, overfull = (of_state.get(state, 0) for state in ("filled", "empty", "overfull"))
        return cls(filled, empty, overfull, absent)


@dataclass(frozen=True)
class DeclaredIdentification:
    """The identification as declared."""

    conformity: int
    level: int
    ids: tuple[int, ...]
    """Objects of which the declaration gives the value."""
    values: tuple[bytes, ...]
    """Those values."""
    single: tuple[Outcome, ...]
    """What a request for a single object may be met with."""

    @classmethod
    def of(cls, told: Identification | None) -> Self:
        """Read it off the declaration; all 0 where there is none."""
        if told is None:
            return cls(0, 0, (), (), ())
        refused = (
            ExceptionCode.ILLEGAL_FUNCTION,
            ExceptionCode.ILLEGAL_DATA_ADDRESS,
            ExceptionCode.ILLEGAL_DATA_VALUE,
        )
        return cls(
            told.conformity,
            told.level,
            tuple(told.values),
            tuple(value.encode() for value in told.values.values()),
            (Reaction.NORMAL,) if told.individual else refused,
        )
