"""OPC 10000-6 1.05.04, 7.2: OPC UA TCP. A message ends where its size says, and nowhere else."""

from testbed.cases import verifies
from testbed.opcua import INTERMEDIATE, MSG, NORMAL, asking, granted, status


@verifies("UA-STREAM-SPLIT")
async def test_split_hello(wire):
    """A Hello that comes in four segments, its header in two of them, is acknowledged."""
    hello = wire.greeting()
    await wire.send(hello, pieces=[hello[:1], hello[1:6], hello[6:30], hello[30:]])
    reaction = await wire.ended(wire.answer())

    assert reaction == NORMAL


@verifies("UA-STREAM-SPLIT")
async def test_split_request(channel):
    """A request that comes in three segments, its header in two of them, is answered."""
    chunk = b"".join(channel.seal(asking()))
    await channel.send(chunk, pieces=[chunk[:5], chunk[5:20], chunk[20:]])
    reaction = await channel.ended(channel.answer())

    assert reaction == NORMAL


@verifies("UA-STREAM-COALESCED")
async def test_coalesced(channel):
    """Two requests in one segment are both answered."""
    await channel.send(b"".join([*channel.seal(asking()), *channel.seal(asking())]))
    granted(await channel.answer())
    reaction = await channel.ended(channel.answer())

    assert reaction == NORMAL


@verifies("UA-ROBUST-GARBAGE")
async def test_garbage(channel, other_wire):
    """A client is served while a kilobyte of garbage comes on another connection."""
    await other_wire.send(b"\xde\xad\xbe\xef" * 256)
    await other_wire.is_closed()
    reply = await channel.get_endpoints()

    assert reply.status == status.Good


@verifies("UA-ROBUST-HALF-OPEN")
async def test_half_open(crowd):
    """A client opens a channel beside twenty connections on which a Hello was said and no more."""
    await crowd.greetings(20)
    reactions = await crowd.channels(1)

    assert reactions == [NORMAL]


@verifies("UA-ROBUST-SLOW")
async def test_slow(wire, crowd):
    """A client opens a channel beside a connection on which half of a Hello came."""
    await wire.send(wire.greeting()[:20])
    reactions = await crowd.channels(1)

    assert reactions == [NORMAL]


@verifies("UA-ROBUST-RESET")
async def test_reset(channel, other_channel):
    """A client is served after another was reset in the middle of a chunk."""
    await other_channel.send(MSG + b"F\x00\x10\x00\x00" + bytes(100))
    other_channel.reset()
    reply = await channel.get_endpoints()

    assert reply.status == status.Good


@verifies("UA-ROBUST-UNFINISHED")
async def test_unfinished(channel, other_channel):
    """A client is served while another has sent the first chunk of a request and no more."""
    await other_channel.send(b"".join(other_channel.seal(asking(), chunk=INTERMEDIATE)))
    reply = await channel.get_endpoints()

    assert reply.status == status.Good
