"""A tester's connection: everything recorded, nothing lenient, nothing without bounds."""

import asyncio

import pytest

from testbed.wire import connection as module
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.connection import Connection, Ended, Received
from testbed.wire.pcapng import capture
from testbed.wire.recorder import Kind
from tests.wire.bench import Cutter, Watch, connect, recorder

FRAME = bytes.fromhex("0001 0000 0003 01 83 02")


def run(coroutine):
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(coroutine)


def packets(connection):
    return [(one.kind, one.sent, one.data) for one in connection.recorder.packets]


def test_what_is_sent_is_recorded_and_watched():
    async def talk():
        connection, watch, device = connect()
        number = connection.send(b"request", comment="why")
        await asyncio.sleep(0)
        assert device.got == b"request"
        assert watch.said == [("sent", 0, b"request", number)]
        assert (connection.recorder.packets[-1].number, connection.recorder.packets[-1].comment) == (4, "why")
        assert connection.recorder.connections[0].device == ("127.0.0.1", 502)

    run(talk())


def test_segments_are_one_packet_that_says_where_it_was_cut():
    async def talk():
        connection, watch, device = connect()
        loop, arrivals = asyncio.get_running_loop(), []
        device.data_received = lambda data: arrivals.append((data, round(loop.time(), 3)))
        number = await connection.send_in_pieces([b"abc", b"d", b"efgh"], 0.25, comment="on purpose")
        await asyncio.sleep(0)
        assert arrivals == [(b"abc", 0.0), (b"d", 0.25), (b"efgh", 0.5)]
        packet = connection.recorder.packets[-1]
        assert (packet.number, packet.data) == (number, b"abcdefgh")
        assert packet.comment == "on purpose; sent in 3 segments of 3,1,4 bytes, 250 ms apart"
        assert watch.said == [("sent", 0, b"abcdefgh", number)]

    run(talk())


def test_frames_are_cut_from_the_stream_and_handed_out_one_by_one():
    async def talk():
        connection, watch, device = connect()
        device.transport.write(FRAME + FRAME[:4])
        device.transport.write(FRAME[4:])
        first, second = await connection.receive(1), await connection.receive(1)
        assert (first.data, first.number) == (FRAME, 4)
        assert (second.data, second.number) == (FRAME, 5)
        assert watch.said == [("received", 0, FRAME, 4, True), ("received", 0, FRAME, 5, False)]
        assert connection.waiting() == 0

    run(talk())


def test_silence_lasts_as_long_as_allowed():
    async def talk():
        connection, watch, _ = connect()
        assert await connection.receive(2.5) is None
        assert asyncio.get_running_loop().time() == pytest.approx(2.5)
        assert watch.said == [("forget", 0)]

    run(talk())


def test_a_stump_is_judged_when_nothing_completes_it():
    async def talk():
        connection, watch, device = connect()
        device.transport.write(FRAME[:7])
        assert await connection.receive(1) is None
        assert watch.said == [("incomplete", 0, FRAME[:7], 4), ("forget", 0)]
        assert connection.recorder.packets[-1].comment == "incomplete frame"
        device.transport.write(FRAME)  # a fresh start behind it
        assert (await connection.receive(1)).data == FRAME

    run(talk())


def test_a_stump_that_nothing_asked_for_is_judged_at_once():
    async def talk():
        connection, watch, device = connect(Watch(expecting=False))
        device.transport.write(FRAME + b"\x00\x01\x02")
        await connection.receive(1)
        assert watch.said == [("received", 0, FRAME, 4, True), ("incomplete", 0, b"\x00\x01\x02", 5)]

    run(talk())


def test_a_stump_before_the_end_is_judged_and_stands_before_it():
    async def talk():
        connection, watch, device = connect()
        device.transport.write(FRAME[:5])
        device.transport.close()
        assert await connection.receive(1) is Ended.CLOSED
        assert watch.said == [("incomplete", 0, FRAME[:5], 4)]
        assert packets(connection)[1:] == [(Kind.DATA, False, FRAME[:5]), (Kind.FIN, False, b"")]

    run(talk())


def test_frames_before_a_close_come_first():
    async def talk():
        connection, _, device = connect()
        device.transport.write(FRAME)
        device.transport.close()
        assert (await connection.receive(1)).data == FRAME
        assert await connection.receive(1) is Ended.CLOSED
        assert await connection.receive(1) is Ended.CLOSED

    run(talk())


def test_a_reset_by_the_device():
    async def talk():
        connection, _, device = connect()
        device.transport.abort()
        assert await connection.receive(1) is Ended.RESET
        assert packets(connection)[-1] == (Kind.RST, False, b"")

    run(talk())


def test_a_reset_by_the_tester():
    async def talk():
        connection, _, device = connect()
        connection.reset()
        connection.reset()
        connection.close()
        await asyncio.sleep(0.1)
        assert device.ended == "reset"
        assert packets(connection)[1:] == [(Kind.RST, True, b"")]
        assert connection.ended is Ended.CLOSED

    run(talk())


def test_a_good_close_is_recorded_once():
    async def talk():
        connection, _, device = connect()
        connection.finish_sending()
        connection.finish_sending()
        connection.close()
        connection.close()
        await asyncio.sleep(0.1)
        assert device.ended == "eof"
        assert packets(connection)[1:] == [(Kind.FIN, True, b"")]

    run(talk())


def test_a_flood_of_frames_is_stopped():
    async def talk():
        connection, watch, device = connect()
        for _ in range(module.MOST_UNASKED):
            connection.send(b"request")
            device.transport.write(FRAME)
            assert isinstance(await connection.receive(1), Received)
        assert connection.ended is None  # whoever is asked may answer
        for _ in range(1000):
            device.transport.write(FRAME * 10)
            await asyncio.sleep(0)
        assert connection.ended is Ended.FLOODED
        assert device.ended == "reset"
        assert sum(said[0] == "received" for said in watch.said) == 2 * module.MOST_UNASKED + 1
        assert watch.said[-1][0] == "flooded"
        assert await connection.receive(1) is Ended.FLOODED
        assert "floods" in connection.recorder.notes[0]
        assert packets(connection)[-1] == (Kind.RST, True, b"")

    run(talk())


def test_a_flood_of_few_long_frames_is_stopped(monkeypatch):
    monkeypatch.setattr(module.Connection, "most_unread", 3 * len(FRAME))

    async def talk():
        connection, watch, device = connect()
        for _ in range(3):
            device.transport.write(FRAME)
            await asyncio.sleep(0)
        assert isinstance(await connection.receive(1), Received)
        device.transport.write(FRAME)  # what was read leaves room
        await asyncio.sleep(0)
        assert connection.ended is None
        device.transport.write(FRAME)
        await asyncio.sleep(0)
        assert connection.ended is Ended.FLOODED
        assert watch.said[-1][0] == "flooded"

    run(talk())


def test_a_flood_of_bytes_that_make_no_frame_is_stopped():
    async def talk():
        connection, watch, device = connect(Watch(expecting=False))
        for _ in range(module.MOST_UNASKED + 1):
            assert connection.ended is None
            device.transport.write(b"x")
            await asyncio.sleep(0)
        assert connection.ended is Ended.FLOODED
        assert watch.said[-1][0] == "flooded"
        await asyncio.sleep(0)
        assert device.ended == "reset"

    run(talk())


def test_whether_the_device_ends_the_connection_does_not_depend_on_what_it_sends():
    async def talk():
        connection, _, device = connect()
        device.transport.write(FRAME * 3)
        assert not await connection.ends(1)
        asyncio.get_running_loop().call_later(0.5, device.transport.close)
        assert await connection.ends(1)
        assert connection.waiting() == 3

    run(talk())


def test_sending_after_the_end_breaks_nothing():
    async def talk():
        connection, _, device = connect()
        device.transport.close()
        assert await connection.receive(1) is Ended.CLOSED
        connection.send(b"request")
        connection.finish_sending()
        await asyncio.sleep(0.1)
        assert device.got == b""

    run(talk())


@pytest.mark.parametrize("sockname", [None, ("127.0.0.1", 49152), ("::1", 49152, 0, 0)])
def test_a_device_that_resets_before_it_can_be_asked_for_its_address(sockname):
    class Gone(asyncio.Transport):
        def get_extra_info(self, name, default=None):
            return sockname if name == "sockname" else default

    async def talk():
        connection = Connection(recorder(), Cutter(), Watch())
        connection.connection_made(Gone())
        connection.connection_lost(ConnectionResetError())
        assert connection.ended is Ended.RESET
        assert [one.kind for one in connection.recorder.packets] == [Kind.OPEN, Kind.RST]
        assert capture(connection.recorder, comment="", epoch=0.0)

    run(talk())
