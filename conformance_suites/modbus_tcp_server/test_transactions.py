"""MODBUS Messaging on TCP/IP V1.0b, 4.4.2.1 and 4.4.2.2: Transactions."""

from testbed.cases import verifies
from testbed.modbus import NORMAL, SERVER_DEVICE_BUSY, ReadHoldingRegisters, WriteSingleRegister


@verifies("MB-PIPELINE-DECLARED")
async def test_as_many_as_declared(modbus, declared):
    """As many requests as the device declares to accept at once are all answered."""
    replies = await modbus.pipeline([modbus.harmless] * declared.transactions)

    assert replies.outcomes == [NORMAL] * declared.transactions


@verifies("MB-PIPELINE-DECLARED")
async def test_as_many_as_declared_in_segments_of_their_own(modbus, declared):
    """As many requests as are declared to wait at once, each in its own segment, are all answered."""
    replies = await modbus.pipeline_apart([modbus.harmless] * declared.transactions)

    assert replies.outcomes == [NORMAL] * declared.transactions


@verifies("MB-PIPELINE-MATCH")
async def test_each_answer_belongs_to_its_request(modbus, registers):
    """Each of four pipelined answers carries the data that its own request asked for."""
    await registers.set(0x1111, 0x2222, 0x3333, 0x4444)
    requests = [ReadHoldingRegisters(registers.first + at, 1) for at in (2, 0, 3, 1)]
    replies = await modbus.pipeline(requests)

    assert replies.values == [(0x3333,), (0x1111,), (0x4444,), (0x2222,)]


@verifies("MB-PIPELINE-ERROR")
async def test_a_refused_request_between_good_ones(modbus, declared):
    """A request that must be refused does not keep the ones around it from being answered."""
    refused = ReadHoldingRegisters(declared.holding_registers.first, 0)
    replies = await modbus.pipeline([modbus.harmless, refused, modbus.harmless])

    assert replies.outcomes[0::2] == [NORMAL, NORMAL]


@verifies("MB-PIPELINE-EXCESS")
async def test_more_than_declared(modbus, declared):
    """A request beyond the declared number is answered, normally or with exception 06."""
    replies = await modbus.pipeline([modbus.harmless] * (declared.transactions + 1))

    assert replies.outcomes[-1] in (NORMAL, SERVER_DEVICE_BUSY)


@verifies("MB-PIPELINE-EXCESS")
async def test_thirty_two_at_once(modbus, declared):
    """Of 32 requests in one segment each beyond the declared number is answered, normally or with 06."""
    replies = await modbus.pipeline([modbus.harmless] * 32)

    assert set(replies.outcomes[declared.transactions :]) <= {NORMAL, SERVER_DEVICE_BUSY}


@verifies("MB-PIPELINE-ORDER")
async def test_a_read_behind_a_write(modbus, registers):
    """A read in the same segment behind a write returns the value that was written."""
    await registers.set(0x1111)
    write, read = WriteSingleRegister(registers.first, 0x2222), ReadHoldingRegisters(registers.first, 1)
    replies = await modbus.pipeline([write, read])

    assert replies.values[1] == (0x2222,)
