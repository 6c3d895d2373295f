"""A gateway from Modbus/TCP to devices behind it, each under the unit identifier that it has on its line.

MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 4.4.1.2: the unit identifier routes a request. MODBUS
Application Protocol V1.1b3, 7: 0A says that no path leads there, 0B that nobody there answers.
"""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from device_simulators.modbus.protocol import ModbusTcpProtocol
from device_simulators.modbus.serial import BROADCAST
from device_simulators.modbus.server import ModbusServer
from testbed.protocols.modbus import ExceptionCode
from testbed.wire.simulator import Serve

ADDRESSES = range(1, 248)
"""Of devices on a serial line (SL 2.2)."""

PATH_UNAVAILABLE = int(ExceptionCode.GATEWAY_PATH_UNAVAILABLE)
TARGET_FAILED = int(ExceptionCode.GATEWAY_TARGET_FAILED)


class Gateway(ModbusServer):
    """What routes; it has no data of its own.

    Args:
        units: the devices, by unit identifier.
    """

    functions: ClassVar[frozenset[int]] = frozenset()

    def __init__(self, units: Mapping[int, ModbusServer]) -> None:
        super().__init__()
        self.units = units

    def route(self, unit: int, request: bytes) -> bytes:
        """Let the unit that is meant answer a request PDU; an empty answer means silence."""
        if unit == BROADCAST:
            return self.spread(request)
        device = self.units.get(unit)
        if device is not None:
            return device.answer(request)
        return self.refuse(request, TARGET_FAILED if unit in ADDRESSES else PATH_UNAVAILABLE)

    def spread(self, request: bytes) -> bytes:
        """Pass a broadcast to all devices; none answers (SL 2.1)."""
        for device in self.units.values():
            device.broadcast(request)
        return b""


class GatewayProtocol(ModbusTcpProtocol):
    """One connection to a gateway.

    Args:
        gateway: what routes, shared by all connections.
    """

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway)
        self.gateway = gateway

    def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
        """Answer one ADU with an ADU that has the unit's answer; an empty one means silence."""
        if not self.is_modbus(protocol):
            return b""
        answer = self.gateway.route(unit, pdu)
        return self.envelop(transaction, unit, answer) if answer else b""


def serve_gateway(units: Mapping[int, ModbusServer]) -> Serve:
    """Return what makes the protocol of one connection to a gateway before these devices."""
    return partial(GatewayProtocol, Gateway(units))
