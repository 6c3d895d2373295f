"""The pipe behaves as TCP over loopback does: each scenario runs on both, and the callbacks are compared."""

import asyncio
import socket
import struct
from contextlib import asynccontextmanager

import pytest

from testbed.wire.pipe import PipeTransport, join

LARGE = 16 << 20  # more than the kernel's buffers hold


class End(asyncio.Protocol):
    """Writes down what its transport tells it, adjoining data as one, and raises where told to."""

    def __init__(self, *, keeps_open=False, raises=()):
        self.said, self.keeps_open, self.raises = [], keeps_open, raises
        self.size = 0

    def _say(self, what, value):
        self.said.append(value)
        if what in self.raises:
            raise ValueError(what)

    def connection_made(self, transport):
        self.transport = transport
        self._say("connection_made", "made")

    def data_received(self, data):
        self.size += len(data)
        if self.said and isinstance(self.said[-1], bytes):
            data = self.said.pop() + data[:100]
        self._say("data_received", data[:100])

    def eof_received(self):
        self._say("eof_received", "eof")
        return self.keeps_open

    def pause_writing(self):
        self._say("pause_writing", "pause")

    def resume_writing(self):
        self._say("resume_writing", "resume")

    def connection_lost(self, exc):
        kind = next((k.__name__ for k in (ConnectionError, ValueError) if isinstance(exc, k)), repr(exc))
        self._say("connection_lost", f"lost: {kind}")

    @property
    def is_lost(self):
        return str(self.said[-1]).startswith("lost")


@asynccontextmanager
async def piped(client, server):
    join(client, server, client_port=49152, server_port=502)
    yield


@asynccontextmanager
async def connected(client, server):
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: server, "127.0.0.1", 0)
    await loop.create_connection(lambda: client, *listener.sockets[0].getsockname())
    await until(lambda: server.said)
    yield
    for end in (client, server):
        end.transport.abort()
    listener.close()
    await listener.wait_closed()


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - callbacks of a transport set no event
            await asyncio.sleep(0.001)


def reset(transport):
    plug = transport.get_extra_info("socket")
    if plug is not None:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def play(scenario, way, **server):
    """Run a scenario; return what both ends said, and what was reported to the loop."""
    client, server, reported = End(keeps_open=server.pop("half_open", False)), End(**server), []

    async def run():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
        async with way(client, server):
            await scenario(client, server)
            await asyncio.sleep(0.02)  # whatever should not come has had its chance
            said = list(client.said), list(server.said)
        await asyncio.sleep(0)
        return said

    return (*asyncio.run(run()), reported)


def both(scenario, **server):
    """Run a scenario over the pipe and over TCP, which must look alike; return what both ends said."""
    over_pipe, over_tcp = play(scenario, piped, **server), play(scenario, connected, **server)
    assert over_pipe[:2] == over_tcp[:2]
    assert [type(one["exception"]) for one in over_pipe[2]] == [type(one["exception"]) for one in over_tcp[2]]
    return over_pipe


def test_order_is_kept_and_the_end_comes_last():
    async def scenario(client, server):
        for at in range(100):
            client.transport.write(bytes([at]))
        client.transport.close()
        await until(lambda: server.is_lost and client.is_lost)

    client, server, _ = both(scenario)
    assert server == ["made", bytes(range(100)), "eof", "lost: None"]
    assert client == ["made", "lost: None"]


def test_a_half_closed_connection_still_carries_the_answer():
    async def scenario(client, server):
        client.transport.write(b"question")
        client.transport.write_eof()
        await until(lambda: "eof" in server.said)
        server.transport.write(b"answer")
        server.transport.close()
        await until(lambda: client.is_lost and server.is_lost)

    client, server, _ = both(scenario, keeps_open=True)
    assert server == ["made", b"question", "eof", "lost: None"]
    assert client == ["made", b"answer", "eof", "lost: None"]


def test_a_half_close_ends_the_connection_of_who_does_not_keep_it_open():
    async def scenario(client, server):
        client.transport.write_eof()
        await until(lambda: client.is_lost and server.is_lost)

    client, server, _ = both(scenario)
    assert server == ["made", "eof", "lost: None"]
    assert client == ["made", "eof", "lost: None"]


def test_nothing_can_be_written_behind_the_end():
    async def scenario(client, server):
        client.transport.write_eof()
        with pytest.raises(RuntimeError, match="after write_eof"):
            client.transport.write(b"more")
        await until(lambda: "eof" in server.said)

    assert both(scenario, keeps_open=True)[1] == ["made", "eof"]


def test_what_is_written_after_a_close_goes_nowhere():
    async def scenario(client, server):
        client.transport.close()
        client.transport.write(b"more")
        client.transport.close()
        assert client.transport.is_closing()
        await until(lambda: server.is_lost and client.is_lost)

    assert both(scenario)[1] == ["made", "eof", "lost: None"]


def test_a_reset():
    async def scenario(client, server):
        client.transport.write(b"data")
        await until(lambda: b"data" in server.said)
        reset(client.transport)
        await until(lambda: server.is_lost and client.is_lost)
        client.transport.abort()

    client, server, _ = both(scenario)
    assert server == ["made", b"data", "lost: ConnectionError"]
    assert client == ["made", "lost: None"]


def test_a_paused_reader_gets_everything_later():
    async def scenario(client, server):
        server.transport.pause_reading()
        assert not server.transport.is_reading()
        client.transport.write(b"first ")
        client.transport.write(b"second")
        client.transport.close()
        await asyncio.sleep(0.02)
        assert server.said == ["made"]
        server.transport.resume_reading()
        await until(lambda: server.is_lost)

    assert both(scenario)[1] == ["made", b"first second", "eof", "lost: None"]


def test_a_writer_is_told_to_pause_and_to_go_on():
    async def scenario(client, server):
        server.transport.pause_reading()
        client.transport.write(bytes(LARGE))
        await until(lambda: "pause" in client.said)
        assert client.transport.get_write_buffer_size() > 0
        server.transport.resume_reading()
        await until(lambda: "resume" in client.said and server.size == LARGE)

    client, _, _ = both(scenario)
    assert client == ["made", "pause", "resume"]


def test_who_writes_to_a_peer_that_is_gone_loses_the_connection():
    async def scenario(client, server):
        server.transport.close()
        await until(lambda: "eof" in client.said and server.is_lost)
        while not client.is_lost:
            client.transport.write(b"anybody?")
            await asyncio.sleep(0.001)

    client, server, _ = both(scenario, half_open=True)
    assert client == ["made", "eof", "lost: ConnectionError"]
    assert server == ["made", "lost: None"]


@pytest.mark.parametrize("callback", ["data_received", "eof_received"])
def test_an_error_in_a_protocol_ends_its_connection(callback):
    async def scenario(client, server):
        client.transport.write(b"data")
        client.transport.write_eof()
        await until(lambda: server.is_lost and client.is_lost)

    for way in (piped, connected):
        client, server, reported = play(scenario, way, raises={callback})
        assert server[-1] == "lost: ValueError"
        assert server.count("eof") == (callback == "eof_received")
        assert client[-1].startswith("lost")
        assert [str(one["exception"]) for one in reported] == [callback]
        assert isinstance(reported[0]["protocol"], End)


@pytest.mark.parametrize("callback", ["connection_made", "pause_writing", "connection_lost"])
def test_other_errors_are_reported_and_change_nothing(callback):
    async def scenario(client, server):
        client.transport.write(b"data")
        await until(lambda: b"data" in server.said)
        client.transport.pause_reading()
        server.transport.write(bytes(LARGE))
        await until(lambda: "pause" in server.said)
        client.transport.resume_reading()
        await until(lambda: "resume" in server.said and client.size == LARGE)
        client.transport.close()
        await until(lambda: server.is_lost)

    _, server, reported = both(scenario, raises={callback})
    assert server == ["made", b"data", "pause", "resume", "eof", "lost: None"]
    assert [str(one["exception"]) for one in reported] == [callback]


def test_a_close_with_data_in_flight_frees_the_writer():
    async def scenario(client, server):
        server.transport.pause_reading()
        client.transport.write(bytes(1 << 20))
        server.transport.close()
        server.transport.resume_reading()
        await until(lambda: client.is_lost and server.is_lost)

    client, server, _ = play(scenario, piped)
    assert server == ["made", "lost: None"]
    assert client[:3] == ["made", "pause", "resume"]


def test_a_writer_that_heeds_its_pause_never_fills_the_pipe():
    most = 0

    class Source(End):
        is_paused = False

        def pause_writing(self):
            self.is_paused = True

        def resume_writing(self):
            self.is_paused = False

    async def run():
        nonlocal most
        source, sink = Source(), End()
        join(source, sink, client_port=49152, server_port=502)
        for at in range(2000):
            if at % 50 == 0:
                sink.transport.pause_reading()
            if at % 50 == 40:
                sink.transport.resume_reading()
            if not source.is_paused:
                source.transport.write(bytes(4096))
            most = max(most, source.transport.get_write_buffer_size())
            await asyncio.sleep(0)
        assert sink.size > 1 << 20

    asyncio.run(run())
    assert 64 << 10 < most <= (64 << 10) + 4096


def test_both_ends_see_loopback_addresses():
    async def run():
        client, server = End(), End()
        join(client, server, client_port=49152, server_port=502)
        assert client.transport.get_extra_info("sockname") == server.transport.get_extra_info("peername")
        assert server.transport.get_extra_info("sockname") == ("127.0.0.1", 502)
        assert isinstance(client.transport, PipeTransport)
        assert client.transport.can_write_eof()
        other = End()
        client.transport.set_protocol(other)
        assert client.transport.get_protocol() is other
        server.transport.write(b"for the other")
        await asyncio.sleep(0.01)
        assert other.said == [b"for the other"]

    asyncio.run(run())
