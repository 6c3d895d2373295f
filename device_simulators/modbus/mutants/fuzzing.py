"""Mutants whose fault shows in requests that nobody would write by hand."""

import asyncio

from device_simulators.modbus.datastore import Registers
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.protocol import ModbusTcpProtocol

_RESTART = 2.0
"""Seconds that a watchdog takes to bring the device back."""


@mutant("MB-FUZZ-SURVIVES")
class RestartsOnTooManyBytes(Plc):
    """Runs over its buffer where function 23 counts more bytes than a PDU holds; a watchdog restarts it."""

    def __init__(self) -> None:
        super().__init__()
        self.down_until = 0.0

    def read_write_multiple_registers(self, request: bytes) -> bytes:
        """Fall over."""
        if request[9:10] > b"\xf2":
            self.down_until = asyncio.get_running_loop().time() + _RESTART
            return b""
        return super().read_write_multiple_registers(request)

    class protocol_class(ModbusTcpProtocol):
        """Hears nothing while the device restarts."""

        server: "RestartsOnTooManyBytes"

        def data_received(self, data: bytes) -> None:
            """Drop everything until the device is back."""
            if asyncio.get_running_loop().time() >= self.server.down_until:
                super().data_received(data)


@mutant("MB-FUZZ-WELL-FORMED")
class AnswersLongReadsOutOfItsBuffer(Plc):
    """Takes a read with a hundred bytes behind it for an answer, and sends back what lies in its buffer."""

    def read_registers(self, request: bytes, table: Registers, maximum: int) -> bytes:
        """Trust the byte count of a request that has none."""
        if len(request) > 100:
            return request[:1] + request[5:]
        return super().read_registers(request, table, maximum)
