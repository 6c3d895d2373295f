"""A well-behaved server built from a declaration: what a run is tried on before it meets the device."""

from __future__ import annotations

from functools import partial

from device_simulators.modbus.datastore import Bits, Registers
from device_simulators.modbus.server import ModbusServer
from testbed.model.declaration import Declaration
from testbed.wire.simulator import Serve


def serve_declared(declaration: Declaration) -> Serve:
    """Start a device with the declared functions and areas; every value is 0."""
    functions = frozenset(
        int(name[2:]) for name in declaration.supports if name[:2] == "fc" and name[2:].isdigit()
    )

    class Declared(ModbusServer):
        """Serves exactly the declared functions."""

    Declared.functions = functions & ModbusServer.HANDLERS.keys()
    server = Declared(
        coils=Bits([(area.first, [False] * area.count) for area in declaration.areas("coils")]),
        discrete_inputs=Bits(
            [(area.first, [False] * area.count) for area in declaration.areas("discrete_inputs")]
        ),
        holding_registers=Registers(
            [(area.first, [0] * area.count) for area in declaration.areas("holding_registers")]
        ),
        input_registers=Registers(
            [(area.first, [0] * area.count) for area in declaration.areas("input_registers")]
        ),
    )
    return partial(server.protocol_class, server)
