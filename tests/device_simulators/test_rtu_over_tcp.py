"""RTU frames in a TCP stream: cut by their CRC and size, for there is no silence to go by."""

import asyncio

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.rtu_over_tcp import PAUSE
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.pipe import join
from tests.device_simulators.serial_bed import crc

READ = crc(bytes.fromhex("010300050001"))
ANSWER = crc(bytes.fromhex("0103020005"))
WRITE = crc(bytes.fromhex("01100190000204ABCD1234"))
WRITTEN = crc(bytes.fromhex("011001900002"))
OTHER = crc(bytes.fromhex("020300050001"))
UNKNOWN = crc(bytes.fromhex("014900"))
REFUSED = crc(bytes.fromhex("01C901"))


class Client(asyncio.Protocol):
    def __init__(self):
        self.data = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.data += data


def hear(device, *pieces):
    """Return what comes back for bytes, each in a segment, and numbers: seconds to wait."""

    async def main():
        client = Client()
        join(client, device.serve("rtu+tcp")(), client_port=49152, server_port=502)
        for piece in pieces:
            if isinstance(piece, bytes):
                client.transport.write(piece)
                await asyncio.sleep(0)
            else:
                await asyncio.sleep(piece)
        await asyncio.sleep(1)
        return client.data

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(main())


@pytest.mark.parametrize(
    ("pieces", "answers"),
    [
        ([READ], ANSWER),
        ([READ, READ], 2 * ANSWER),
        ([READ + WRITE + READ], ANSWER + WRITTEN + ANSWER),
        ([READ[:1], READ[1:5], READ[5:]], ANSWER),
        ([READ + WRITE[:7], WRITE[7:]], ANSWER + WRITTEN),
        ([UNKNOWN], REFUSED),
        ([crc(READ[:-2] + b"\0")], crc(bytes.fromhex("018303"))),  # one byte too many, under a CRC of its own
        ([OTHER, READ], ANSWER),
        ([b"\xff", 2 * PAUSE, READ], ANSWER),
        ([READ[:-1], 2 * PAUSE, READ], ANSWER),
        ([READ[:-1] + b"\0", READ], ANSWER),  # a wrong CRC
        ([bytes(5000), 2 * PAUSE, READ], ANSWER),
    ],
)
def test_frames_are_found(pieces, answers):
    assert hear(Plc(), *pieces) == answers


def test_what_is_no_frame_is_counted_once():
    device = Plc()

    hear(device, b"\xff\xff", 2 * PAUSE, READ[:-1] + b"\0", 2 * PAUSE)

    assert device.counters.bus_errors == 2


def test_a_broadcast_is_carried_out_in_silence():
    device = Plc()

    assert hear(device, crc(bytes.fromhex("00060005ABCD")), READ) == crc(bytes.fromhex("010302ABCD"))


def test_who_never_reads_is_not_answered_without_end():
    """The pipe holds 64 kB; behind that the device stops, and goes on as its answers are taken."""

    async def main():
        client = Client()
        join(client, Plc().serve("rtu+tcp")(), client_port=49152, server_port=502)
        ask = crc(bytes.fromhex("01030000007D"))
        client.transport.pause_reading()
        for _ in range(1000):
            client.transport.write(ask)
        await asyncio.sleep(1)
        held = client.transport.get_write_buffer_size()
        client.transport.resume_reading()
        await asyncio.sleep(1)
        return held, len(client.data)

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        held, answered = runner.run(main())
    assert held > 0
    assert answered == 1000 * (5 + 250)
