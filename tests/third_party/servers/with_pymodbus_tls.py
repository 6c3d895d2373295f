"""pymodbus's own TLS server, its context as the `ssl` module makes one that asks for clients' certificates.

Is told the folder of `testbed keys mbaps`. Its framer is the one of Modbus/TCP: the default one of this
server leaves the MBAP header out. Prints the port on which it serves; ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from pathlib import Path

from pymodbus.framer import FramerType
from pymodbus.server import ModbusTlsServer
from pymodbus.simulator import DataType, SimData, SimDevice


def device() -> SimDevice:
    """Return unit 1: the tables of the declaration beside this file."""
    coils = SimData(address=0, values=[False, True] * 2048, datatype=DataType.BITS)
    discrete_inputs = SimData(address=0, values=[True, False] * 1024, datatype=DataType.BITS)
    holding_registers = SimData(address=0, values=list(range(456)), datatype=DataType.REGISTERS)
    input_registers = SimData(address=0, values=list(range(1000, 1200)), datatype=DataType.REGISTERS)
    return SimDevice(id=1, simdata=([coils], [discrete_inputs], [holding_registers], [input_registers]))


def context(folder: Path) -> ssl.SSLContext:
    """Return a context that shows both certificates, and trusts the tester's authority."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "ca.pem"))
    made.verify_mode = ssl.CERT_REQUIRED
    for stem in ("ecc", "rsa"):
        made.load_cert_chain(folder / "device" / f"{stem}.pem", folder / "device" / f"{stem}.key")
    return made


async def main(folder: str) -> None:
    """Serve until nobody holds the other end of standard input."""
    server = ModbusTlsServer(
        device(), framer=FramerType.SOCKET, address=("127.0.0.1", 0), sslctx=context(Path(folder))
    )
    await server.serve_forever(background=True)
    print(server.transport.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - its only message
    await asyncio.to_thread(sys.stdin.read)
    await server.shutdown()


asyncio.run(main(sys.argv[1]))
