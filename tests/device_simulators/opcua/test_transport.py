"""The connection protocol of the reference server, on the wire (10000-6, 7.1)."""

import asyncio
import socket

import pytest
from asyncua import ua

from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import Acknowledge, Hello, encode_service, status
from tests.device_simulators.opcua.peer import CLOSED, Peer, channel, plays, said, session


@plays
async def test_an_acknowledge_keeps_within_what_was_asked_and_what_is_served(device):
    peer = Peer(device)
    assert await peer.hello(receive_buffer=8192, send_buffer=1 << 20) == Acknowledge(
        0, 65535, 8192, 1 << 20, 256
    )


@plays
async def test_a_higher_version_is_answered_with_ours(device):
    peer = Peer(device)
    assert (await peer.hello(version=99)).version == 0
    assert isinstance(await peer.open(version=99), ua.OpenSecureChannelResponse)


@plays
async def test_another_version_than_in_the_hello_opens_no_channel(device):
    peer = Peer(device)
    await peer.hello(version=3)
    assert await peer.open(version=5) == status.BadProtocolVersionUnsupported


@plays
async def test_buffers_down_to_1024_bytes_are_served(device):
    peer = Peer(device)
    agreed = await peer.hello(receive_buffer=1024, send_buffer=1024)
    assert (agreed.receive_buffer, agreed.send_buffer) == (1024, 1024)
    assert isinstance(await peer.open(), ua.OpenSecureChannelResponse)


async def refused(device, *frames):
    peer = Peer(device)
    peer.send(*frames)
    answers = [await peer.answer()]
    while answers[-1] not in {CLOSED, None}:
        answers.append(await peer.answer())
    return answers


HELLO = Hello(url="opc.tcp://x").encode()
REFUSALS = {
    "a small buffer": (Hello(receive_buffer=1023).encode(), status.BadConnectionRejected),
    "a long URL": (Hello(url="x" * 4096).encode(), status.BadTcpEndpointUrlInvalid),
    "no Hello": (b"OPNF\x0c\0\0\0\0\0\0\0", status.BadTcpMessageTypeInvalid),
    "no type": (b"XXXF\x08\0\0\0", status.BadTcpMessageTypeInvalid),
    "half of no type": (b"XXXF\x08", status.BadTcpMessageTypeInvalid),
    "HTTP": (b"GET / HTTP/1.1\r\n\r\n", status.BadTcpMessageTypeInvalid),
    "4 GiB": (b"HELF\xff\xff\xff\xff", status.BadTcpMessageTooLarge),
    "less than a header": (b"HELF\x04\0\0\0", status.BadTcpMessageTooLarge),
    "half a Hello that is whole": (b"HELF\x0c\0\0\0\0\0\0\0", status.BadDecodingError),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_what_is_no_hello_is_refused_and_closed(what):
    frame, why = REFUSALS[what]

    @plays
    async def play(device):
        assert await refused(device, frame) == [why, CLOSED]
        assert not device.lines

    play()


@plays
async def test_a_second_hello_is_refused(device):
    answers = await refused(device, HELLO, HELLO)
    assert answers[1:] == [status.BadTcpMessageTypeInvalid, CLOSED]


@plays
async def test_a_chunk_beyond_the_buffer_that_was_agreed_is_refused(device):
    peer = await channel(device, send_buffer=8192)
    peer.send(b"MSGF" + (8193).to_bytes(4, "little"))
    assert [await peer.answer(), await peer.answer()] == [status.BadTcpMessageTooLarge, CLOSED]


@plays
async def test_a_hello_may_come_byte_by_byte_and_all_at_once_with_what_follows(device):
    peer = Peer(device)
    for byte in HELLO:
        peer.send(bytes((byte,)))
        await asyncio.sleep(0.01)
    assert isinstance(await peer.answer(), Acknowledge)
    peer = Peer(device)
    peer.send(HELLO, *peer.sealed(peer.open_request(), type=b"OPN"))
    assert isinstance(await peer.answer(), Acknowledge)
    assert isinstance(await peer.answer(), ua.OpenSecureChannelResponse)


@pytest.mark.parametrize("sent", [b"", HELLO[:9], HELLO])
def test_a_peer_that_opens_no_channel_is_closed_in_seconds(sent):
    @plays
    async def play(device):
        peer = Peer(device)
        peer.send(sent)
        await asyncio.sleep(device.CHANNEL_WITHIN - 0.1)
        assert not peer.is_closed
        await asyncio.sleep(0.2)
        assert peer.is_closed
        assert not device.lines

    play()


@plays
async def test_a_peer_that_has_opened_a_channel_stays(device):
    user = await session(device)
    await asyncio.sleep(2 * device.CHANNEL_WITHIN)

    assert not user.is_closed


@plays
async def test_one_connection_too_many_takes_the_place_of_an_idle_one(device):
    user = await session(device)
    idle = [Peer(device) for _ in range(device.MAX_CONNECTIONS)]
    assert await idle[0].answer() == status.BadTcpServerTooBusy
    assert await idle[0].answer() == CLOSED
    assert len(device.lines) == device.MAX_CONNECTIONS
    assert said(await user.read()) == status.Good


@plays
async def test_a_response_beyond_the_limits_of_the_hello_ends_in_an_error(device):
    peer = await channel(device, max_message=200)
    assert await peer.ask(ua.GetEndpointsRequest()) == status.BadResponseTooLarge
    assert await peer.answer() == CLOSED
    peer = await channel(device, max_chunks=1, receive_buffer=1024)
    assert await peer.ask(ua.GetEndpointsRequest()) == status.BadResponseTooLarge


@plays
async def test_answers_keep_to_the_clients_buffer(device):
    peer = await channel(device, receive_buffer=1024)
    peer.send(*peer.sealed(ua.GetEndpointsRequest()))
    sizes = []
    while (frame := await peer.frame(0.1)) is not None:
        sizes.append(len(frame))
        kind = frame[3:4]
    assert len(sizes) > 3
    assert max(sizes) == 1024
    assert kind == b"F"


@plays
async def test_a_half_closed_connection_gets_its_answers(device):
    peer = await session(device)
    request = ua.ReadRequest()
    request.RequestHeader.AuthenticationToken = peer.token
    peer.send(*peer.sealed(request))
    peer.transport.write_eof()
    assert said(await peer.answer()) == status.BadNothingToDo
    assert await peer.answer() == CLOSED


class Impatient(Plc):
    """A controller whose waits are short."""

    LIFETIMES = (400, 400)
    LINGER = 0.1


def test_a_peer_that_never_reads_does_not_keep_its_connection():
    """On a real socket, whose buffers run full."""

    async def play():
        device = Impatient()
        server = await asyncio.get_running_loop().create_server(device.serve(), "127.0.0.1", 0)
        async with server:
            with socket.socket() as plug:
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 12)
                plug.connect(server.sockets[0].getsockname())
                plug.settimeout(0)
                peer = Peer(device)
                plug.send(HELLO + b"".join(peer.sealed(peer.open_request(), type=b"OPN")))
                await asyncio.sleep(0.02)
                line = next(one for one in device.lines if one.channel is not None)
                named = {"channel_id": device.last_channel, "token_id": device.last_token}
                asked = encode_service(ua.GetEndpointsRequest())
                plug.send(b"".join(peer.sealed(asked, **named)[0] for _ in range(2000)))
                await asyncio.sleep(0.05)
                unread = line.transport.get_write_buffer_size()
                await asyncio.sleep(0.7)
                peer.transport.close()
                await asyncio.sleep(0)
        return unread, line in device.lines

    unread, is_kept = asyncio.run(play())
    assert 0 < unread < 1 << 18
    assert not is_kept
