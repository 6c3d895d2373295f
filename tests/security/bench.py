"""A tester and the simulated controller, joined through TLS in this process or over loopback."""

import asyncio
from contextlib import asynccontextmanager

from testbed.model.connect import Endpoint
from testbed.model.security import Security
from testbed.protocols.modbus import Adu
from testbed.testers.modbus.cutter import MbapCutter
from testbed.testers.modbus.invariants import ModbusMonitor
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.connection import Connection
from testbed.wire.dial import in_process, over_tcp
from testbed.wire.mbaps import throw_away
from testbed.wire.recorder import Recorder
from testbed.wire.secure_dial import SecureDial
from testbed.wire.simulator import simulator

BOTH = Security(versions=("1.2", "1.3"))
READ = Adu(7, 1, bytes.fromhex("0300050002")).encode()
ANSWER = bytes.fromhex("0007 0000 0007 01 03 04 0005 0006")


def virtually(main):
    """Run a coroutine on a virtual clock."""
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(main)


def dial(below, security=BOTH):
    return SecureDial(below, "tls://device:802", throw_away(), security)


def controller():
    return in_process(simulator("plc").start("tls"), 802)


async def connected(secure):
    """Return a connection that the device took, and its recorder."""
    connection = Connection(Recorder(asyncio.get_running_loop().time), MbapCutter(), ModbusMonitor())
    await secure(connection)
    return connection


@asynccontextmanager
async def listening(serve):
    """Serve on a loopback port; yield what dials it without TLS."""
    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", 0)
    async with server:
        yield over_tcp(Endpoint(scheme="tls", host="127.0.0.1", port=server.sockets[0].getsockname()[1]))
