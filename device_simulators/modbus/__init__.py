"""Reference Modbus devices, and mutants that each break exactly what they say."""

from functools import partial

from device_simulators.modbus.devices import IoBlock, Plc, Transmitter
from device_simulators.modbus.server import ModbusServer
from testbed.wire.simulator import Serve, Simulator


def _serve(device: type[ModbusServer]) -> Serve:
    server = device()  # type: ignore[call-arg]
    return lambda: server.protocol_class(server)


SIMULATORS = {
    name: Simulator(name, device.__doc__.splitlines()[0], partial(_serve, device), declaration=f"sim-{name}.yaml")
    for name, device in {"plc": Plc, "transmitter": Transmitter, "io-block": IoBlock}.items()
}
