"""Files and FIFO queues as a declaration says them (MODBUS Application Protocol V1.1b3, 6.14 to 6.18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from testbed.model.base import Frozen

RECORDS = 10_000
"""Records of one file, 0 to 9999 (AP 6.14)."""

_Int = Annotated[int, Field(strict=True)]


class FileArea(Frozen):
    """A run of records of one file that the device serves, a register each."""

    file: _Int = Field(ge=1, le=0xFFFF)
    first: _Int = Field(ge=0, lt=RECORDS)
    count: _Int = Field(ge=1, le=RECORDS)
    scratch: Annotated[bool, Field(strict=True)] = False

    @property
    def last(self) -> int:
        """The last record."""
        return self.first + self.count - 1

    def holds(self, first: int, count: int = 1) -> bool:
        """Say whether a run of records lies wholly inside."""
        return self.first <= first and first + count <= self.first + self.count

    def __str__(self) -> str:
        return f"file {self.file}, records {self.first} to {self.last}"


class Queue(Frozen):
    """A FIFO queue, by the address of its pointer, and what stands in it while a test runs."""

    pointer: _Int = Field(ge=0, le=0xFFFF)
    state: Literal["filled", "empty", "overfull"] = "filled"
    """`filled` holds 1 to 31 values that nothing changes meanwhile, `empty` none, `overfull` more than 31."""


def _disjoint(areas: tuple[FileArea, ...]) -> tuple[FileArea, ...]:
    for area in areas:
        if area.last >= RECORDS:
            raise ValueError(f"{area}: a file ends with record {RECORDS - 1}")
    for one, next_ in pairwise(sorted(areas, key=lambda area: (area.file, area.first))):
        if one.file == next_.file and one.last >= next_.first:
            raise ValueError(f"{one} and {next_} overlap; give each record to one area")
    return areas


def _apart(queues: tuple[Queue, ...]) -> tuple[Queue, ...]:
    pointers = [queue.pointer for queue in queues]
    if twice := [one for at, one in enumerate(pointers) if one in pointers[:at]]:
        raise ValueError(f"pointer {twice[0]} stands twice")
    return queues


Files = Annotated[tuple[FileArea, ...], AfterValidator(_disjoint)]
"""Areas of files, none of which runs past the last record there can be, and no two of which overlap."""
Queues = Annotated[tuple[Queue, ...], AfterValidator(_apart)]
"""Queues, each behind a pointer of its own."""


def file_runs(areas: Sequence[FileArea]) -> tuple[FileArea, ...]:
    """Join areas of one file that touch, the longest run first: a request may span them."""
    runs: list[FileArea] = []
    for area in sorted(areas, key=lambda area: (area.file, area.first)):
        if runs and runs[-1].file == area.file and runs[-1].last + 1 == area.first:
            count = runs[-1].count + area.count
            runs[-1] = FileArea(file=area.file, first=runs[-1].first, count=count)
        else:
            runs.append(FileArea(file=area.file, first=area.first, count=area.count))
    return tuple(sorted(runs, key=lambda run: -run.count))


def file_facts(areas: Sequence[FileArea], queues: Sequence[Queue]) -> Mapping[str, int]:
    """Return what requirements may need: the longest runs of records, and how many queues of each kind."""
    states = [queue.state for queue in queues]
    return {
        "files": max((run.count for run in file_runs(areas)), default=0),
        "scratch_files": max((area.count for area in areas if area.scratch), default=0),
        "fifos": states.count("filled"),
        "fifo_empty": states.count("empty"),
        "fifo_overfull": states.count("overfull"),
    }
