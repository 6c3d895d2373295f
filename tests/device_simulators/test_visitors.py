"""A device that limits its connections closes the one that was unused for longest."""

import asyncio
from pathlib import Path

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.server import ModbusServer
from device_simulators.modbus.standin import serve_declared
from testbed.model.declaration import Declaration
from testbed.model.document import load
from testbed.wire.pipe import join

DECLARATION = Path(__file__).parents[2] / "profiles/devices/sim-plc.yaml"
READ = bytes.fromhex("0001 0000 0006 01 03 0000 0001")


class Client(asyncio.Protocol):
    def __init__(self):
        self.got, self.closed = b"", False

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.got += data

    def eof_received(self):
        self.closed = True


def meet(serve, script):
    """Let clients come and ask as a script says: a number not met before comes, one met before asks."""

    async def session():
        clients = {}
        for number in script:
            if number in clients:
                clients[number].transport.write(READ)
            else:
                clients[number] = Client()
                join(clients[number], serve(), client_port=number + 1, server_port=502)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return {number for number, client in clients.items() if client.closed}

    return asyncio.run(session())


def small(limit, base=Plc):
    return type("Small", (base,), {"most_connections": limit})()


def test_the_one_unused_for_longest_goes():
    assert meet(small(3).serve(), [1, 2, 3, 4]) == {1}
    assert meet(small(3).serve(), [1, 2, 3, 1, 4]) == {2}
    assert meet(small(3).serve(), [1, 2, 3, 1, 2, 4, 5]) == {3, 1}


@pytest.mark.parametrize(
    ("most", "beyond", "gone"), [(3, "closes-oldest", {2}), (3, "refuses", {4}), (4, "refuses", set())]
)
def test_the_stand_in_does_what_is_declared(most, beyond, gone):
    declared = load(Declaration, DECLARATION.read_text(encoding="utf-8"), "plc.yaml")
    connections = declared.connections.model_copy(update={"most": most, "beyond": beyond})
    serve = serve_declared(declared.model_copy(update={"connections": connections}))

    assert meet(serve, [1, 2, 3, 1, 4]) == gone


def test_without_a_limit_everybody_stays():
    device = small(0, ModbusServer)
    assert meet(device.serve(), list(range(1, 100))) == set()
    assert device.visitors == []


def test_who_leaves_makes_room():
    device = small(2)

    async def session():
        for number in range(5):
            client = Client()
            join(client, device.protocol_class(device), client_port=number + 1, server_port=502)
            client.transport.close()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert not client.closed or device.visitors == []
        return device.visitors

    assert asyncio.run(session()) == []
