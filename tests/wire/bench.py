"""A recorder with a clock that stands still, and a connection whose other end the test plays."""

import asyncio

from testbed.protocols.modbus import Framer
from testbed.wire.connection import Connection
from testbed.wire.pipe import join
from testbed.wire.recorder import Recorder


class Cutter:
    """MBAP framing."""

    quiet = 0.0

    def __init__(self):
        self._framer = Framer()

    def feed(self, data):
        return [frame.raw for frame in self._framer.feed(data)]

    @property
    def pending(self):
        return self._framer.pending

    def drop(self):
        pending, self._framer = self._framer.pending, Framer()
        return pending


class Watch:
    """A monitor that writes down what it is told."""

    def __init__(self, *, expecting=True):
        self.breaches, self.said, self.expecting = [], [], expecting

    def sent(self, connection, data, number):
        self.said.append(("sent", connection, data, number))

    def received(self, connection, frame, number, *, followed):
        self.said.append(("received", connection, frame, number, followed))

    def incomplete(self, connection, stump, number):
        self.said.append(("incomplete", connection, stump, number))

    def flooded(self, connection, number):
        self.said.append(("flooded", connection, number))

    def expects(self, _):
        return self.expecting

    def forget(self, connection):
        self.said.append(("forget", connection))


class Device(asyncio.Protocol):
    """The other end: keeps what it gets."""

    def __init__(self):
        self.got, self.ended = b"", ""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.got += data

    def eof_received(self):
        self.ended = "eof"

    def connection_lost(self, exc):
        self.ended = "reset" if exc else self.ended


def recorder(clock=lambda: 0.0):
    return Recorder(clock)


def connect(watch=None):
    """Connect to a device in the running loop; return the connection, the monitor and the device."""
    watch, device = watch or Watch(), Device()
    connection = Connection(recorder(asyncio.get_running_loop().time), Cutter(), watch)
    join(connection, device, client_port=49152, server_port=502)
    return connection, watch, device
