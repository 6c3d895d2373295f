"""Reaching a device: over TCP, over a serial port, or in this process."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

from testbed.model.connect import MODBUS_PORT, Endpoint
from testbed.wire.line import Line
from testbed.wire.pipe import join
from testbed.wire.serial_format import SerialFormat
from testbed.wire.simulator import Serve

CONNECT_WITHIN = 5.0
"""Seconds to a connection (assumed; a device on a plant network answers a SYN in milliseconds)."""

_FIRST_PORT = 49152  # first of the dynamic ports, RFC 6335

Dial = Callable[[asyncio.Protocol], Awaitable[None]]
"""Connects a protocol to the device, or raises Unreachable."""


class UnreachableError(Exception):
    """The device cannot be reached; the message names the cause and what to check.

    Args:
        said: the message.
        is_heard: whether its host answered all the same, with a refusal: then the way to it is not cut.
    """

    def __init__(self, said: str = "", *, is_heard: bool = False) -> None:
        super().__init__(said)
        self.is_heard = is_heard


def over_tcp(endpoint: Endpoint) -> Dial:
    """Return what dials a TCP endpoint."""

    async def dial(protocol: asyncio.Protocol) -> None:
        loop = asyncio.get_running_loop()
        where = f"{endpoint.host}:{endpoint.port}"
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await loop.create_connection(lambda: protocol, endpoint.host, endpoint.port)
        except TimeoutError as error:
            raise UnreachableError(
                f"{where} does not answer within {CONNECT_WITHIN:g} s; check address, cable and firewall"
            ) from error
        except (socket.gaierror, UnicodeError) as error:  # the latter: no host name can be encoded so
            said = error.strerror if isinstance(error, socket.gaierror) else "it is no host name"
            raise UnreachableError(f"the name {endpoint.host} does not resolve ({said})") from error
        except OSError as error:
            if f"[Errno {errno.ECONNREFUSED}]" in str(error):  # one text for all addresses of a name
                raise UnreachableError(
                    f"{where} refuses the connection: nothing listens on that port; is the device running?",
                    is_heard=True,
                ) from error
            said = os.strerror(error.errno) if error.errno else str(error)
            heard = isinstance(error, ConnectionError)
            raise UnreachableError(f"{where} cannot be reached: {said}", is_heard=heard) from error

    return dial


def in_process(serve: Serve, port: int = MODBUS_PORT) -> Dial:
    """Return what dials a simulated device in the running loop, through no socket; a capture names a port."""
    ports = itertools.count(_FIRST_PORT)

    async def dial(protocol: asyncio.Protocol) -> None:
        await asyncio.sleep(0)  # what was closed or reset before must arrive before a new connection does
        join(protocol, serve(), client_port=next(ports), server_port=port)

    return dial


def over_serial(endpoint: Endpoint) -> Dial:
    """Return what dials a device through a serial port, which is opened for this program alone."""
    shape = SerialFormat.of(endpoint)
    silence = shape.t35 if endpoint.over == "rtu" else 0.0
    before: list[asyncio.Event] = []

    async def dial(protocol: asyncio.Protocol) -> None:
        from testbed.wire.serial_port import open_port, resolution  # noqa: PLC0415 - most devices have none
        from testbed.wire.serial_transport import SerialTransport  # noqa: PLC0415

        with suppress(TimeoutError):  # what still leaves the port does not free it in time: it is in use
            async with asyncio.timeout(CONNECT_WITHIN):
                for closed in before:
                    await closed.wait()
        port = open_port(endpoint.name, shape)
        uncertain = resolution(endpoint.name)
        transport = SerialTransport(port, protocol, shape, silence=silence, resolution=uncertain)
        before[:] = [transport.closed]
        await asyncio.sleep(0)  # as elsewhere, the protocol knows its transport when this returns

    return dial


def over_line(endpoint: Endpoint, *serves: Serve) -> Dial:
    """Return what dials simulated devices on a serial line in the running loop, all of them on the same one.

    The line lasts as long as the loop: a port that is closed and opened again finds it as it was.

    Args:
        endpoint: names rate and shape of the characters.
        serves: makes the protocol of each device; every one hears what it sends, as on two wires.
    """
    shape = SerialFormat.of(endpoint)
    silence = shape.t35 if endpoint.over == "rtu" else 0.0
    lines: list[Line] = []

    async def dial(protocol: asyncio.Protocol) -> None:
        await asyncio.sleep(0)  # what was closed before leaves the line before another comes
        if not lines or lines[0].loop is not asyncio.get_running_loop():
            lines[:] = [Line(shape)]
            for serve in serves:
                lines[0].attach(serve(), hears_itself=True)
        lines[0].attach(protocol, silence=silence)

    return dial
