"""A gateway with devices behind it: the reference for whoever routes requests by unit identifier."""

from __future__ import annotations

from typing import ClassVar, cast

from device_simulators.modbus.devices import Plc, Transmitter
from device_simulators.modbus.gateway import Gateway, GatewayProtocol
from device_simulators.modbus.protocol import ModbusTcpProtocol
from device_simulators.modbus.rtu_over_tcp import ModbusRtuOverTcpProtocol

CONTROLLER, TRANSMITTER = 1, 17


class GatewayRtuProtocol(ModbusRtuOverTcpProtocol):
    """One connection to a gateway that takes RTU frames in a TCP stream."""

    def respond(self, unit: int, pdu: bytes) -> bytes:
        """Let the unit that is meant answer."""
        return cast("Cell", self.server).route(unit, pdu)


class Cell(Gateway):
    """A gateway before a controller, unit 1, and a temperature transmitter, unit 17.

    On its line every other address from 1 to 247 is free, so that nobody answers there; to the others no
    path leads.
    """

    protocol_class: ClassVar[type[ModbusTcpProtocol]] = GatewayProtocol
    rtu_over_tcp_class: ClassVar[type[ModbusRtuOverTcpProtocol]] = GatewayRtuProtocol

    def __init__(self) -> None:
        super().__init__({CONTROLLER: Plc(), TRANSMITTER: Transmitter()})
