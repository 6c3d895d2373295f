"""Reaching a device: over TCP, or in this process."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import socket
from collections.abc import Awaitable, Callable

from testbed.model.connect import MODBUS_PORT, Endpoint
from testbed.wire.pipe import join
from testbed.wire.simulator import Serve

CONNECT_WITHIN = 5.0
"""Seconds to a connection (assumed; a device on a plant network answers a SYN in milliseconds)."""

_FIRST_PORT = 49152  # first of the dynamic ports, RFC 6335

Dial = Callable[[asyncio.Protocol], Awaitable[None]]
"""Connects a protocol to the device, or raises Unreachable."""


class UnreachableError(Exception):
    """The device cannot be reached; the message names the cause and what to check."""


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
                    f"{where} refuses the connection: nothing listens on that port; is the device running?"
                ) from error
            said = os.strerror(error.errno) if error.errno else str(error)
            raise UnreachableError(f"{where} cannot be reached: {said}") from error

    return dial


def in_process(serve: Serve) -> Dial:
    """Return what dials a simulated device in the running loop, through no socket."""
    ports = itertools.count(_FIRST_PORT)

    async def dial(protocol: asyncio.Protocol) -> None:
        await asyncio.sleep(0)  # what was closed or reset before must arrive before a new connection does
        join(protocol, serve(), client_port=next(ports), server_port=MODBUS_PORT)

    return dial
