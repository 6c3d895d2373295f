"""What a hostile device is made of: a listening port, a thread for each connection, no manners."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import LENGTH_MIN

Act = Callable[["Line"], None]
"""What a device does with one connection that it accepted."""

_HEADER = struct.Struct(">HHHB")
_PREFIX = 6
"""Bytes before those that the length field counts."""
_FUNCTION = 7
_READS = {1, 2, 3, 4}
"""Where the function code stands, and those that preflight may send."""


@dataclass(frozen=True)
class Hostile:
    """One way to misbehave, and how a verdict has to name it.

    Attributes:
        name: what a test calls it.
        act: what it does with each connection.
        broken: requirements that must be judged FAIL.
        said: a pattern that must stand in what the record says was received, or why it could not judge.
        stops: a pattern of what preflight says, where a device that is hostile at once gets no further.
        open: opens the port in a way of its own.
        accepts: whether it ever takes a connection from the kernel.
    """

    name: str
    act: Act
    broken: tuple[str, ...]
    said: str
    stops: str = ""
    open: Callable[[], socket.socket] | None = None
    accepts: bool = True

    @property
    def does(self) -> str:
        """The sentence that says what it does."""
        return self.act.__doc__ or ""


class Device:
    """A controller with every function, behind a port of its own."""

    def __init__(self, hostile: Hostile, *, at_once: bool) -> None:
        self.act, self.accepts = hostile.act, hostile.accepts
        self.is_hostile = at_once
        """Whether it has shown its other face: until something but a read comes, it does nothing wrong."""
        self.server = Plc()
        self.listener = (hostile.open or listen)()
        self.port: int = self.listener.getsockname()[1]
        self.connections = 0
        self.requests = 0
        self.is_down = False
        self.is_stuck = False
        self.lines: set[Line] = set()

    def serve(self) -> None:
        """Accept until the process ends, if at all."""
        while self.accepts:
            plug, _ = self.listener.accept()
            self.connections += 1
            line = Line(plug, self, self.connections)
            if self.is_down:
                line.reset()
                continue
            threading.Thread(target=line.serve, daemon=True).start()

    def die(self) -> None:
        """Vanish from the network, with all connections, and never come back."""
        os._exit(0)

    def restart(self, seconds: float) -> None:
        """Break every connection, old and new, for some seconds."""
        self.is_down = True
        for line in tuple(self.lines):
            line.reset()
        time.sleep(seconds)
        self.is_down = False


class Line:
    """One connection that the device accepted."""

    def __init__(self, plug: socket.socket, device: Device, number: int) -> None:
        self.plug, self.device = plug, device
        self.number = number
        """Counts the device's connections from 1."""
        self._came = b""

    def serve(self) -> None:
        """Do what the device does; the tester may hang up on it at any time."""
        try:
            self.device.lines.add(self)
            while not self.device.is_hostile:
                request = self.request()
                if request[_FUNCTION] in _READS:
                    self.send(self.answer(request))
                else:
                    self.device.is_hostile = True
                    self._came = request + self._came
            self.device.act(self)
        except OSError:
            return
        finally:
            self.device.lines.discard(self)
            self.plug.close()

    def request(self) -> bytes:
        """Wait for the next whole ADU.

        Raises:
            ConnectionError: the tester has closed.
        """
        while len(self._came) < _PREFIX or len(self._came) < self._size():
            if not (data := self.plug.recv(4096)):
                raise ConnectionError
            self._came += data
        adu, self._came = self._came[: self._size()], self._came[self._size() :]
        self.device.requests += 1
        return adu

    def _size(self) -> int:
        length = int.from_bytes(self._came[4:6])
        if not LENGTH_MIN <= length <= 254:
            raise OSError("out of step, so it closes, as the reference does")
        return _PREFIX + length

    def answer(self, adu: bytes) -> bytes:
        """Return the right answer; nothing where silence is right."""
        transaction, protocol, _, unit = _HEADER.unpack_from(adu)
        if protocol:
            return b""
        pdu = bytes(self.device.server.answer(adu[7:]))
        return frame(transaction, pdu, unit=unit) if pdu else b""

    def send(self, data: bytes) -> None:
        """Send bytes, as fast as the tester takes them."""
        self.plug.sendall(data)

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        self.plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.plug.close()

    def finish(self) -> None:
        """Close the sending half."""
        self.plug.shutdown(socket.SHUT_WR)

    def hang(self) -> None:
        """Do nothing more, and keep the connection."""
        threading.Event().wait()


def listen(port: int = 0, backlog: int = 128) -> socket.socket:
    """Open a port of this machine."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(backlog)
    return listener


def frame(
    transaction: int, pdu: bytes, *, protocol: int = 0, length: int | None = None, unit: int = 1
) -> bytes:
    """Return an ADU with a header that is right unless told otherwise."""
    return _HEADER.pack(transaction, protocol, len(pdu) + 1 if length is None else length, unit) + pdu


DEVICES: dict[str, Hostile] = {}
"""Every way to misbehave, by name."""


def hostile(
    *broken: str,
    said: str,
    stops: str = "",
    open: Callable[[], socket.socket] | None = None,  # noqa: A002 - what it does
    accepts: bool = True,
) -> Callable[[Act], Act]:
    """Register a device that does this with each connection."""

    def register(act: Act) -> Act:
        name = act.__name__
        DEVICES[name] = Hostile(name, act, broken, said, stops, open, accepts)
        return act

    return register


def each_answer(change: Callable[[bytes, bytes], bytes]) -> Act:
    """Make a device out of a function that turns a request and its right answer into a wrong one."""

    def act(line: Line) -> None:
        while True:
            request = line.request()
            if answer := line.answer(request):
                line.send(change(request, answer))

    act.__name__, act.__doc__ = change.__name__, change.__doc__
    return act


def behaves(line: Line) -> None:
    """Does nothing wrong."""
    while True:
        line.send(line.answer(line.request()))


BEHAVES = Hostile("behaves", behaves, (), "")
"""What the others are compared with."""
