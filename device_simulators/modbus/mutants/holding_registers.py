"""Mutants of function 03 (MODBUS Application Protocol V1.1b3, 6.3)."""

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

READ = Function.READ_HOLDING_REGISTERS


@mutant("MB-FC03-QUANTITY-ZERO")
class AcceptsNoHoldingRegisters(Plc):
    """Answers a request for no registers instead of refusing it."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Let a quantity of 0 pass function 03."""
        return (request[0] == READ and quantity == 0) or super().quantity_is_legal(request, quantity, maximum)
