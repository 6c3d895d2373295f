"""Records of a file against a list: what was written last is read, in any groups, and nothing else moves."""

from __future__ import annotations

from hypothesis import strategies as st

from testbed.protocols.modbus import (
    ReadFileRecord,
    ReadFileRecordResponse,
    RecordContent,
    RecordReference,
    WriteFileRecord,
)
from testbed.testers.modbus.machines.machine import Machine, initialize, rule
from testbed.testers.modbus.scratch_files import ScratchRecords

COUNT = 6
"""Records of the model: few, so that groups meet each other's values often."""
_GROUPS = 3

_PLACES = st.integers(0, COUNT - 1)
_VALUES = st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=COUNT)
_WRITES = st.lists(st.tuples(_PLACES, _VALUES), min_size=1, max_size=_GROUPS)
_READS = st.lists(st.tuples(_PLACES, st.integers(1, COUNT)), min_size=1, max_size=_GROUPS)


class FilesMachine(Machine):
    """Functions 20 and 21 on leased records."""

    @initialize()
    def reset(self) -> None:
        """Set all records to different values."""
        self.values = list(range(COUNT))
        self._write([(0, self.values)])

    @rule(groups=_WRITES)
    def write(self, groups: list[tuple[int, list[int]]]) -> None:
        """Function 21, one group or several; where they overlap, the later one stands (AP 6.15)."""
        groups = [(at, values[: COUNT - at]) for at, values in groups]
        self._write(groups)
        for at, values in groups:
            self.values[at : at + len(values)] = values
        self._read([(0, COUNT)])

    @rule(groups=_READS)
    def read(self, groups: list[tuple[int, int]]) -> None:
        """Function 20, one group or several, in any order (AP 6.14)."""
        self._read([(at, min(length, COUNT - at)) for at, length in groups])

    @property
    def _scratch(self) -> ScratchRecords:
        (scratch,) = self.around.scratch
        if not isinstance(scratch, ScratchRecords):
            raise TypeError("the machine of files wants the fixture `files`")
        return scratch

    def _write(self, groups: list[tuple[int, list[int]]]) -> None:
        request = WriteFileRecord(tuple(self._scratch.content(*values, at=at) for at, values in groups))
        self.send(request, request.encode())

    def _read(self, groups: list[tuple[int, int]]) -> None:
        asked = tuple(
            RecordReference(self._scratch.file, self._scratch.first + at, length) for at, length in groups
        )
        told = tuple(RecordContent(tuple(self.values[at : at + length])) for at, length in groups)
        self.send(ReadFileRecord(asked), ReadFileRecordResponse(told))
