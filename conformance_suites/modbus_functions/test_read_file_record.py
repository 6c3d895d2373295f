"""MODBUS Application Protocol V1.1b3, 6.14: Read File Record (20)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import (
    CLOSED,
    ILLEGAL_DATA_ADDRESS,
    ILLEGAL_DATA_VALUE,
    NORMAL,
    SILENCE,
    ReadFileRecord,
    RecordReference,
)


@verifies("MB-FC20-READS")
@pytest.mark.parametrize("count", [1, 2])
async def test_reads(modbus, declared, count):
    """A group of N records is answered with its length, reference type 6 and N registers."""
    reply = await modbus.read_file_record(declared.files.reference(count=count))
    head = bytes([20, 2 + 2 * count, 1 + 2 * count, 6])

    assert (reply.pdu[:4], len(reply.pdu)) == (head, 4 + 2 * count)


@verifies("MB-FC20-VALUES")
async def test_values(modbus, files):
    """A record is returned high byte first."""
    await files.set(0x0101)
    await files.write(0x0102)
    reply = await modbus.read_file_record(files.reference())

    assert reply.records == ((0x0102,),)


@verifies("MB-FC20-GROUPS")
async def test_groups(modbus, files):
    """Two groups that do not follow one another are answered one by one, in the order of the request."""
    await files.set(0x1111, 0x2222, 0x3333, 0x4444)
    reply = await modbus.read_file_record(files.reference(at=2, count=2), files.reference(at=0))

    assert reply.records == ((0x3333, 0x4444), (0x1111,))


@verifies("MB-FC20-BYTE-COUNT-MAX")
async def test_byte_count_max(modbus, declared):
    """A request of 35 groups, the most for which its byte count has room, is answered."""
    reply = await modbus.read_file_record(*[declared.files.reference()] * 35)

    assert reply.exception == NORMAL


@verifies("MB-FC20-RESPONSE-MAX")
async def test_response_max(modbus, declared):
    """A read of 121 records in one group is answered with as many registers."""
    reply = await modbus.read_file_record(declared.files.reference(count=121))

    assert reply.exception == NORMAL


@verifies("MB-FC20-RESPONSE-OVER")
@pytest.mark.parametrize("groups", [1, 2])
async def test_response_over(modbus, declared, groups):
    """Records whose response would be longer than a PDU are refused with exception 03 or 02."""
    count = {1: 125, 2: 64}[groups]
    reply = await modbus.read_file_record(*[declared.files.reference(count=count)] * groups)

    assert reply.exception in (ILLEGAL_DATA_VALUE, ILLEGAL_DATA_ADDRESS)


@verifies("MB-FC20-BYTE-COUNT")
@pytest.mark.parametrize("size", [6, 8, 246])
async def test_byte_count(modbus, declared, size):
    """A byte count below 7, over 245 or of no whole groups is refused with exception 03."""
    groups = ReadFileRecord((declared.files.reference(),) * 36).encode()[2:]
    reply = await modbus.ask(bytes([20, size]) + groups[:size])

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC20-LENGTH-SHORT")
@pytest.mark.parametrize("size", [2, 8])
async def test_length_short(modbus, declared, size):
    """A request shorter than its byte count says is refused with exception 03, or gets no answer."""
    request = ReadFileRecord((declared.files.reference(),))
    outcome = await modbus.outcome(request.encode()[:size])

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC20-REFERENCE-TYPE")
@pytest.mark.parametrize("reference_type", [0, 5, 7])
async def test_reference_type(modbus, declared, reference_type):
    """A reference type other than 6 is refused with exception 02."""
    file, first = declared.files.file, declared.files.first
    reply = await modbus.read_file_record(RecordReference(file, first, 1, reference_type))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC20-FILE-ZERO")
async def test_file_zero(modbus, declared):
    """A read of file 0 is refused with exception 02."""
    reply = await modbus.read_file_record(RecordReference(0, declared.files.first, 1))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC20-FILE-OUTSIDE")
async def test_file_outside(modbus, declared):
    """A read of a file that the device does not serve is refused with exception 02."""
    reply = await modbus.read_file_record(RecordReference(declared.files.absent, declared.files.first, 1))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC20-RECORD-OVER")
@pytest.mark.parametrize(("record", "count"), [(10000, 1), (65535, 1), (9999, 2)])
async def test_record_over(modbus, declared, record, count):
    """A read that reaches past record 9999 is refused with exception 02."""
    reply = await modbus.read_file_record(RecordReference(declared.files.file, record, count))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC20-RANGE-BEYOND")
async def test_range_beyond(modbus, declared):
    """A read of two records from the last declared one on is refused with exception 02."""
    reply = await modbus.read_file_record(RecordReference(declared.files.file, declared.files.last, 2))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC20-SECOND-GROUP")
async def test_second_group(modbus, declared):
    """A request whose second group is wrong in all its parts is refused as a whole with exception 02."""
    wrong = RecordReference(0, 65535, 1, reference_type=5)
    reply = await modbus.read_file_record(declared.files.reference(), wrong)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC20-LENGTH-ZERO")
async def test_length_zero(modbus, declared):
    """A read of no records is refused with exception 03 or 02."""
    reply = await modbus.read_file_record(declared.files.reference(count=0))

    assert reply.exception in (ILLEGAL_DATA_VALUE, ILLEGAL_DATA_ADDRESS)
