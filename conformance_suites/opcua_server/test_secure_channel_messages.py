"""OPC 10000-6 1.05.04, 6.7.2, 6.7.3, 6.7.7 and 7.1.4: chunks, their verification, closing a connection."""

from testbed.cases import verifies
from testbed.opcua import CLOSED, NORMAL, SILENCE, asking, bearable, given_up, granted, ids, status


@verifies("UA-CHUNKS-REASSEMBLED")
async def test_reassembled(channel):
    """A request in three chunks, each in a segment of its own, is answered."""
    chunks = channel.seal(asking(250), most=160)
    await channel.send(b"".join(chunks), pieces=chunks)
    reaction = await channel.ended(channel.answer())

    assert (len(chunks), reaction) == (3, NORMAL)


@verifies("UA-CHUNKS-RESPONSE")
async def test_response(wire):
    """A hundred ServerStatus structures are read by a client that receives 8,192 bytes at once."""
    granted(await wire.hello(receive_buffer=8192))
    granted(await wire.open())
    granted(await wire.create_session())
    granted(await wire.activate_session())
    reply = bearable(await wire.read(*[ids.Server_ServerStatus] * 100))

    assert reply.status == status.Good


@verifies("UA-CHUNKS-ABORTED")
async def test_aborted(channel):
    """A request whose second chunk aborts it is not answered."""
    await channel.send(given_up(channel))
    reaction = await channel.ended(channel.answer())

    assert reaction == SILENCE


@verifies("UA-CHUNKS-ABORT-SURVIVED")
async def test_abort_survived(channel):
    """A request behind one that was aborted is answered."""
    await channel.send(given_up(channel))
    reply = await channel.get_endpoints()

    assert reply.status == status.Good


@verifies("UA-CHUNKS-TYPE-UNKNOWN")
async def test_chunk_type(channel):
    """A request in a chunk of type X is refused."""
    await channel.send(b"".join(channel.seal(asking(), chunk=b"X")))
    reaction = await channel.ended(channel.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-MSG-CHANNEL-UNKNOWN")
async def test_channel_unknown(channel):
    """A request with a channel id that differs in some bits is refused."""
    await channel.send(b"".join(channel.seal(asking(), channel_id=channel.channel.channel_id ^ 0x55)))
    reaction = await channel.ended(channel.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-MSG-TOKEN-UNKNOWN")
async def test_token_unknown(channel):
    """A request with a token id that differs in its highest bits is refused."""
    await channel.send(b"".join(channel.seal(asking(), token_id=channel.channel.token_id ^ 0x50000000)))
    reaction = await channel.ended(channel.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-MSG-TOKEN-CODE")
async def test_token_code(channel):
    """A token id that is none is met with Bad_SecureChannelTokenUnknown, if not with a close."""
    await channel.send(b"".join(channel.seal(asking(), token_id=channel.channel.token_id ^ 0x50000000)))
    reaction = await channel.ended(channel.answer())

    assert reaction in (status.BadSecureChannelTokenUnknown, status.BadTcpSecureChannelUnknown, CLOSED)


@verifies("UA-MSG-SEQUENCE-REPEATED")
async def test_sequence_repeated(channel):
    """A request with the sequence number of the one before is refused."""
    granted(await channel.get_endpoints())
    await channel.send(b"".join(channel.seal(asking(), sequence=channel.channel.send_sequence - 1)))
    reaction = await channel.ended(channel.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-MSG-SEQUENCE-GAP")
async def test_sequence_gap(channel):
    """A request whose sequence number is ten too high is refused."""
    await channel.send(b"".join(channel.seal(asking(), sequence=channel.channel.send_sequence + 10)))
    reaction = await channel.ended(channel.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-MSG-SEQUENCE-WRAP")
async def test_sequence_wrap(wire):
    """A request with a sequence number below 1,024 is answered behind one of 4,294,967,000."""
    granted(await wire.hello())
    granted(await wire.open(sequence=4294967000))
    reaction = await wire.ended(wire.get_endpoints())

    assert reaction == NORMAL


@verifies("UA-MSG-REQUEST-ID-ANY")
async def test_request_id_any(channel):
    """A request with request id 117440513, behind one with 1, is answered."""
    await channel.send(b"".join(channel.seal(asking(), request_id=0x7000001)))
    reaction = await channel.ended(channel.answer())

    assert reaction == NORMAL


@verifies("UA-MSG-BEFORE-OPEN")
async def test_before_open(wire):
    """A request behind a Hello, without a channel, is refused."""
    granted(await wire.hello())
    await wire.send(b"".join(wire.seal(asking())))
    reaction = await wire.ended(wire.answer())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-CLO-RELEASED")
async def test_released(channel):
    """A request behind a CloseSecureChannel is not served."""
    await channel.close_channel()
    await channel.send(b"".join(channel.seal(asking())))
    reaction = await channel.ended(channel.answer())

    assert reaction != NORMAL
