"""OPC 10000-4 1.05.04, 5.9.2, 5.11 and 5.12.2: what independent clients browse, read, write and call."""

import pytest

from testbed.cases import verifies
from testbed.opcua import ids

CLIENTS = ["asyncua", "node-opcua"]


@verifies("IOP-UA-BROWSE")
@pytest.mark.parametrize("client", CLIENTS)
async def test_browse(meet, client):
    """An independent client finds the same children of the Objects folder as the tester."""
    peer = await meet(client)
    by_client, by_tester = await peer.both_browse(ids.ObjectsFolder)

    assert by_client == by_tester


@verifies("IOP-UA-READ")
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("kind", ["Boolean", "Int32", "Double", "String"])
async def test_read(meet, declared, client, kind):
    """An independent client reads the same scalar as the tester."""
    peer = await meet(client)
    by_client, by_tester = await peer.both_read(declared.variable(kind))

    assert by_client == by_tester


@verifies("IOP-UA-READ-ARRAY")
@pytest.mark.parametrize("client", CLIENTS)
async def test_read_array(meet, declared, client):
    """An independent client reads the same array as the tester."""
    peer = await meet(client)
    by_client, by_tester = await peer.both_read(declared.array("Int32"))

    assert by_client == by_tester


@verifies("IOP-UA-VALUES-TO-CLIENT")
@pytest.mark.parametrize("client", CLIENTS)
async def test_written_value(meet, ua, scratch, client):
    """An independent client reads the value that the tester wrote."""
    peer = await meet(client)
    await ua.write(scratch.node, 1357.25, "Double")
    value = await peer.read(scratch.node)

    assert value == 1357.25


@verifies("IOP-UA-WRITE")
@pytest.mark.parametrize("client", CLIENTS)
async def test_write(meet, ua, scratch, client):
    """The tester reads the value that an independent client wrote."""
    peer = await meet(client)
    await peer.write(scratch.node, "Double", -2468.5)
    reply = await ua.read(scratch.node)

    assert reply.value == -2468.5


@verifies("IOP-UA-CALL")
@pytest.mark.parametrize("client", CLIENTS)
async def test_call(meet, declared, client):
    """A method that an independent client calls gives the declared result."""
    peer = await meet(client)
    method = declared.method
    result = await peer.call(method.object, method.method, *method.inputs)

    assert result == declared.result
