"""File records and FIFO queues of a Modbus server: functions 20, 21 and 24.

MODBUS Application Protocol Specification V1.1b3, 6.14, 6.15 and 6.18 ("AP" below). As everywhere in the
server, each rule is one small method that a mutant overrides.
"""

from collections.abc import Iterator, Mapping, Sequence
from struct import Struct
from types import MappingProxyType
from typing import ClassVar

from device_simulators.modbus.datastore import Registers
from device_simulators.modbus.rules import Rules
from testbed.protocols.modbus import MAX_PDU, ExceptionCode

REFERENCE_TYPE = 6  # AP 6.14, the only one
RECORDS = 10_000  # of one file, 0 to 9999 (AP 6.14)
QUEUE_MAX = 31  # values that an answer of function 24 may hold (AP 6.18)

_group = Struct(">BHHH")
_GROUP_SIZE = 7
_word = Struct(">H").pack
_ADDRESS = int(ExceptionCode.ILLEGAL_DATA_ADDRESS)
_VALUE = int(ExceptionCode.ILLEGAL_DATA_VALUE)

Group = tuple[int, int, int, int, bytes]
"""A sub-request: reference type, file, record, length in registers, and the data of a write."""


class FileServer(Rules):
    """Rules and functions of file records and FIFO queues; a device without any refuses with 02."""

    READ_FILE_MAX: ClassVar[int] = 0xF5  # byte count, AP 6.14
    WRITE_FILE_MAX: ClassVar[int] = 0xFB  # data length, AP 6.15 (its Fig. 25 says 0xF5)

    files: Mapping[int, Registers] = MappingProxyType({})
    """Records, a register each, by file number."""
    fifos: Mapping[int, Sequence[int]] = MappingProxyType({})
    """Queued values, the oldest first, by the address of the FIFO pointer."""

    # Rules

    def byte_count_is_legal(self, request: bytes, least: int, most: int) -> bool:
        """The byte count of a file request lies within its limits (AP Fig. 24, 25)."""
        return least <= request[1] <= most

    def groups_are_whole(self, request: bytes) -> bool:
        """A read consists of sub-requests of seven bytes (AP 6.14)."""
        return request[1] % _GROUP_SIZE == 0

    def reference_type_is_legal(self, request: bytes, reference_type: int) -> bool:  # noqa: ARG002
        """The reference type is 6 (AP 6.14, 6.15)."""
        return reference_type == REFERENCE_TYPE

    def file_is_served(self, request: bytes, file: int) -> bool:  # noqa: ARG002
        """The file exists; there is no file 0 (AP 6.14, 6.15)."""
        return file in self.files

    def records_are_served(self, request: bytes, file: int, record: int, length: int) -> bool:  # noqa: ARG002
        """At least one record, none above 9999, all of them exist (AP 6.14, 7)."""
        return 0 < length <= RECORDS - record and self.records(file).covers(record, length)

    def queue_is_served(self, request: bytes, pointer: int) -> bool:  # noqa: ARG002
        """A FIFO pointer stands at the address (AP Fig. 28)."""
        return pointer in self.fifos

    def queue_is_readable(self, request: bytes, queue: Sequence[int]) -> bool:  # noqa: ARG002
        """The queue holds no more than 31 values (AP 6.18)."""
        return len(queue) <= QUEUE_MAX

    # Data

    def records(self, file: int) -> Registers:
        """Return the records of a file that is served."""
        return self.files[file]

    def read_records(self, request: bytes, file: int, record: int, length: int) -> bytearray:  # noqa: ARG002
        """Read the registers of one sub-request."""
        return self.records(file).read(record, length)

    def write_records(self, request: bytes, file: int, record: int, data: bytes) -> None:  # noqa: ARG002
        """Write the registers of one sub-request."""
        self.records(file).write(record, data)

    def queued(self, request: bytes, pointer: int) -> Sequence[int]:  # noqa: ARG002
        """Read a queue, which stays as it is (AP 6.18)."""
        return self.fifos[pointer]

    # Responses

    def record_response(self, request: bytes, data: bytes | bytearray) -> bytes:  # noqa: ARG002
        """Lay out one sub-response: its length, reference type and data (AP 6.14)."""
        return bytes((1 + len(data), REFERENCE_TYPE)) + data

    def file_response(self, request: bytes, data: bytes) -> bytes:
        """Put the sub-responses into an answer; where it would exceed a PDU, refuse (AP 6.14)."""
        if len(data) > MAX_PDU - 2:
            return self.refuse(request, _VALUE)
        return bytes((request[0], len(data))) + data

    def queue_response(self, request: bytes, queue: Sequence[int]) -> bytes:
        """Answer with byte count, queue count and values (AP 6.18)."""
        values = b"".join(map(_word, queue))
        return request[:1] + _word(2 + len(values)) + _word(len(queue)) + values

    # Functions

    def read_file_record(self, request: bytes) -> bytes:
        """Function 20 (AP 6.14, Fig. 24)."""
        if not (
            self.length_is_right(request, _length(request))
            and self.byte_count_is_legal(request, _GROUP_SIZE, self.READ_FILE_MAX)
            and self.groups_are_whole(request)
        ):
            return self.refuse(request, _VALUE)
        groups = [(*group, b"") for group in _group.iter_unpack(request[2 : 2 + request[1] // 7 * 7])]
        if not self.groups_are_served(request, groups):
            return self.refuse(request, _ADDRESS)
        found = (self.read_records(request, *group[1:4]) for group in groups)
        return self.file_response(request, b"".join(self.record_response(request, data) for data in found))

    def write_file_record(self, request: bytes) -> bytes:
        """Function 21 (AP 6.15, Fig. 25); nothing is written before all sub-requests are checked."""
        if not (
            self.length_is_right(request, _length(request))
            and self.byte_count_is_legal(request, _GROUP_SIZE + 2, self.WRITE_FILE_MAX)
        ):
            return self.refuse(request, _VALUE)
        groups = list(self.writes_of(request))
        if not all(self.data_are_whole(request, group) for group in groups):
            return self.refuse(request, _VALUE)
        if not self.groups_are_served(request, groups):
            return self.refuse(request, _ADDRESS)
        for _, file, record, _, data in groups:
            self.write_records(request, file, record, data)
        return self.echo(request)

    def read_fifo_queue(self, request: bytes) -> bytes:
        """Function 24 (AP 6.18, Fig. 28)."""
        if not self.length_is_right(request, 3):
            return self.refuse(request, _VALUE)
        pointer = int.from_bytes(request[1:3])
        if not self.queue_is_served(request, pointer):
            return self.refuse(request, _ADDRESS)
        queue = self.queued(request, pointer)
        if not self.queue_is_readable(request, queue):
            return self.refuse(request, _VALUE)
        return self.queue_response(request, queue)

    # Sub-requests

    def groups_are_served(self, request: bytes, groups: Sequence[Group]) -> bool:
        """Every sub-request names what exists: reference type, file, records (AP Fig. 24, 25)."""
        return all(
            self.reference_type_is_legal(request, reference_type)
            and self.file_is_served(request, file)
            and self.records_are_served(request, file, record, length)
            for reference_type, file, record, length, _ in groups
        )

    def writes_of(self, request: bytes) -> Iterator[Group]:
        """Take a write apart; the last sub-request may have fewer data than it says, or no head at all."""
        at = 2
        while at < len(request):
            head = request[at : at + _GROUP_SIZE]
            if len(head) < _GROUP_SIZE:
                yield 0, 0, 0, -1, b""
                return
            reference_type, file, record, length = _group.unpack(head)
            at += _GROUP_SIZE
            yield reference_type, file, record, length, request[at : at + 2 * length]
            at += 2 * length

    def data_are_whole(self, request: bytes, group: Group) -> bool:  # noqa: ARG002
        """A sub-request of a write has as many registers as its length says (AP 6.15)."""
        return len(group[4]) == 2 * group[3]


def _length(request: bytes) -> int:
    """Length of a PDU whose byte count is its second byte; the least possible one where it is missing."""
    return 2 + (request[1] if len(request) > 1 else 0)
