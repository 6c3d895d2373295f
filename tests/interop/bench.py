"""A controller on a loopback port, and a case at the bench in front of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.model.declaration import Declaration
from testbed.model.document import load
from testbed.testers.modbus.bench import ModbusBench
from testbed.testers.modbus.desk import ModbusCase
from testbed.wire.dial import over_tcp
from testbed.wire.recorder import Recorder

DECLARATION = Path(__file__).parents[2] / "profiles/devices/sim-plc.yaml"

Serve = Callable[[], asyncio.Protocol]


def plc(protocol: type[ModbusTcpProtocol] = ModbusTcpProtocol) -> Serve:
    server = Plc()
    return lambda: protocol(server)


def declare(**changes: object) -> Declaration:
    text = DECLARATION.read_text(encoding="utf-8")
    return load(Declaration, text, "plc.yaml").model_copy(update=changes)


@asynccontextmanager
async def served(serve: Serve) -> AsyncIterator[int]:
    """Serve a device; yield its port."""
    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def seated(serve: Serve, *fixtures: str, **changes: object) -> AsyncIterator[tuple[ModbusCase, dict]]:
    """Serve a device and prepare a case in front of it; yield the case's desk and its arguments."""
    async with served(serve) as port:
        declaration = declare(connect=f"tcp://127.0.0.1:{port}", **changes)
        bench = ModbusBench(declaration, over_tcp(declaration.endpoint), seed=1)
        needs = ("scratch_registers >= 2",)
        desk = bench.case("a case", needs, "", Recorder(asyncio.get_running_loop().time))
        arguments = await desk.prepare(fixtures)
        try:
            yield desk, arguments
        finally:
            await desk.conclude()
