"""A master on a line with one device: characters are put on it by hand, and time passes at once."""

import asyncio

from device_simulators.modbus.devices import Plc
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.line import Line, LineProtocol
from testbed.wire.serial_format import SerialFormat


def crc(data):
    """Return bytes with their CRC, worked out bit by bit as SL 6.2.2 describes it."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            carry = register & 1
            register >>= 1
            if carry:
                register ^= 0xA001
    return data + bytes((register & 0xFF, register >> 8))


def digits(data, *, end=b"\r\n"):
    """Return bytes as an ASCII frame; the LRC is the two's complement of their sum (SL 6.2.1)."""
    return b":%b%02X%b" % (data.hex().upper().encode(), (256 - sum(data) % 256) % 256, end)


class Master(LineProtocol):
    """Keeps what it hears."""

    def __init__(self):
        self.runs = []

    def connection_made(self, transport):
        self.transport = transport

    def characters_received(self, run):
        self.runs.append(run)


class Bed:
    """A line with a master, the device, and perhaps others."""

    def __init__(self, over, *others, baud=19200, device=None):
        self.over, self.others, self.device = over, others, device or Plc()
        self.shape = SerialFormat(baud, 7 if over == "ascii" else 8)
        self.master = Master()

    def __enter__(self):
        self.runner = asyncio.Runner(loop_factory=VirtualClockLoop)
        self.runner.run(self._attach())
        return self

    def __exit__(self, *_):
        self.runner.close()

    async def _attach(self):
        line = Line(self.shape)
        line.attach(self.master)
        for device in (self.device, *self.others):
            line.attach(device.serve(self.over)(), hears_itself=True)

    def hear(self, *pieces, bad=()):
        """Return what is heard within two seconds.

        Args:
            pieces: bytes to send, and numbers: gaps before the next bytes in characters, 4 before the first.
            bad: places of characters with a wrong parity, in each piece.
        """

        async def exchange():
            self.master.runs.clear()
            gap = 4.0
            for piece in pieces:
                if isinstance(piece, bytes):
                    self.sent = self.master.transport.send(piece, gap=gap * self.shape.character, bad=bad)
                    gap = 0.0
                else:
                    gap = piece
            await asyncio.sleep(self.sent.ended - asyncio.get_running_loop().time() + 2)
            return b"".join(run.data for run in self.master.runs)

        return self.runner.run(exchange())
