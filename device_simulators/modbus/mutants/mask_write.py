"""Mutants of function 22 (MODBUS Application Protocol V1.1b3, 6.16)."""

from device_simulators.modbus.datastore import Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

MASK = Function.MASK_WRITE_REGISTER


@mutant("MB-FC22-WRITES")
class OrsTheWholeMask(Plc):
    """Takes bits from the OR mask also where the AND mask keeps those of the register."""

    def masked(self, current: int, and_mask: int, or_mask: int) -> int:
        """Forget that the OR mask counts outside the AND mask only."""
        return current & and_mask | or_mask


@mutant("MB-FC22-WRITES")
class SwapsTheMasks(Plc):
    """Takes the first mask for the OR mask and the second for the AND mask."""

    def masked(self, current: int, and_mask: int, or_mask: int) -> int:
        """Swap them."""
        return super().masked(current, or_mask, and_mask)


@mutant("MB-FC22-ECHO")
class AnswersMaskWritesWithTheValue(Plc):
    """Answers a mask write with the new value of the register, as function 06 would."""

    def echo(self, request: bytes) -> bytes:
        """Put the value where the masks belong."""
        if request[0] != MASK:
            return super().echo(request)
        address = int.from_bytes(request[1:3])
        return request[:3] + bytes(self.holding_registers.read(address, 1))


@mutant("MB-FC22-NEIGHBOURS")
class ClearsTheRegisterBehindAMask(Plc):
    """Writes the result of a mask write as a number of 32 bits, low word first."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Write two registers for function 22."""
        super().write_registers(request, address, data + b"\0\0" if request[0] == MASK else data)


@mutant("MB-FC22-NEIGHBOURS")
class ClearsTheRegisterBeforeAMask(Plc):
    """Writes the result of a mask write as a number of 32 bits, high word first."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Write two registers for function 22."""
        if request[0] == MASK and address:
            address, data = address - 1, b"\0\0" + data
        super().write_registers(request, address, data)


@mutant("MB-FC22-ADDRESS-OUTSIDE")
class ConfirmsMaskWritesOutside(Plc):
    """Confirms a mask write to a register that does not exist."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Serve any address to function 22."""
        return request[0] == MASK or super().range_is_served(request, table, address, quantity)


@mutant("MB-FC22-LENGTH-SHORT")
class FillsUpMasks(Plc):
    """Takes the missing bytes of a mask write for zeros."""

    def mask_write_register(self, request: bytes) -> bytes:
        """Append zeros."""
        return super().mask_write_register(request.ljust(7, b"\0"))
