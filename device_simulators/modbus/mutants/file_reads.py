"""Mutants of function 20 (MODBUS Application Protocol V1.1b3, 6.14)."""

from collections.abc import Sequence

from device_simulators.modbus.datastore import Registers
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.files import RECORDS, Group
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

READ = Function.READ_FILE_RECORD
_NOTHING = Registers()
_ANY_GROUP = bytes.fromhex("06 0003 0000 0001")


@mutant("MB-FC20-READS")
class CountsRecordsInRegisters(Plc):
    """Gives the length of a sub-response in registers instead of bytes."""

    def record_response(self, request: bytes, data: bytes | bytearray) -> bytes:
        """Halve the length."""
        answer = super().record_response(request, data)
        return bytes([1 + len(data) // 2]) + answer[1:]


@mutant("MB-FC20-VALUES", "MB-FC21-WRITES", "MB-FILES-CONSISTENT")
class SwapsBytesOfRecords(Plc):
    """Returns records low byte first."""

    def read_records(self, request: bytes, file: int, record: int, length: int) -> bytearray:
        """Swap the bytes of each register."""
        data = super().read_records(request, file, record, length)
        data[::2], data[1::2] = data[1::2], data[::2]
        return data


@mutant("MB-FC20-GROUPS", "MB-FILES-CONSISTENT")
class AnswersTheFirstGroupOnly(Plc):
    """Answers the first of several groups and leaves the others out."""

    def file_response(self, request: bytes, data: bytes) -> bytes:
        """Keep the first sub-response."""
        return super().file_response(request, data[: 1 + data[0]] if len(data) < 252 else data)


@mutant("MB-FC20-GROUPS", "MB-FILES-CONSISTENT")
class AnswersGroupsInTheOrderOfRecords(Plc):
    """Sorts the groups of a request by record before it answers them."""

    def read_file_record(self, request: bytes) -> bytes:
        """Sort the groups of a sound request."""
        if len(request) > 1 and len(request) == 2 + request[1] and request[1] % 7 == 0:
            groups = sorted(request[at : at + 7] for at in range(2, len(request), 7))
            request = request[:2] + b"".join(groups)
        return super().read_file_record(request)


@mutant("MB-FC20-BYTE-COUNT-MAX")
class TakesThirtyFourGroups(Plc):
    """Refuses the thirty-fifth group of a request."""

    READ_FILE_MAX = 34 * 7


@mutant("MB-FC20-RESPONSE-MAX")
class KeepsFileAnswersShort(Plc):
    """Refuses to answer with more than 240 bytes of records."""

    def file_response(self, request: bytes, data: bytes) -> bytes:
        """Refuse as if the longest answer were shorter."""
        return self.refuse(request, 3) if len(data) > 240 else super().file_response(request, data)


@mutant("MB-FC20-RESPONSE-OVER")
class CutsLongFileAnswers(Plc):
    """Answers a request for too many records with as many as fit."""

    def file_response(self, request: bytes, data: bytes) -> bytes:
        """Drop what does not fit the answer."""
        return super().file_response(request, data[:251])


@mutant("MB-FC20-BYTE-COUNT")
class AcceptsIncompleteGroups(Plc):
    """Ignores the bytes behind the last whole group."""

    def groups_are_whole(self, request: bytes) -> bool:  # noqa: ARG002
        """Accept any number of bytes."""
        return True


@mutant("MB-FC20-BYTE-COUNT")
class AcceptsAnyByteCountOfFiles(Plc):
    """Answers as many whole groups as it finds, even none or too many."""

    def byte_count_is_legal(self, request: bytes, least: int, most: int) -> bool:
        """Let any byte count pass function 20."""
        return request[0] == READ or super().byte_count_is_legal(request, least, most)

    def groups_are_whole(self, request: bytes) -> bool:
        """Accept incomplete groups where the byte count is wrong otherwise."""
        return not 7 <= request[1] <= 245 or super().groups_are_whole(request)


@mutant("MB-FC20-LENGTH-SHORT")
class ReadsFilesPastTheRequest(Plc):
    """Takes what lies behind a short request in its buffer for the rest of it."""

    def read_file_record(self, request: bytes) -> bytes:
        """Fill the request up with the end of an earlier one."""
        missing = 2 + (request[1] if len(request) > 1 else 0) - len(request)
        return super().read_file_record(request + _ANY_GROUP[-missing:] if 0 < missing < 8 else request)


@mutant("MB-FC20-REFERENCE-TYPE")
class ReadsAnyReferenceType(Plc):
    """Does not look at the reference type of a read."""

    def reference_type_is_legal(self, request: bytes, reference_type: int) -> bool:
        """Let any reference type pass function 20."""
        return request[0] == READ or super().reference_type_is_legal(request, reference_type)


class LenientFiles(Plc):
    """A controller whose missing files hold zeros, for mutants that serve them."""

    def records(self, file: int) -> Registers:
        """Return no records where there is no such file; whatever is read there is 0."""
        return self.files.get(file, _NOTHING)


@mutant("MB-FC20-FILE-ZERO")
class ReadsFileZero(LenientFiles):
    """Answers a read of file 0 with zeros."""

    def file_is_served(self, request: bytes, file: int) -> bool:
        """Serve file 0 to function 20."""
        return (request[0] == READ and file == 0) or super().file_is_served(request, file)

    def records_are_served(self, request: bytes, file: int, record: int, length: int) -> bool:
        """Let file 0 have all records."""
        return file == 0 or super().records_are_served(request, file, record, length)


@mutant("MB-FC20-FILE-OUTSIDE")
class ReadsMissingFiles(LenientFiles):
    """Answers a read of a file that does not exist with zeros."""

    def file_is_served(self, request: bytes, file: int) -> bool:
        """Serve every file but file 0 to function 20."""
        return (request[0] == READ and file > 0) or super().file_is_served(request, file)

    def records_are_served(self, request: bytes, file: int, record: int, length: int) -> bool:
        """Let missing files have all records."""
        return file not in self.files or super().records_are_served(request, file, record, length)


@mutant("MB-FC20-RECORD-OVER")
class ReadsPastTheLastRecordThereIs(Plc):
    """Answers a read past record 9999 with zeros."""

    def records_are_served(self, request: bytes, file: int, record: int, length: int) -> bool:
        """Serve function 20 what no file can have."""
        over = request[0] == READ and record + length > RECORDS
        return over or super().records_are_served(request, file, record, length)


@mutant("MB-FC20-RANGE-BEYOND")
class ReadsPastTheEndOfAFile(Plc):
    """Answers a read that reaches past the end of a file with zeros."""

    def records_are_served(self, request: bytes, file: int, record: int, length: int) -> bool:
        """Serve function 20 whatever number a record may have."""
        possible = request[0] == READ and length > 0 and record + length <= RECORDS
        return possible or super().records_are_served(request, file, record, length)


@mutant("MB-FC20-SECOND-GROUP")
class ChecksTheFirstGroupToRead(LenientFiles):
    """Checks the first group of a read only, and answers wrong ones with zeros."""

    def groups_are_served(self, request: bytes, groups: Sequence[Group]) -> bool:
        """Look no further than the first group of function 20."""
        return super().groups_are_served(request, groups[:1] if request[0] == READ else groups)


@mutant("MB-FC20-LENGTH-ZERO")
class ReadsNoRecords(Plc):
    """Answers a read of no records with none."""

    def records_are_served(self, request: bytes, file: int, record: int, length: int) -> bool:
        """Serve function 20 a length of 0."""
        return (request[0] == READ and length == 0) or super().records_are_served(
            request, file, record, length
        )
