"""pymodbus's own server with four separate tables, as its documentation sets one up.

Is told a transport, and the path of the port where that is a serial line. Prints the port on which it serves;
ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys

from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


def device() -> SimDevice:
    """Return unit 1: the tables of the declaration beside this file."""
    coils = SimData(address=0, values=[False, True] * 2048, datatype=DataType.BITS)
    discrete_inputs = SimData(address=0, values=[True, False] * 1024, datatype=DataType.BITS)
    holding_registers = SimData(address=0, values=list(range(456)), datatype=DataType.REGISTERS)
    input_registers = SimData(address=0, values=list(range(1000, 1200)), datatype=DataType.REGISTERS)
    return SimDevice(id=1, simdata=([coils], [discrete_inputs], [holding_registers], [input_registers]))


ON_A_LINE = {"ignore_missing_devices": True, "broadcast_enable": True}
"""What a device on a serial line needs: silence where another one is meant, or all are (SL 2.1, 2.2)."""


def served(over: str, port: str) -> ModbusTcpServer | ModbusSerialServer:
    """Return the server of a transport; a pseudo-terminal has no parity, and no characters of seven bits."""
    if port:
        return ModbusSerialServer(
            device(), framer=FramerType(over), port=port, parity="N", stopbits=2, **ON_A_LINE
        )
    if over == "rtu+tcp":
        return ModbusTcpServer(device(), framer=FramerType.RTU, address=("127.0.0.1", 0), **ON_A_LINE)
    return ModbusTcpServer(device(), address=("127.0.0.1", 0))


async def main(over: str = "tcp", port: str = "") -> None:
    """Serve until nobody holds the other end of standard input."""
    server = served(over, port)
    await server.serve_forever(background=True)
    print(port or server.transport.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - its only message
    await asyncio.to_thread(sys.stdin.read)
    await server.shutdown()


asyncio.run(main(*sys.argv[1:]))
