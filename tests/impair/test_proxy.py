"""The proxy on sockets: what it delays is delayed, who ends is ended, and nothing is left behind."""

import asyncio

import pytest

from testbed.model.connect import endpoint
from testbed.wire.dial import over_tcp
from testbed.wire.impair.proxy import Proxy
from testbed.wire.impair.scope import Impairing
from tests.impair.bench import Echo, scenario


def through(stream, play):
    """Let `play(reader, writer)` act through a proxy in front of an echo; return what it returns."""

    async def run():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Echo, "127.0.0.1", 0)
        where = endpoint(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        proxy = Proxy(over_tcp(where), Impairing(scenario(stream), 1).scope())
        port = await proxy.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            return await asyncio.wait_for(play(reader, writer), 10)
        finally:
            writer.close()
            await proxy.close()
            server.close()
            await server.wait_closed()

    return asyncio.run(run())


def test_delays():
    async def play(reader, writer):
        loop = asyncio.get_running_loop()
        writer.write(b"connect")
        await reader.readexactly(7)
        began = loop.time()
        writer.write(b"hello")
        await reader.readexactly(5)
        return loop.time() - began

    assert through({"delay": {"time": "50 ms"}}, play) == pytest.approx(0.1, abs=0.05)


def test_half_closes():
    async def play(reader, writer):
        writer.write(b"hello")
        writer.write_eof()
        return await reader.read()

    assert through({"delay": {"time": "5 ms"}}, play) == b"hello"


def test_resets():
    async def play(reader, writer):
        writer.write(b"hello")
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(5)
        return True

    assert through({"breaks": [{"share": 1, "how": "reset", "after": {"least": 3, "most": 3}}]}, play)


def test_large_streams_are_held_back_not_lost():
    async def play(reader, writer):
        async def feed():
            for _ in range(64):
                writer.write(bytes(65536))
                await writer.drain()
            writer.write_eof()

        feeding = asyncio.ensure_future(feed())
        size = 0
        while data := await reader.read(1 << 16):
            size += len(data)
        await feeding
        return size

    assert through({"delay": {"time": "1 ms"}}, play) == 64 * 65536


def test_nobody_behind_is_a_reset():
    async def run():
        proxy = Proxy(
            over_tcp(endpoint("tcp://127.0.0.1:1")), Impairing(scenario({"join": "1 ms"}), 1).scope()
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", await proxy.open())
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 5)
        writer.close()
        await proxy.close()
        return proxy.unreachable

    assert "refuses the connection" in str(asyncio.run(run()))
