"""A device that cannot be reached: one clear message for each cause."""

import asyncio
import socket

import pytest

from testbed.model.connect import endpoint
from testbed.wire import dial as module
from testbed.wire.dial import UnreachableError, in_process, over_tcp
from tests.wire.bench import Device


def fail(connect):
    with pytest.raises(UnreachableError) as caught:
        asyncio.run(over_tcp(endpoint(connect))(asyncio.Protocol()))
    return str(caught.value)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_nothing_listens():
    port = closed_port()
    said = fail(f"tcp://127.0.0.1:{port}")
    assert said.startswith(f"127.0.0.1:{port} refuses the connection")
    assert "is the device running?" in said


def test_nothing_listens_on_any_address_of_a_name(monkeypatch):
    port = closed_port()
    addresses = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.2", port)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
    assert fail(f"tcp://localhost:{port}").startswith(f"localhost:{port} refuses the connection")


@pytest.mark.parametrize("host", ["device.invalid", "a..b", "a" * 64])
def test_a_name_that_does_not_resolve(host, monkeypatch):
    if host.endswith(".invalid"):  # asks no name server outside

        def unknown(*_, **__):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert fail(f"tcp://{host}:502").startswith(f"the name {host} does not resolve (")


def test_no_answer_in_time(monkeypatch):
    monkeypatch.setattr(module, "CONNECT_WITHIN", 0.05)

    async def hang(*_, **__):
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", hang)
    said = fail("tcp://127.0.0.1:5020")
    assert said == "127.0.0.1:5020 does not answer within 0.05 s; check address, cable and firewall"


def test_another_trouble_keeps_its_cause(monkeypatch):
    async def unreachable(*_, **__):
        raise OSError(113, "No route to host")

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", unreachable)
    assert fail("tcp://127.0.0.1:5020") == "127.0.0.1:5020 cannot be reached: No route to host"


def test_each_connection_in_process_has_a_port_of_its_own():
    async def connect_twice():
        devices, dial_ports = [], []

        def serve():
            devices.append(Device())
            return devices[-1]

        dial = in_process(serve)
        for _ in range(2):
            client = Device()
            await dial(client)
            dial_ports.append(client.transport.get_extra_info("sockname")[1])
        assert len(devices) == 2
        assert devices[0].transport.get_extra_info("sockname") == ("127.0.0.1", 502)
        return dial_ports

    assert asyncio.run(connect_twice()) == [49152, 49153]


def test_what_was_reset_before_arrives_before_a_new_connection():
    async def reset_and_dial():
        said = []

        class Served(Device):
            def connection_made(self, transport):
                super().connection_made(transport)
                said.append("made")

            def connection_lost(self, _):
                said.append("lost")

        dial, first = in_process(Served), Device()
        await dial(first)
        first.transport.abort()
        await dial(Device())
        return said

    assert asyncio.run(reset_and_dial()) == ["made", "lost", "made"]
