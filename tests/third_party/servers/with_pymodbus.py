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


def on_a_line(over: str, port: str) -> ModbusSerialServer:
    """Return a server on a serial port that keeps silent where another device is meant (SL 2.2).

    A pseudo-terminal has neither parity nor characters of seven bits, and refuses to be asked for them twice.
    """
    return ModbusSerialServer(
        device(),
        framer=FramerType(over),
        port=port,
        parity="N",
        stopbits=2,
        ignore_missing_devices=True,
        broadcast_enable=True,
    )


async def main(over: str = "tcp", port: str = "") -> None:
    """Serve until nobody holds the other end of standard input."""
    if port:
        server: ModbusSerialServer | ModbusTcpServer = on_a_line(over, port)
    else:
        framer = FramerType.RTU if over == "rtu+tcp" else FramerType.SOCKET
        server = ModbusTcpServer(device(), framer=framer, address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    print(port or server.transport.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - its only message
    await asyncio.to_thread(sys.stdin.read)
    await server.shutdown()


asyncio.run(main(*sys.argv[1:]))
