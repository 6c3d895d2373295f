"""MODBUS Application Protocol V1.1b3, 6.6, 6.12; Messaging on TCP/IP V1.0b, 4.4.1.4: answers to writes."""

from testbed.cases import verifies
from testbed.modbus_client import NO_VALUE, echo, refusal, silent


@verifies("MBC-WRITE-REFUSED")
async def test_refused_write(client):
    """A write that is refused with exception 02 is no success."""
    meeting = await client.writes(refusal(0x02))

    assert meeting.belief in NO_VALUE


@verifies("MBC-ECHO-VALUE")
async def test_other_value(client):
    """A write that is answered with another value is no success."""
    meeting = await client.writes(echo(4), function="fc06")

    assert meeting.belief in NO_VALUE


@verifies("MBC-ECHO-ADDRESS")
async def test_other_address(client):
    """A write that is answered with another address is no success."""
    meeting = await client.writes(echo(2), function="fc06")

    assert meeting.belief in NO_VALUE


@verifies("MBC-ECHO-QUANTITY")
async def test_other_quantity(client):
    """A write that is answered with another quantity is no success."""
    meeting = await client.writes(echo(4), function="fc16")

    assert meeting.belief in NO_VALUE


@verifies("MBC-WRITE-ONCE")
async def test_lost_answer_is_no_second_write(client, declared):
    """A write whose answer is lost is made no more often than declared."""
    meeting = await client.writes(silent())

    assert len(meeting.asked) <= declared.tries_of_writes


@verifies("MBC-WRITE-LOST")
async def test_lost_answer_is_no_success(client):
    """A write whose answer is lost is no success."""
    meeting = await client.writes(silent())

    assert meeting.belief in NO_VALUE
