"""OPC 10000-4 1.05.04, 5.3: Services, their parameters and operations."""

import pytest

from testbed.cases import verifies
from testbed.opcua import Timestamps, bearable, ids, reading, status, structures

NOWHERE = structures.NodeId(b"testbed: no such session", 0)


@verifies("UA-PRECEDENCE-SESSION")
@pytest.mark.parametrize(("nodes", "timestamps"), [([], Timestamps.Both), ([ids.Server], 77)])
async def test_session_before_parameters(channel, nodes, timestamps):
    """A Read with a wrong parameter and no session is refused for the lack of a session."""
    reply = await channel.ask(reading(*nodes, timestamps=timestamps), token=NOWHERE)

    assert reply.status in (status.BadSessionIdInvalid, status.BadSessionClosed)


@verifies("UA-PRECEDENCE-PARAMETERS")
async def test_parameters_before_operations(ua):
    """A Read of nothing with unknown timestamps is refused for the timestamps."""
    reply = await ua.ask(reading(timestamps=77))

    assert reply.status == status.BadTimestampsToReturnInvalid


@verifies("UA-OPERATIONS-ORDER")
async def test_order_of_results(ua, declared):
    """Of ten nodes that exist and ten that do not, read in turns, each result stands in its place."""
    reply = bearable(await ua.ask(reading(*[declared.unknown, ids.Server_NamespaceArray] * 10)))

    assert reply.statuses == (status.BadNodeIdUnknown, status.Good) * 10


@verifies("UA-PIPELINED")
async def test_ten_requests_at_once(ua, declared):
    """Ten Reads in one segment get ten good answers."""
    requested = [ua.seal(reading(declared.many[0])) for _ in range(10)]
    await ua.send(b"".join(frame for frames in requested for frame in frames))
    statuses = [(await ua.answer()).status for _ in range(10)]

    assert statuses == [status.Good] * 10


@verifies("UA-SERVICE-UNKNOWN")
async def test_unknown_service(ua, declared):
    """A request of type 65001 of namespace 0, which the standard has not, is refused."""
    body = ua.request(reading(declared.many[0]))
    reply = await ua.ask_raw(b"\x01\x00\xe9\xfd" + body[4:])

    assert reply.status == status.BadServiceUnsupported


@verifies("UA-SERVICE-UNKNOWN-SESSION")
async def test_session_after_an_unknown_service(ua, declared):
    """A Read after a request of an unknown type is answered."""
    body = ua.request(reading(declared.many[0]))
    await ua.ask_raw(b"\x01\x00\xe9\xfd" + body[4:])
    reply = await ua.read(declared.many[0])

    assert reply.status == status.Good
