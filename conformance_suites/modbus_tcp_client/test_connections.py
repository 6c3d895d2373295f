"""MODBUS Messaging on TCP/IP V1.0b, 4.2, 4.4.1.4: time-outs, retries and connections of a client."""

from testbed.cases import verifies
from testbed.modbus_client import (
    ERROR,
    NOT_FOOLED,
    RIGHT,
    closing,
    good,
    resetting,
    silent,
    slow,
    truncated,
)


@verifies("MBC-SLOW")
async def test_slow(client):
    """An answer after half the declared time-out is believed."""
    meeting = await client.reads(slow(0.5))

    assert meeting.belief is RIGHT


@verifies("MBC-SILENCE-REPORTED")
async def test_silence(client):
    """That no answer comes is reported."""
    meeting = await client.reads(silent())

    assert meeting.belief is ERROR


@verifies("MBC-SILENCE-IN-TIME")
async def test_silence_in_time(client, declared):
    """That no answer comes is reported in bounded time."""
    meeting = await client.reads(silent())

    assert meeting.took <= declared.gives_up_within


@verifies("MBC-RETRIES")
async def test_retries(client, declared):
    """A request that is not answered is made no more often than declared."""
    meeting = await client.reads(silent())

    assert len(meeting.asked) <= declared.tries


@verifies("MBC-CLOSED-REPORTED")
async def test_closed(client):
    """A connection closed instead of an answer is reported."""
    meeting = await client.reads(closing())

    assert meeting.belief is ERROR


@verifies("MBC-RESET-REPORTED")
async def test_reset(client):
    """A connection reset instead of an answer is reported."""
    meeting = await client.reads(resetting())

    assert meeting.belief is ERROR


@verifies("MBC-NOBODY-REPORTED")
async def test_nobody(client):
    """A refused connection is reported."""
    meeting = await client.finds_nobody()

    assert meeting.belief is ERROR


@verifies("MBC-NO-REMAINS")
async def test_remains(client):
    """Half an answer before the end of a connection is no part of the next answer."""
    meeting = await client.polls(truncated(9) + closing(), good())

    assert meeting.belief in NOT_FOOLED


@verifies("MBC-RECONNECTS")
async def test_reconnects(client):
    """After the server has closed, the client connects again and believes the next answer."""
    meeting = await client.polls(closing(), good())

    assert meeting.last is RIGHT


@verifies("MBC-BACK-OFF")
async def test_back_off(client):
    """Connections that are closed again and again are not opened more than ten times a second."""
    meeting = await client.polls(*12 * [closing()])

    assert meeting.busiest_second <= 10


@verifies("MBC-KEEPS-CONNECTION")
async def test_keeps_connection(client):
    """Three polls take one connection."""
    meeting = await client.polls(good(), good(), good())

    assert meeting.connections == 1
