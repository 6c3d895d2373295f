"""The simulated controller and the simulated transmitter.

They are the devices that `device_simulators.modbus` serves, with the same data: a value that is written over
one protocol is read over the other.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from device_simulators.opcua.device_yaml import blueprint
from device_simulators.opcua.server import Server

if TYPE_CHECKING:
    from device_simulators.modbus import devices as modbus


class Plc(Server):
    """A controller with variables of every type, and the tables of a Modbus controller.

    Args:
        tables: the Modbus controller whose data it shows; one of its own where none is given.
    """

    def __init__(self, tables: modbus.Plc | None = None) -> None:
        super().__init__(blueprint("plc"))
        self._tables = tables

    @cached_property
    def modbus(self) -> modbus.Plc:
        """The Modbus controller; made, and its package loaded, where somebody looks at it."""
        from device_simulators.modbus.devices import Plc as Controller  # noqa: PLC0415

        return self._tables or Controller()


class Transmitter(Server):
    """A temperature transmitter: the measured value with its range and unit, and a tag to write.

    Args:
        tables: the Modbus transmitter whose data it shows; one of its own where none is given.
    """

    def __init__(self, tables: modbus.Transmitter | None = None) -> None:
        super().__init__(blueprint("transmitter"))
        self._tables = tables

    @cached_property
    def modbus(self) -> modbus.Transmitter:
        """The Modbus transmitter, likewise."""
        from device_simulators.modbus.devices import Transmitter as Sensor  # noqa: PLC0415

        return self._tables or Sensor()
