"""OPC 10000-6 1.05.04, 7.1.2.3 and 7.1.2.4: Hello Message, Acknowledge Message."""

import pytest

from testbed.cases import verifies
from testbed.opcua import CLOSED, HEL, NORMAL, SILENCE, asking, bearable, granted, ids, stated, status

READ_STATUS = 200
"""ServerStatus structures that make a response of more than 8,192 bytes."""


@verifies("UA-HEL-VERSION")
async def test_version(wire):
    """A Hello of version 0 is acknowledged with version 0."""
    reply = granted(await wire.hello(version=0))

    assert reply.acknowledge.version == 0


@verifies("UA-HEL-VERSION-HIGHER")
async def test_version_higher(wire):
    """A Hello of version 99 is acknowledged."""
    reaction = await wire.ended(wire.hello(version=99))

    assert reaction == NORMAL


@verifies("UA-HEL-UNLIMITED")
async def test_unlimited(wire):
    """A Hello that sets no limit to messages and chunks is acknowledged."""
    reaction = await wire.ended(wire.hello(max_message=0, max_chunks=0))

    assert reaction == NORMAL


@verifies("UA-HEL-BUFFER-LEAST")
async def test_buffer_least(wire):
    """A Hello with buffers of 8,192 bytes is acknowledged."""
    reaction = await wire.ended(wire.hello(receive_buffer=8192, send_buffer=8192))

    assert reaction == NORMAL


@verifies("UA-HEL-BUFFER-TINY")
@pytest.mark.parametrize("field", ["receive_buffer", "send_buffer"])
async def test_buffer_tiny(wire, field):
    """A Hello with a buffer of 1,023 bytes is refused."""
    reaction = await wire.ended(wire.hello(**{field: 1023}))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-ACK-RECEIVE-LEAST")
async def test_receive_least(wire):
    """The receive buffer that is acknowledged to a client with one of 65,535 bytes has 8,192 at least."""
    reply = granted(await wire.hello())

    assert reply.acknowledge.receive_buffer >= 8192


@verifies("UA-ACK-SEND-LEAST")
async def test_send_least(wire):
    """The send buffer that is acknowledged to a client with one of 65,535 bytes has 8,192 at least."""
    reply = granted(await wire.hello())

    assert reply.acknowledge.send_buffer >= 8192


@verifies("UA-ACK-RECEIVE-MOST")
async def test_receive_most(wire):
    """The receive buffer that is acknowledged to a client that sends 8,192 bytes has no more than these."""
    reply = granted(await wire.hello(send_buffer=8192))

    assert reply.acknowledge.receive_buffer <= 8192


@verifies("UA-ACK-SEND-MOST")
async def test_send_most(wire):
    """The send buffer that is acknowledged to a client that takes 8,192 bytes has no more than these."""
    reply = granted(await wire.hello(receive_buffer=8192))

    assert reply.acknowledge.send_buffer <= 8192


@verifies("UA-HEL-URL-TOO-LONG")
async def test_url_too_long(wire):
    """A Hello with a URL of 5,000 bytes is refused."""
    reaction = await wire.ended(wire.hello(url="opc.tcp://localhost/".ljust(5000, "x")))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-HEL-URL-CODE")
async def test_url_code(wire):
    """A Hello with a URL of 5,000 bytes is met with Bad_TcpEndpointUrlInvalid, if not with a close."""
    reaction = await wire.ended(wire.hello(url="opc.tcp://localhost/".ljust(5000, "x")))

    assert reaction in (status.BadTcpEndpointUrlInvalid, CLOSED)


@verifies("UA-HEL-RESERVED")
async def test_reserved(wire):
    """A Hello whose fourth byte is X is answered."""
    await wire.send(HEL + b"X" + wire.greeting()[4:])
    reaction = await wire.ended(wire.answer())

    assert reaction not in (SILENCE, CLOSED)


@verifies("UA-HEL-MAX-MESSAGE")
async def test_max_message(wire):
    """Endpoints do not fit into the 200 bytes that a client takes: Bad_ResponseTooLarge."""
    granted(await wire.hello(max_message=200))
    granted(await wire.open())
    reply = await wire.get_endpoints()

    assert reply.status == status.BadResponseTooLarge


@verifies("UA-HEL-MAX-CHUNKS")
async def test_max_chunks(wire):
    """A hundred ServerStatus structures do not fit into the one chunk that a client takes."""
    granted(await wire.hello(receive_buffer=8192, max_chunks=1))
    granted(await wire.open())
    granted(await wire.create_session())
    granted(await wire.activate_session())
    reply = bearable(await wire.read(*[ids.Server_ServerStatus] * READ_STATUS))

    assert reply.status == status.BadResponseTooLarge


@verifies("UA-ACK-MAX-CHUNKS")
async def test_server_max_chunks(wire):
    """A request of more chunks than the server has acknowledged is refused."""
    most = stated(granted(await wire.hello()).acknowledge.max_chunks, 1000)
    granted(await wire.open())
    await wire.send(b"".join(wire.seal(asking((most + 1) * 1024), most=1024)))
    reaction = await wire.ended(wire.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-ACK-MAX-MESSAGE")
async def test_server_max_message(wire):
    """A request of more bytes than the server has acknowledged is refused."""
    most = stated(granted(await wire.hello()).acknowledge.max_message, 20_000_000)
    granted(await wire.open())
    await wire.send(b"".join(wire.seal(asking(most))))
    reaction = await wire.ended(wire.answer())

    assert reaction not in (NORMAL, SILENCE)
