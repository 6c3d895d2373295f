"""The OPC UA devices that can be started, by name."""

from functools import partial

from device_simulators.opcua.mutants import MUTANTS
from device_simulators.opcua.mutants.registry import DECLARATION
from device_simulators.opcua.plc import Plc, Transmitter
from device_simulators.opcua.standin import serve_declared
from testbed.wire.simulator import Simulator, serve

REFERENCES = {
    name: Simulator(
        name,
        (device.__doc__ or "").partition("\n")[0],
        partial(serve, device),
        declaration=declaration,
        protocol="opcua",
        kind=device,
    )
    for name, device, declaration in (
        ("opcua-plc", Plc, DECLARATION),
        ("opcua-transmitter", Transmitter, "sim-opcua-transmitter.yaml"),
    )
}

STAND_IN = Simulator(
    "opcua-stand-in",
    "A server that serves what a declaration says.",
    partial(serve, Plc),
    build=serve_declared,
    protocol="opcua",
)

SIMULATORS = REFERENCES | MUTANTS | {STAND_IN.name: STAND_IN}
