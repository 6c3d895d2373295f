"""A simulated controller behind a bench, on a virtual clock."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.model.declaration import Declaration
from testbed.model.document import load
from testbed.testers.modbus.bench import ModbusBench
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import in_process
from testbed.wire.recorder import Recorder

DECLARATION = Path(__file__).parents[2] / "profiles/devices/sim-plc.yaml"


def declare(**changes):
    return load(Declaration, DECLARATION.read_text(encoding="utf-8"), "plc.yaml").model_copy(update=changes)


def run(coroutine):
    """Run on a virtual clock."""
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(coroutine)


def bench(device=None, protocol=ModbusTcpProtocol, **changes):
    """Return a bench in front of a controller."""
    device = device or Plc()
    return ModbusBench(declare(**changes), in_process(lambda: protocol(device)), seed=1)


@asynccontextmanager
async def seated(at, *fixtures, needs=()):
    """Prepare a case; conclude it whatever happens."""
    desk = at.case("a case", needs, "", Recorder(asyncio.get_running_loop().time))
    try:
        yield desk, await desk.prepare(fixtures)
    finally:
        await desk.conclude()
