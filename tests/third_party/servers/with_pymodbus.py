"""pymodbus's own TCP server with four separate tables, as its documentation sets one up.

Prints the port that it listens on; ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


def device() -> SimDevice:
    """Return unit 1: the tables of the declaration beside this file."""
    coils = SimData(address=0, values=[False, True] * 2048, datatype=DataType.BITS)
    discrete_inputs = SimData(address=0, values=[True, False] * 1024, datatype=DataType.BITS)
    holding_registers = SimData(address=0, values=list(range(456)), datatype=DataType.REGISTERS)
    input_registers = SimData(address=0, values=list(range(1000, 1200)), datatype=DataType.REGISTERS)
    return SimDevice(id=1, simdata=([coils], [discrete_inputs], [holding_registers], [input_registers]))


async def main() -> None:
    """Serve until nobody holds the other end of standard input."""
    server = ModbusTcpServer(device(), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    print(server.transport.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - its only message
    await asyncio.to_thread(sys.stdin.read)
    await server.shutdown()


asyncio.run(main())
