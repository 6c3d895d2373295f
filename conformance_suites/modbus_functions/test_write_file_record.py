"""MODBUS Application Protocol V1.1b3, 6.15: Write File Record (21)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import (
    CLOSED,
    ILLEGAL_DATA_ADDRESS,
    ILLEGAL_DATA_VALUE,
    NORMAL,
    SILENCE,
    RecordWrite,
    WriteFileRecord,
)

LONGEST = range(0, 119 * 0x0101, 0x0101)
"""119 values with two equal bytes each: the order of bytes is judged elsewhere."""


@verifies("MB-FC21-WRITES")
async def test_writes(modbus, files):
    """Records hold the values that were written, in the order of their numbers."""
    await modbus.write_file_record(files.content(0x06AF, 0x04BE, 0x100D))
    held = await files.values()

    assert held == (0x06AF, 0x04BE, 0x100D)


@verifies("MB-FC21-ECHO")
async def test_echo(modbus, files):
    """A write is answered with an echo of the request."""
    request = WriteFileRecord((files.content(0x06AF, 0x04BE, 0x100D),))
    reply = await modbus.ask(request)

    assert reply.echo == request.encode()


@verifies("MB-FC21-GROUPS")
async def test_groups(modbus, files):
    """Two groups that do not follow one another are both written."""
    await files.set(0, 0, 0)
    await modbus.write_file_record(files.content(0x3333, at=2), files.content(0x1111))
    held = await files.values()

    assert held == (0x1111, 0, 0x3333)


@verifies("MB-FC21-NEIGHBOURS")
async def test_neighbours(modbus, files):
    """A write to a record leaves the records before and behind it as they were."""
    await files.set(0x1111, 0x2222, 0x3333)
    await modbus.write_file_record(files.content(0x4444, at=1))
    before, _, behind = await files.values()

    assert (before, behind) == (0x1111, 0x3333)


@verifies("MB-FC21-LENGTH-MAX")
async def test_length_max(modbus, files):
    """All 119 records of a write with a data length of 245 hold the values that were written."""
    await modbus.write_file_record(files.content(*LONGEST))
    held = await files.values()

    assert held == tuple(LONGEST)


@verifies("MB-FC21-LENGTH-FB")
async def test_length_fb(modbus, files):
    """A write of 122 records, whose data length is 251, is carried out."""
    reply = await modbus.write_file_record(files.content(*[0] * 122))

    assert reply.exception == NORMAL


@verifies("MB-FC21-LENGTH-SHORT")
@pytest.mark.parametrize("size", [0, 7, 8])
async def test_length_short(modbus, files, size):
    """A data length too small for one record is refused with exception 03."""
    group = WriteFileRecord((files.content(0x1234),)).encode()[2:]
    reply = await modbus.ask(bytes([21, size]) + group[:size])

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC21-LENGTH-FIELD")
@pytest.mark.parametrize("length", [1, 3])
async def test_length_field(modbus, files, length):
    """A record length other than the registers that follow is refused with exception 03."""
    group = RecordWrite(files.file, files.first, (0x1111, 0x2222), length=length)
    reply = await modbus.write_file_record(group)

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC21-PDU-SHORT")
async def test_pdu_short(modbus, files):
    """A request shorter than its data length says is refused with exception 03, or gets no answer."""
    request = WriteFileRecord((files.content(0x1111, 0x2222),))
    outcome = await modbus.outcome(request.encode()[:-2])

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC21-REFERENCE-TYPE")
@pytest.mark.parametrize("reference_type", [0, 5, 7])
async def test_reference_type(modbus, files, reference_type):
    """A reference type other than 6 is refused with exception 02."""
    reply = await modbus.write_file_record(RecordWrite(files.file, files.first, (0,), reference_type))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC21-FILE-ZERO")
async def test_file_zero(modbus, declared):
    """A write to file 0 is refused with exception 02."""
    reply = await modbus.write_file_record(RecordWrite(0, declared.files.first, (0,)))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC21-FILE-OUTSIDE")
async def test_file_outside(modbus, declared):
    """A write to a file that the device does not serve is refused with exception 02."""
    reply = await modbus.write_file_record(RecordWrite(declared.files.absent, declared.files.first, (0,)))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC21-RECORD-OVER")
@pytest.mark.parametrize(("record", "count"), [(10000, 1), (65535, 1), (9999, 2)])
async def test_record_over(modbus, declared, record, count):
    """A write that reaches past record 9999 is refused with exception 02."""
    reply = await modbus.write_file_record(RecordWrite(declared.files.file, record, (0,) * count))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC21-RANGE-BEYOND")
async def test_range_beyond(modbus, declared):
    """A write of two records from the last declared one on is refused with exception 02."""
    reply = await modbus.write_file_record(RecordWrite(declared.files.file, declared.files.last, (0, 0)))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC21-REFUSED-UNCHANGED")
async def test_refused_unchanged(modbus, files):
    """A request that was refused for its second group has not written its first one."""
    await files.set(0x1111)
    await modbus.refused(WriteFileRecord((files.content(0x2222), RecordWrite(0, 0, (0x3333,)))))
    held = await files.values()

    assert held == (0x1111,)
