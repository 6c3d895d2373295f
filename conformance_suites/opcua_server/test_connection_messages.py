"""OPC 10000-6 1.05.04, 7.1.2.2, 7.1.3, 7.1.5: Message Header, Establishing a connection, Error handling."""

from testbed.cases import verifies
from testbed.opcua import CLOSED, HEL, MSG, NORMAL, SILENCE, asking, granted, stated, status

UNKNOWN = b"XYZF\x20\x00\x00\x00" + bytes(24)
"""A message of 32 bytes and of a type that is none."""
GRACE = 3.0
"""Seconds for which a server may leave a connection open behind an Error message (assumed)."""


@verifies("UA-HEL-FIRST")
async def test_hello_first(wire):
    """An OpenSecureChannel on a connection without a Hello is met with an Error message or a close."""
    await wire.send(b"".join(wire.opening()))
    reaction = await wire.ended(wire.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-HEL-ONCE")
async def test_hello_once(wire):
    """A second Hello is met with an Error message or a close."""
    granted(await wire.hello())
    reaction = await wire.ended(wire.hello())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-UACP-TYPE-UNKNOWN")
async def test_type_unknown_first(wire):
    """A message of type XYZ in place of a Hello is met with an Error message or a close."""
    await wire.send(UNKNOWN)
    reaction = await wire.ended(wire.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-UACP-TYPE-UNKNOWN")
async def test_type_unknown_later(channel):
    """A message of type XYZ on an open channel is met with an Error message or a close."""
    await channel.send(UNKNOWN)
    reaction = await channel.ended(channel.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-UACP-SIZE-HUGE")
async def test_size_huge_hello(wire):
    """A Hello that states 4,294,967,295 bytes is met with an Error message or a close."""
    await wire.send(HEL + b"F\xff\xff\xff\xff" + bytes(24))
    reaction = await wire.ended(wire.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-UACP-SIZE-HUGE")
async def test_size_huge_message(channel):
    """A chunk that states 4,294,967,295 bytes is met with an Error message or a close."""
    await channel.send(MSG + b"F\xff\xff\xff\xff" + bytes(24))
    reaction = await channel.ended(channel.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-UACP-SIZE-SMALL")
async def test_size_small(wire):
    """A Hello that states 4 bytes is met with an Error message or a close."""
    await wire.send(HEL + b"F\x04\x00\x00\x00")
    reaction = await wire.ended(wire.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-UACP-SIZE-NEGOTIATED")
async def test_size_negotiated(wire):
    """A chunk that is a thousand bytes longer than the receive buffer that was acknowledged is refused."""
    negotiated = stated(granted(await wire.hello(send_buffer=8192)).acknowledge.receive_buffer, 1_000_000)
    granted(await wire.open())
    await wire.send(b"".join(wire.seal(asking(negotiated + 1000), most=negotiated + 10_000)))
    reaction = await wire.ended(wire.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-ERR-SENT")
async def test_error_sent(wire):
    """The end of a connection on which a message of type XYZ came is announced by an Error message."""
    granted(await wire.hello())
    await wire.send(UNKNOWN)
    reply = await wire.answer()

    assert reply.is_error_message


@verifies("UA-ERR-CODE")
async def test_error_code(wire):
    """The Error message about a message of type XYZ says Bad_TcpMessageTypeInvalid."""
    await wire.send(UNKNOWN)
    reaction = await wire.ended(wire.answer())

    assert reaction in (status.BadTcpMessageTypeInvalid, CLOSED)


@verifies("UA-ERR-CLOSES")
async def test_error_closes(wire):
    """A connection on which a message of type XYZ came is closed by the server."""
    await wire.send(UNKNOWN)
    await wire.ended(wire.answer())
    closed = await wire.is_closed(GRACE)

    assert closed
