"""What a device shows of itself as one of many: its name, and values that a process moves."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from device_simulators.modbus.datastore import Bits, Registers
from testbed.wire.simulator import Serve

if TYPE_CHECKING:
    from device_simulators.modbus.server import ModbusServer

ON = 0.5
"""From this value upward a bit is on."""


class Member:
    """A device that a fleet names and moves."""

    coils: Bits
    discrete_inputs: Bits
    holding_registers: Registers
    input_registers: Registers

    def be_called(self, name: str) -> None:
        """Keep a name where the device has a place for it."""

    def measuring(self) -> Callable[[float], None] | None:
        """Return what sets the value that this kind measures by itself, in its own unit."""
        return None

    def driven(self, table: str | None, address: int, scale: float) -> Callable[[float], None]:
        """Return what sets one value of the process.

        Args:
            table: name of a table, or None for what the kind measures by itself.
            address: of the register or bit; a register holds the value times `scale`, rounded.
            scale: see above.

        Raises:
            LookupError: the device has no such value.
        """
        if table is None:
            measured = self.measuring()
            if measured is None:
                raise LookupError("this kind measures nothing by itself; give `table` and `address`")
            return measured
        values: Bits | Registers = getattr(self, table)
        if not values.covers(address, 1):
            raise LookupError(f"this kind has no address {address} among its `{table}`")

        def drive(value: float) -> None:
            if isinstance(values, Registers):
                values[address] = round(value * scale)
            else:
                values[address] = value >= ON

        return drive

    def before(self, units: Mapping[int, "ModbusServer"]) -> Serve:
        """Return what serves a gateway before devices, by unit identifier."""
        from device_simulators.modbus.gateway import serve_gateway  # noqa: PLC0415 - it is a server itself

        return serve_gateway(units)
