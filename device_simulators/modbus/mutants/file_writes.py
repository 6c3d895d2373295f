"""Mutants of function 21 (MODBUS Application Protocol V1.1b3, 6.15)."""

from collections.abc import Iterator, Sequence

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.files import RECORDS, Group
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

WRITE = Function.WRITE_FILE_RECORD


@mutant("MB-FC21-WRITES", "MB-FC21-LENGTH-MAX", "MB-FILES-CONSISTENT")
class EchoesRecordsWithoutWriting(Plc):
    """Confirms a write of records and keeps the old values."""

    def write_records(self, request: bytes, file: int, record: int, data: bytes) -> None:
        """Write nothing."""


@mutant("MB-FC21-ECHO", "MB-FILES-CONSISTENT")
class ConfirmsRecordsWithoutTheirData(Plc):
    """Answers a write of records without their data, as function 16 does."""

    def echo(self, request: bytes) -> bytes:
        """Cut the data off."""
        return request[:9] if request[0] == WRITE else super().echo(request)


@mutant("MB-FC21-GROUPS", "MB-FILES-CONSISTENT")
class WritesTheFirstGroupOnly(Plc):
    """Writes the first of several groups and confirms all."""

    def write_records(self, request: bytes, file: int, record: int, data: bytes) -> None:
        """Write what the head of the request names."""
        if (file, record) == (int.from_bytes(request[3:5]), int.from_bytes(request[5:7])):
            super().write_records(request, file, record, data)


@mutant("MB-FC21-NEIGHBOURS", "MB-FILES-CONSISTENT")
class ClearsTheRecordBehind(Plc):
    """Ends what it writes into a file with a zero."""

    def write_records(self, request: bytes, file: int, record: int, data: bytes) -> None:
        """Write one register more."""
        super().write_records(request, file, record, data + b"\0\0")


@mutant("MB-FC21-NEIGHBOURS", "MB-FILES-CONSISTENT")
class ClearsTheRecordBefore(Plc):
    """Begins what it writes into a file with a zero, one record too early."""

    def write_records(self, request: bytes, file: int, record: int, data: bytes) -> None:
        """Write one register before."""
        super().write_records(request, file, record, data)
        if record:
            super().write_records(request, file, record - 1, b"\0\0")


@mutant("MB-FC21-LENGTH-MAX", "MB-FC21-LENGTH-FB")
class RefusesLongWritesOfRecords(Plc):
    """Refuses a data length of 245."""

    WRITE_FILE_MAX = 0xF4


@mutant("MB-FC21-LENGTH-FB")
class KeepsToTheStateDiagramOfRecords(Plc):
    """Refuses a data length over 245, as the state diagram of function 21 has it, and not its table."""

    WRITE_FILE_MAX = 0xF5


@mutant("MB-FC21-LENGTH-SHORT")
class ConfirmsWritesOfNoRecord(Plc):
    """Confirms a write whose data length has no room for a record."""

    def byte_count_is_legal(self, request: bytes, least: int, most: int) -> bool:
        """Let any byte count pass function 21."""
        return request[0] == WRITE or super().byte_count_is_legal(request, least, most)

    def data_are_whole(self, request: bytes, group: Group) -> bool:
        """Take what is there."""
        return request[1] < 9 or super().data_are_whole(request, group)


@mutant("MB-FC21-LENGTH-FIELD")
class WritesTheRecordsThatItFinds(Plc):
    """Does not hold the length of a record against the registers that follow."""

    def writes_of(self, request: bytes) -> Iterator[Group]:
        """Ignore bytes behind the last group."""
        return (group for group in super().writes_of(request) if group[3] >= 0)

    def data_are_whole(self, request: bytes, group: Group) -> bool:
        """Take what is there of a group that has any."""
        return len(group[4]) > 1 or super().data_are_whole(request, group)


@mutant("MB-FC21-PDU-SHORT")
class FillsUpWritesOfRecords(Plc):
    """Takes missing registers of a write of records for zeros."""

    def write_file_record(self, request: bytes) -> bytes:
        """Append zeros up to the data length."""
        return super().write_file_record(
            request.ljust(2 + request[1], b"\0") if len(request) > 1 else request
        )


@mutant("MB-FC21-REFERENCE-TYPE")
class WritesAnyReferenceType(Plc):
    """Does not look at the reference type of a write."""

    def reference_type_is_legal(self, request: bytes, reference_type: int) -> bool:
        """Let any reference type pass function 21."""
        return request[0] == WRITE or super().reference_type_is_legal(request, reference_type)


class Lossy(Plc):
    """A controller that drops what it cannot store, for mutants that confirm it all the same."""

    def write_records(self, request: bytes, file: int, record: int, data: bytes) -> None:
        """Store what has a place."""
        if self.file_is_stored(file) and self.records(file).covers(record, len(data) // 2):
            super().write_records(request, file, record, data)

    def file_is_stored(self, file: int) -> bool:
        """Say whether there is such a file at all."""
        return file in self.files


@mutant("MB-FC21-FILE-ZERO")
class ConfirmsWritesToFileZero(Lossy):
    """Confirms a write to file 0."""

    def file_is_served(self, request: bytes, file: int) -> bool:
        """Serve file 0 to function 21."""
        return (request[0] == WRITE and file == 0) or super().file_is_served(request, file)

    def records_are_served(self, request: bytes, file: int, record: int, length: int) -> bool:
        """Let file 0 have all records."""
        return file == 0 or super().records_are_served(request, file, record, length)


@mutant("MB-FC21-FILE-OUTSIDE")
class ConfirmsWritesToMissingFiles(Lossy):
    """Confirms a write to a file that does not exist."""

    def file_is_served(self, request: bytes, file: int) -> bool:
        """Serve every file but file 0 to function 21."""
        return (request[0] == WRITE and file > 0) or super().file_is_served(request, file)

    def records_are_served(self, request: bytes, file: int, record: int, length: int) -> bool:
        """Let missing files have all records."""
        return file not in self.files or super().records_are_served(request, file, record, length)


@mutant("MB-FC21-RECORD-OVER")
class ConfirmsWritesPastTheLastRecordThereIs(Lossy):
    """Confirms a write past record 9999."""

    def records_are_served(self, request: bytes, file: int, record: int, length: int) -> bool:
        """Serve function 21 what no file can have."""
        over = request[0] == WRITE and record + length > RECORDS
        return over or super().records_are_served(request, file, record, length)


@mutant("MB-FC21-RANGE-BEYOND")
class ConfirmsWritesPastTheEndOfAFile(Lossy):
    """Confirms a write that reaches past the end of a file."""

    def records_are_served(self, request: bytes, file: int, record: int, length: int) -> bool:
        """Serve function 21 whatever number a record may have."""
        possible = request[0] == WRITE and record + length <= RECORDS
        return possible or super().records_are_served(request, file, record, length)


@mutant("MB-FC21-REFUSED-UNCHANGED")
class WritesGroupsBeforeItChecksAll(Plc):
    """Writes each group as soon as it is checked, and refuses the request at the first wrong one."""

    def groups_are_served(self, request: bytes, groups: Sequence[Group]) -> bool:
        """Write the groups in front of a wrong one."""
        for group in groups:
            if not super().groups_are_served(request, [group]):
                return False
            if request[0] == WRITE:
                self.write_records(request, group[1], group[2], group[4])
        return True
