"""Secure channels of the reference server, on the wire (10000-4, 5.6; 10000-6, 6.7)."""

import asyncio

import pytest
from asyncua import ua

from testbed.protocols.opcua import ABORT, INTERMEDIATE, encode_service, status
from tests.device_simulators.opcua.peer import CLOSED, Peer, channel, plays, said, session

RENEW = 1


@plays
async def test_a_channel_is_issued_with_a_token_of_a_bounded_life(device):
    peer = Peer(device)
    await peer.hello()
    given = (await peer.open(lifetime=0)).Parameters
    token = given.SecurityToken
    assert (given.ServerProtocolVersion, token.RevisedLifetime) == (0, device.LIFETIMES[0])
    assert token.ChannelId > 0
    assert token.TokenId > 0
    assert abs((token.CreatedAt - device.now()).total_seconds()) < 1
    assert (
        await peer.open(kind=RENEW, lifetime=0xFFFFFFFF)
    ).Parameters.SecurityToken.RevisedLifetime == 3_600_000


@plays
async def test_a_renewed_channel_takes_the_old_token_until_the_new_one_is_used(device):
    peer = await session(device)
    first = peer.secure.token_id
    renewed = await peer.open(kind=RENEW)
    second = renewed.Parameters.SecurityToken.TokenId
    assert renewed.Parameters.SecurityToken.ChannelId == peer.secure.channel_id
    assert second != first
    assert said(await peer.read(previous=True)) == status.Good
    assert peer.chunk.token_id == first
    assert said(await peer.read()) == status.Good
    assert peer.chunk.token_id == second
    assert await peer.read(token_id=first) == status.BadSecureChannelTokenUnknown
    assert await peer.answer() == CLOSED


@plays
async def test_the_token_before_the_last_one_is_gone_after_two_renewals(device):
    peer = await session(device)
    first = peer.secure.token_id
    await peer.open(kind=RENEW)
    await peer.open(kind=RENEW)
    assert await peer.read(token_id=first) == status.BadSecureChannelTokenUnknown


@plays
async def test_a_token_that_is_not_renewed_expires_and_its_connection_is_closed(device):
    peer = await channel(device)
    await peer.open(kind=RENEW, lifetime=2000)
    await peer.ask(ua.GetEndpointsRequest())
    await asyncio.sleep(2.1)
    assert await peer.ask(ua.GetEndpointsRequest()) == status.BadSecureChannelTokenUnknown
    idle = Peer(device)
    await idle.hello()
    await idle.open(lifetime=2000)
    await asyncio.sleep(2.4)
    assert not idle.is_closed
    await asyncio.sleep(0.2)
    assert idle.is_closed
    assert not device.channels


@plays
async def test_a_renewal_leaves_the_old_token_its_own_life(device):
    peer = Peer(device)
    await peer.hello()
    await peer.open(lifetime=2000)
    await peer.open(kind=RENEW, lifetime=60_000)
    await asyncio.sleep(3)
    assert await peer.ask(ua.GetEndpointsRequest(), previous=True) == status.BadSecureChannelTokenUnknown


async def opened(device, **fields):
    peer = Peer(device)
    await peer.hello()
    answer = await peer.open(**fields)
    return answer, await peer.answer(0.1)


REFUSALS = {
    "renewal of no channel": ({"kind": RENEW}, status.BadTcpSecureChannelUnknown),
    "unknown channel": ({"kind": RENEW, "channel_id": 12345}, status.BadTcpSecureChannelUnknown),
    "unknown policy": ({"policy_uri": "http://example.org/x"}, status.BadSecurityPolicyRejected),
    "no policy": ({"policy_uri": ""}, status.BadSecurityPolicyRejected),
    "no mode": ({"mode": 0}, status.BadSecurityModeRejected),
    "encryption without a policy": ({"mode": 3}, status.BadSecurityModeRejected),
    "several chunks": ({"chunk": INTERMEDIATE}, status.BadTcpMessageTypeInvalid),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_an_open_that_will_not_do_is_refused_and_closed(what):
    fields, why = REFUSALS[what]

    @plays
    async def play(device):
        assert await opened(device, **fields) == (why, CLOSED)
        assert not device.channels

    play()


@plays
async def test_a_channel_is_not_issued_twice_on_a_connection(device):
    peer = await channel(device)
    assert await peer.open(kind=0, channel_id=0) == status.BadTcpSecureChannelUnknown
    peer = await channel(device)
    assert await peer.open(kind=0) == status.BadRequestTypeInvalid


WRONG = {
    "channel": ({"channel_id": 4711}, status.BadTcpSecureChannelUnknown),
    "token": ({"token_id": 4711}, status.BadSecureChannelTokenUnknown),
    "sequence number again": ({"sequence": 3}, status.BadSecurityChecksFailed),
    "sequence number ahead": ({"sequence": 14}, status.BadSecurityChecksFailed),
    "wrap far too early": ({"sequence": 1}, status.BadSecurityChecksFailed),
    "chunk type": ({"chunk": b"X"}, status.BadTcpMessageTypeInvalid),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_chunk_that_is_not_of_the_channel_is_refused_and_closed(what):
    fields, why = WRONG[what]

    @plays
    async def play(device):
        peer = await session(device)
        assert peer.secure.send_sequence == 4
        assert await peer.read(**fields) == why
        assert await peer.answer() == CLOSED

    play()


@plays
async def test_sequence_numbers_wrap_near_their_end(device):
    peer = await session(device)
    next(iter(device.channels.values())).sequence = 0xFFFFFFFF - 1024
    assert await peer.read(sequence=5) == status.BadSecurityChecksFailed
    peer = await session(device)
    list(device.channels.values())[-1].sequence = 4294966272
    assert said(await peer.read(sequence=1023)) == status.Good
    peer = await session(device)
    list(device.channels.values())[-1].sequence = 4294966272
    assert await peer.read(sequence=1024) == status.BadSecurityChecksFailed


@plays
async def test_our_sequence_numbers_rise_by_one_and_request_ids_come_back(device):
    peer = await channel(device)
    seen = []
    for request_id in (0x7000001, 5, 0):
        peer.request_id = request_id - 1
        await peer.ask(ua.GetEndpointsRequest())
        assert peer.chunk.request_id == request_id
        seen.append(peer.chunk.sequence)
    await peer.open(kind=RENEW)
    seen.append(peer.chunk.sequence)
    assert seen == list(range(seen[0], seen[0] + 4))


@plays
async def test_a_request_in_chunks_is_put_together(device):
    peer = await session(device)
    assert len(peer.sealed(bytes(90), most=54)) == 3
    peer.secure.send_sequence -= 3
    request = ua.GetEndpointsRequest()
    request.Parameters.LocaleIds = ["en"] * 30
    assert said(await peer.ask(request, most=80)) == status.Good


@plays
async def test_an_abort_gives_a_message_up_and_nothing_else(device):
    peer = await session(device)
    body = encode_service(ua.GetEndpointsRequest())
    peer.send(*peer.sealed(body, chunk=INTERMEDIATE))
    peer.request_id -= 1
    peer.send(*peer.sealed(status.BadRequestTooLarge.to_bytes(4, "little") + b"\xff" * 4, chunk=ABORT))
    assert await peer.answer(0.1) is None
    assert said(await peer.read()) == status.Good


@plays
async def test_a_request_without_end_is_given_up(device):
    peer = await session(device)
    body = bytes(9 * 8100)
    while not isinstance(answer := await peer.answer(0.001), int) and answer != CLOSED:
        peer.send(*peer.sealed(body, chunk=INTERMEDIATE, most=8192))
        peer.request_id -= 1
    assert answer == status.BadRequestTooLarge
    peer = await session(device)
    peer.send(*(frame for _ in range(2) for frame in peer.sealed(b"", chunk=INTERMEDIATE)))
    assert await peer.answer() == status.BadRequestTooLarge


@plays
async def test_a_close_is_not_answered_and_releases_the_channel(device):
    peer = await session(device)
    peer.close_channel()
    assert await peer.answer() == CLOSED
    assert (device.channels, device.lines) == ({}, {})
    assert len(device.sessions) == 1


@plays
async def test_a_close_of_another_channel_is_refused(device):
    peer = await session(device)
    peer.send(*peer.sealed(ua.CloseSecureChannelRequest(), type=b"CLO", channel_id=1))
    assert await peer.answer() == status.BadTcpSecureChannelUnknown


@plays
async def test_a_message_without_a_channel_is_refused(device):
    peer = Peer(device)
    await peer.hello()
    assert await peer.read() == status.BadTcpSecureChannelUnknown


@plays
async def test_many_unused_channels_make_way_and_a_used_one_stays(device):
    user = await session(device)
    flood = [await channel(device) for _ in range(device.MAX_CHANNELS)]
    assert len(device.channels) == device.MAX_CHANNELS
    assert [await flood[0].answer(), await flood[0].answer()] == [status.BadSecureChannelClosed, CLOSED]
    assert said(await user.read()) == status.Good
    assert said(await flood[-1].ask(ua.GetEndpointsRequest())) == status.Good


@plays
async def test_connections_that_come_and_go_leave_nothing(device):
    for number in range(50):
        peer = Peer(device)
        if number % 2:
            await peer.hello()
            await peer.open()
        if number % 3:
            peer.transport.abort()
        else:
            peer.transport.close()
    await asyncio.sleep(0.01)
    assert (device.lines, device.channels) == ({}, {})
