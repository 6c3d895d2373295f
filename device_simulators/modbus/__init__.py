"""Reference Modbus devices, and mutants that each break exactly what they say."""

from functools import partial

from device_simulators.modbus.cell import Cell
from device_simulators.modbus.devices import IoBlock, Plc, Transmitter
from device_simulators.modbus.mutants import MUTANTS
from device_simulators.modbus.standin import serve_declared
from testbed.wire.simulator import Simulator, serve

REFERENCES = {
    name: Simulator(
        name,
        device.__doc__.partition("\n")[0],
        partial(serve, device),
        declaration=f"sim-{name}.yaml",
        device=device,
        kind=device,
    )
    for name, device in {
        "plc": Plc,
        "transmitter": Transmitter,
        "io-block": IoBlock,
        "gateway": Cell,
    }.items()
    if device.__doc__
}

STAND_IN = Simulator(
    "stand-in", "A device that serves what a declaration says.", partial(serve, Plc), build=serve_declared
)

SIMULATORS = REFERENCES | MUTANTS | {STAND_IN.name: STAND_IN}
