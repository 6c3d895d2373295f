"""What the server says of its sessions (10000-5, 12.7 and 12.8)."""

import asyncio

from asyncua import ua

from tests.device_simulators.opcua.peer import plays, session

ARRAY = ua.NodeId(ua.ObjectIds.Server_ServerDiagnostics_SessionsDiagnosticsSummary_SessionDiagnosticsArray)


def reading():
    request = ua.ReadRequest()
    request.Parameters.NodesToRead = [ua.ReadValueId(ARRAY, ua.AttributeIds.Value)]
    return request


@plays
async def test_requests_of_a_session_are_counted(device):
    user = await session(device)
    await user.ask(ua.ReadRequest())
    await asyncio.sleep(5)
    (known,) = (await user.ask(reading())).Results[0].Value.Value

    # The request that asks is not done yet.
    assert (known.ReadCount.TotalCount, known.ReadCount.ErrorCount) == (1, 1)
    assert (known.TotalRequestCount.TotalCount, known.BrowseCount.TotalCount) == (1, 0)
    assert (known.ClientLastContactTime - known.ClientConnectionTime).total_seconds() >= 5


@plays
async def test_each_session_is_described(device):
    one, other = await session(device), await session(device)

    found = (await one.ask(reading())).Results[0].Value.Value
    assert [known.SessionId for known in found] == [it.session.SessionId for it in (one, other)]
    assert {known.ServerUri for known in found} == {device.application_uri}
