"""Leased records of a file: functions 20 and 21 for set-up and read-back (AP 6.14, 6.15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from testbed.protocols.modbus import (
    ReadFileRecord,
    RecordReference,
    RecordWrite,
    Request,
    WriteFileRecord,
)
from testbed.testers.modbus.reply import Instead, Reply
from testbed.testers.modbus.scratch import Lease, Scratch

if TYPE_CHECKING:
    from testbed.testers.modbus.tester import Modbus

_MOST = 119
"""Registers of one request: as many as AP 6.15 allows by its table and by its state diagram, and AP 6.14."""


class ScratchRecords(Scratch[int]):
    """Leased records of one file."""

    def __init__(self, lease: Lease, modbus: Modbus, *, single: bool = False) -> None:
        super().__init__(lease, modbus)
        self.file = lease.file
        self.table = f"file {self.file}, records"
        self._read_most, self._write_most = _MOST, 1 if single else _MOST
        self.single = single

    def reference(self, at: int = 0, count: int = 1) -> RecordReference:
        """Return a sub-request that reads so many records, from one of the leased on."""
        return RecordReference(self.file, self.first + at, count)

    def content(self, *values: int, at: int = 0) -> RecordWrite:
        """Return a sub-request that writes records, from one of the leased on."""
        return RecordWrite(self.file, self.first + at, values)

    def _held(self, reply: Reply) -> tuple[int, ...] | Instead:
        records = reply.records
        return records if isinstance(records, Instead) else tuple(one for group in records for one in group)

    def _read(self, first: int, count: int) -> Request:
        return ReadFileRecord((RecordReference(self.file, first, count),))

    def _write_request(self, first: int, values: Sequence[int]) -> Request:
        return WriteFileRecord((RecordWrite(self.file, first, tuple(values)),))
