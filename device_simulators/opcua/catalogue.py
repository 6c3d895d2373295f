"""The OPC UA devices that can be started, by name."""

from functools import partial

from device_simulators.opcua.mutants import MUTANTS
from device_simulators.opcua.mutants.registry import DECLARATION, serve
from device_simulators.opcua.plc import Plc, Transmitter
from testbed.wire.simulator import Simulator

REFERENCES = {
    name: Simulator(
        name,
        (device.__doc__ or "").partition("\n")[0],
        partial(serve, device),
        declaration=declaration,
        protocol="opcua",
    )
    for name, device, declaration in (
        ("opcua-plc", Plc, DECLARATION),
        ("opcua-transmitter", Transmitter, "sim-opcua-transmitter.yaml"),
    )
}

SIMULATORS = REFERENCES | MUTANTS
