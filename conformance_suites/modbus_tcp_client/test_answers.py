"""MODBUS Messaging on TCP/IP V1.0b, 4.4.1.3: what a client may believe of what it is answered."""

import pytest

from testbed.cases import verifies
from testbed.modbus_client import (
    ERROR,
    NO_VALUE,
    NOT_FOOLED,
    RIGHT,
    codeless,
    counted,
    foreign,
    function,
    garbage,
    good,
    in_pieces,
    late,
    of_registers,
    refusal,
    silent,
    truncated,
    twice,
    unsolicited_before,
)


@verifies("MBC-TRANSACTION-FOREIGN")
async def test_other_transaction(client):
    """A response with another transaction identifier is not believed."""
    meeting = await client.reads(foreign(transaction=1))

    assert meeting.belief in NO_VALUE


@verifies("MBC-PROTOCOL-FOREIGN")
async def test_other_protocol(client):
    """A response with protocol identifier 1 is not believed."""
    meeting = await client.reads(foreign(protocol=1))

    assert meeting.belief in NO_VALUE


@verifies("MBC-UNIT-FOREIGN")
async def test_other_unit(client):
    """A response of another unit is not believed."""
    meeting = await client.reads(foreign(unit=1))

    assert meeting.belief in NO_VALUE


@verifies("MBC-FUNCTION-FOREIGN")
async def test_other_function(client):
    """A response with another function code is not believed."""
    meeting = await client.reads(function(0x17))

    assert meeting.belief in NO_VALUE


@verifies("MBC-EXCEPTION")
@pytest.mark.parametrize("code", [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x08, 0x0A, 0x0B])
async def test_exception(client, code):
    """An exception response gives no value."""
    meeting = await client.reads(refusal(code))

    assert meeting.belief in NO_VALUE


@verifies("MBC-EXCEPTION-REPORTED")
@pytest.mark.parametrize("code", [0x01, 0x02, 0x03, 0x04, 0x08, 0x0A, 0x0B])
async def test_exception_is_reported(client, code):
    """An exception response is reported as an error."""
    meeting = await client.reads(refusal(code))

    assert meeting.belief is ERROR


@verifies("MBC-EXCEPTION-UNKNOWN")
async def test_unknown_exception(client):
    """Exception code 7F is reported as an error."""
    meeting = await client.reads(refusal(0x7F))

    assert meeting.belief is ERROR


@verifies("MBC-EXCEPTION-FOREIGN")
async def test_exception_to_another_function(client):
    """An exception to function 17 hex gives no value."""
    meeting = await client.reads(refusal(0x02, of=0x17))

    assert meeting.belief in NO_VALUE


@verifies("MBC-EXCEPTION-SHORT")
async def test_exception_without_a_code(client):
    """An exception response of one byte gives no value."""
    meeting = await client.reads(codeless())

    assert meeting.belief in NO_VALUE


@verifies("MBC-BYTE-COUNT")
@pytest.mark.parametrize(("said", "there"), [(0, -2), (2, 0), (-2, 0)])
async def test_byte_count(client, said, there):
    """A byte count that does not count the data is not believed."""
    meeting = await client.reads(counted(said=said, there=there))

    assert meeting.belief in NO_VALUE


@verifies("MBC-MORE-REGISTERS")
async def test_more_registers(client):
    """A response with seven registers too many is not believed."""
    meeting = await client.reads(of_registers(+7))

    assert meeting.belief in NO_VALUE


@verifies("MBC-FEWER-REGISTERS")
async def test_fewer_registers(client):
    """A response with one register too few is not believed."""
    meeting = await client.reads(of_registers(-1))

    assert meeting.belief in NO_VALUE


@verifies("MBC-TRUNCATED")
@pytest.mark.parametrize("size", [9, 11])
async def test_truncated(client, size):
    """The first bytes of a response are not believed."""
    meeting = await client.reads(truncated(size), silent())

    assert meeting.belief in NO_VALUE


@verifies("MBC-LENGTH-HUGE")
async def test_huge_length(client):
    """A response with length FFFF is not believed."""
    meeting = await client.reads(foreign(length=0xFFFF))

    assert meeting.belief in NO_VALUE


@verifies("MBC-LENGTH-SMALL")
async def test_small_length(client):
    """A response whose length field is too small by one register is not believed."""
    meeting = await client.reads(foreign(shorter=2))

    assert meeting.belief in NO_VALUE


@verifies("MBC-GARBAGE")
async def test_garbage(client):
    """Forty bytes AA give no value."""
    meeting = await client.reads(garbage(40))

    assert meeting.belief in NO_VALUE


@verifies("MBC-SPLIT")
@pytest.mark.parametrize("size", [1, 7, 10])
async def test_split(client, size):
    """A response in segments of some bytes is believed."""
    meeting = await client.reads(in_pieces(size, 0.01))

    assert meeting.belief is RIGHT


@verifies("MBC-UNSOLICITED")
async def test_unsolicited(client):
    """A response that nobody asked for is discarded, the right one behind it may be believed."""
    meeting = await client.reads(unsolicited_before())

    assert meeting.belief in NOT_FOOLED


@verifies("MBC-DUPLICATE")
async def test_duplicate(client):
    """A response that came twice is not the answer to the next request."""
    meeting = await client.polls(twice(), good())

    assert meeting.belief in NOT_FOOLED


@verifies("MBC-LATE")
async def test_late(client):
    """A response after 1.4 time-outs is not the answer to the next request."""
    meeting = await client.polls(late(1.4), good())

    assert meeting.belief in NOT_FOOLED
