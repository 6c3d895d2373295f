"""A well-behaved server built from a declaration: what a run is tried on before it meets the device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from device_simulators.modbus.datastore import Bits, Registers
from device_simulators.modbus.identification import Identity
from device_simulators.modbus.protocol import ModbusTcpProtocol
from device_simulators.modbus.server import ModbusServer
from testbed.model.declaration import Declaration
from testbed.wire.simulator import Serve

_QUEUED = {"filled": 1, "empty": 0, "overfull": 32}
"""Values in a queue of each kind."""
_file = attrgetter("file")


def serve_declared(
    declaration: Declaration,
    over: str = "tcp",
    keys: Path | None = None,
    values: Mapping[str, Sequence[int]] | None = None,
) -> Serve:
    """Start a device with the declared functions and areas.

    Args:
        declaration: of the device.
        over: the transport.
        keys: over TLS, the folder that `testbed keys mbaps` made.
        values: of tables, by name, from address 0 on; every other value is 0.
    """
    names = [name[2:].partition("/")[0] for name in declaration.supports if name[:2] == "fc"]
    functions = frozenset(int(name) for name in names if name.isdigit())

    class Declared(ModbusServer):
        """Serves exactly the declared functions, and as many connections at once."""

        def make_room(self, line: ModbusTcpProtocol) -> None:
            """Send the new one away where that is declared."""
            if declaration.connections.beyond == "refuses":
                self.part(line)
                line.transport.close()
            else:
                super().make_room(line)

    Declared.most_connections = declaration.connections.most or 0
    Declared.sub_functions = frozenset(int(name[5:]) for name in declaration.supports if name[:5] == "fc08/")
    Declared.server_id = bytes(declaration.diagnostics.server_id or 1)
    Declared.functions = functions & ModbusServer.HANDLERS.keys()
    coils, registers = declaration.areas("coils"), declaration.areas("holding_registers")
    server = Declared(
        coils=Bits(
            [(area.first, [False] * area.count) for area in coils if not area.read_only],
            [(area.first, [False] * area.count) for area in coils if area.read_only],
        ),
        discrete_inputs=Bits(
            [(area.first, [False] * area.count) for area in declaration.areas("discrete_inputs")]
        ),
        holding_registers=Registers(
            [(area.first, [0] * area.count) for area in registers if not area.read_only],
            [(area.first, [0] * area.count) for area in registers if area.read_only],
        ),
        input_registers=Registers(
            [(area.first, [0] * area.count) for area in declaration.areas("input_registers")]
        ),
    )
    server.files = {
        file: Registers([(area.first, [0] * area.count) for area in areas])
        for file, areas in groupby(sorted(declaration.files, key=_file), key=_file)
    }
    server.fifos = {queue.pointer: [0] * _QUEUED[queue.state] for queue in declaration.fifos}
    if (told := declaration.identification) is not None:
        objects = dict.fromkeys(range(3), b"?") | {one: value.encode() for one, value in told.values.items()}
        server.identity = Identity(told.conformity, objects)
    server.unit = declaration.endpoint.unit
    for name, held in (values or {}).items():
        for address, value in enumerate(held):
            getattr(server, name)[address] = value
    return server.serve(over, keys)
