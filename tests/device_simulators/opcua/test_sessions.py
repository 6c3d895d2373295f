"""Sessions and request headers of the reference server, on the wire (10000-4, 5.7, 7.32)."""

import asyncio

import pytest
from asyncua import ua

from testbed.protocols.opcua import encode_service, status
from tests.device_simulators.opcua.peer import STATE, channel, plays, said, session


@plays
async def test_a_session_is_created_with_ids_nonce_and_endpoints(device):
    peer = await channel(device)
    given = (await peer.create()).Parameters
    assert given.SessionId != given.AuthenticationToken
    assert len(given.ServerNonce) == 32
    assert given.RevisedSessionTimeout == 60_000
    assert given.MaxRequestMessageSize == device.MAX_MESSAGE
    assert [int(one.SecurityMode) for one in given.ServerEndpoints] == [1, 2, 3, 2, 3, 2, 3]
    first = (await peer.activate()).Parameters.ServerNonce
    assert first not in {given.ServerNonce, (await peer.activate()).Parameters.ServerNonce}


@pytest.mark.parametrize(
    ("asked", "given"),
    [(0.0, 1000.0), (-5.0, 1000.0), (1e12, 3_600_000.0), (float("nan"), 1000.0), (float("inf"), 3_600_000.0)],
)
def test_a_time_out_is_kept_in_bounds(asked, given):
    @plays
    async def play(device):
        peer = await channel(device)
        response = await peer.create(RequestedSessionTimeout=asked)
        assert response.Parameters.RevisedSessionTimeout == given

    play()


@plays
async def test_a_request_before_activation_closes_the_session(device):
    peer = await channel(device)
    await peer.create()
    assert said(await peer.read()) == status.BadSessionNotActivated
    assert said(await peer.activate()) == status.BadSessionIdInvalid
    assert device.counters.SessionAbortCount == 1
    await peer.create()
    assert said(await peer.close_session()) == status.Good


@plays
async def test_a_failed_activation_leaves_the_session_as_it_was(device):
    peer = await channel(device)
    await peer.create()
    wrong = ua.AnonymousIdentityToken(PolicyId="nobody")
    assert said(await peer.activate(wrong)) == status.BadIdentityTokenInvalid
    assert said(await peer.activate()) == status.Good
    assert said(await peer.activate(wrong)) == status.BadIdentityTokenInvalid
    assert said(await peer.read()) == status.Good
    assert device.counters.SecurityRejectedSessionCount == 2


@plays
async def test_tokens_that_name_no_session_are_refused(device):
    peer = await session(device)
    right = peer.token
    for wrong in (
        ua.NodeId(),
        ua.NodeId(b"guess", 0),
        ua.NodeId(right.Identifier, 1),
        peer.session.SessionId,
    ):
        peer.token = wrong
        assert said(await peer.read()) == status.BadSessionIdInvalid
        assert said(await peer.close_session()) == status.BadSessionIdInvalid
        assert said(await peer.activate()) == status.BadSessionIdInvalid
    peer.token = right
    assert said(await peer.close_session()) == status.Good
    assert said(await peer.read()) == status.BadSessionIdInvalid


@plays
async def test_a_token_is_good_through_its_own_channel_alone(device):
    owner, thief = await session(device), await session(device)
    thief.token = owner.token
    assert said(await thief.read()) == status.BadSecureChannelIdInvalid
    assert said(await thief.close_session()) == status.BadSecureChannelIdInvalid
    assert said(await owner.read()) == status.Good


@plays
async def test_a_session_moves_to_a_new_channel_when_it_is_activated_there(device):
    old, new = await session(device), await channel(device)
    new.token = old.token
    assert said(await new.activate()) == status.Good
    assert said(await new.read()) == status.Good
    assert said(await old.read()) == status.BadSecureChannelIdInvalid
    old.transport.close()
    await asyncio.sleep(0)
    assert said(await new.read()) == status.Good


@plays
async def test_a_session_is_activated_first_where_it_was_created(device):
    old, new = await channel(device), await channel(device)
    await old.create()
    new.token = old.token
    assert said(await new.activate()) == status.BadSecureChannelIdInvalid
    assert said(await old.activate()) == status.Good


@plays
async def test_two_sessions_on_one_channel_are_apart(device):
    peer = await session(device)
    first = peer.token
    await peer.create()
    await peer.activate()
    second, peer.token = peer.token, first
    assert said(await peer.close_session()) == status.Good
    peer.token = second
    assert said(await peer.read()) == status.Good


@plays
async def test_a_session_outlives_its_connection_until_it_times_out(device):
    peer = await channel(device)
    await peer.create(RequestedSessionTimeout=2000.0)
    await peer.activate()
    for _ in range(3):
        await asyncio.sleep(1.5)
        assert said(await peer.read()) == status.Good
    peer.transport.close()
    await asyncio.sleep(1)
    assert len(device.sessions) == 1
    await asyncio.sleep(1.1)
    assert device.sessions == {}
    assert (device.counters.SessionTimeoutCount, device.counters.CurrentSessionCount) == (1, 0)


@plays
async def test_a_session_that_timed_out_leaves_its_channel(device):
    peer = await channel(device)
    await peer.create(RequestedSessionTimeout=1000.0)
    await asyncio.sleep(1.1)
    assert said(await peer.activate()) == status.BadSessionIdInvalid
    await peer.create()
    assert said(await peer.activate()) == status.Good


@plays
async def test_beyond_the_limit_a_session_that_was_not_activated_makes_way(device):
    idle = await channel(device)
    await idle.create()
    peer = await channel(device)
    for _ in range(device.MAX_SESSIONS):
        assert said(await peer.create()) == status.Good
        assert said(await peer.activate()) == status.Good
    assert said(await idle.activate()) == status.BadSessionIdInvalid
    last = peer.token
    assert said(await idle.create()) == status.BadTooManySessions
    assert device.counters.RejectedSessionCount == 2
    peer.token = last
    assert said(await peer.close_session()) == status.Good
    assert said(await idle.create()) == status.Good


@plays
async def test_a_response_larger_than_the_session_takes_is_a_fault(device):
    peer = await session(device, MaxResponseMessageSize=8192)
    assert said(await peer.read(*[ua.NodeId(2256)] * 200)) == status.BadResponseTooLarge
    assert said(await peer.read()) == status.Good


@plays
async def test_what_is_in_a_header_besides_token_and_handle_changes_nothing(device):
    peer = await session(device)
    request = ua.ReadRequest()
    request.Parameters.NodesToRead = [ua.ReadValueId(STATE, ua.AttributeIds.Value)]
    header = request.RequestHeader
    header.Timestamp = header.Timestamp.replace(year=2001)
    header.TimeoutHint, header.AuditEntryId, header.ReturnDiagnostics = 1, "me", 0xFFFFFFFF
    header.AdditionalHeader = ua.ExtensionObject(ua.NodeId(4711, 5), b"who knows")
    response = await peer.ask(request)
    assert said(response) == status.Good
    assert response.ResponseHeader.RequestHandle == 77
    assert abs((response.ResponseHeader.Timestamp - device.now()).total_seconds()) < 1


@plays
async def test_services_that_are_not_served_are_refused_with_the_handle_of_the_request(device):
    peer = await session(device)
    for request in (
        ua.QueryFirstRequest(),
        ua.AddNodesRequest(),
        ua.PublishRequest(),
        ua.OpenSecureChannelRequest(),
    ):
        fault = await peer.ask(request)
        assert said(fault) == status.BadServiceUnsupported
        assert fault.ResponseHeader.RequestHandle == 77
    assert said(await peer.ask(encode_service(ua.ReadResponse()))) == status.BadServiceUnsupported
    unknown = b"\x01\x00\x09\x30" + encode_service(ua.ReadRequest())[4:]
    assert said(await peer.ask(unknown)) == status.BadServiceUnsupported
    assert said(await peer.read()) == status.Good


@plays
async def test_what_cannot_be_decoded_is_refused_with_the_handle_where_it_can_be_read(device):
    peer = await session(device)
    request = ua.ReadRequest()
    request.RequestHeader.AuthenticationToken = peer.token
    request.RequestHeader.RequestHandle = 99
    request.Parameters.NodesToRead = [ua.ReadValueId(STATE, ua.AttributeIds.Value)]
    body = encode_service(request)
    count = body.index(b"\x01\x00\x00\x00\x01\x00\xd3\x08")
    endless = body[:count] + b"\xff\xff\xff\x7f" + body[count + 4 :]
    for wrong, handle in ((body[:-3], 99), (body + b"\0", 99), (endless, 99), (body[:9], 0), (b"", 0)):
        fault = await peer.ask(wrong)
        assert said(fault) == status.BadDecodingError
        assert fault.ResponseHeader.RequestHandle == handle
    assert said(await peer.read()) == status.Good


@plays
async def test_a_session_comes_before_the_parameters_and_these_before_the_operations(device):
    peer = await session(device)
    request = ua.ReadRequest()
    request.Parameters.MaxAge = -1.0
    assert said(await peer.ask(request)) == status.BadMaxAgeInvalid
    peer.token = ua.NodeId()
    assert said(await peer.ask(request)) == status.BadSessionIdInvalid


@plays
async def test_requests_in_one_piece_are_answered_in_order(device):
    peer = await session(device)
    request = ua.ReadRequest()
    request.RequestHeader.AuthenticationToken = peer.token
    frames = []
    for handle in range(50):
        request.RequestHeader.RequestHandle = handle
        frames += peer.sealed(encode_service(request))
    peer.send(*frames)
    assert [(await peer.answer()).ResponseHeader.RequestHandle for _ in range(50)] == list(range(50))


@plays
async def test_cancel_finds_nothing_to_cancel(device):
    peer = await session(device)
    response = await peer.ask(ua.CancelRequest())
    assert (said(response), response.Parameters.CancelCount) == (status.Good, 0)


@plays
async def test_every_refusal_is_counted(device):
    peer = await session(device)
    before = device.counters.RejectedRequestsCount
    await peer.ask(ua.ReadRequest())
    await peer.ask(ua.QueryFirstRequest())
    await peer.ask(b"")
    assert device.counters.RejectedRequestsCount == before + 3
    assert (device.counters.CurrentSessionCount, device.counters.CumulatedSessionCount) == (1, 1)


@plays
async def test_a_peer_that_does_not_read_is_not_answered_and_then_is(device):
    peer = await session(device)
    peer.transport.pause_reading()
    request = ua.GetEndpointsRequest()
    peer.send(*(frame for _ in range(200) for frame in peer.sealed(encode_service(request))))
    await asyncio.sleep(1)
    (line,) = device.lines
    assert line.transport.get_write_buffer_size() < 1 << 18
    peer.transport.resume_reading()
    for _ in range(200):
        assert said(await peer.answer()) == status.Good
