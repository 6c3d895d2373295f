"""Mutants of function 06 (MODBUS Application Protocol V1.1b3, 6.6)."""

from device_simulators.modbus.datastore import Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

WRITE = Function.WRITE_SINGLE_REGISTER
WHOLE = 5
"""Bytes of a whole request."""


@mutant("MB-FC06-WRITES", "MB-PIPELINE-ORDER")
class EchoesWithoutWriting(Plc):
    """Confirms a write of one register and keeps the old value."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Write nothing for function 06."""
        if request[0] != WRITE:
            super().write_registers(request, address, data)


@mutant("MB-FC06-WRITES")
class KeepsFifteenBits(Plc):
    """Loses the highest bit of a register written alone, as if it were a sign."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Clear the highest bit for function 06."""
        if request[0] == WRITE:
            data = bytes((data[0] & 0x7F, data[1]))
        super().write_registers(request, address, data)


@mutant("MB-FC06-ECHO")
class AnswersSingleWritesLikeMultipleOnes(Plc):
    """Answers with the number of registers written, 1, in place of the value."""

    def echo(self, request: bytes) -> bytes:
        """Put a quantity where the value belongs."""
        return request[:3] + b"\0\1" if request[0] == WRITE else super().echo(request)


@mutant("MB-FC06-NEIGHBOURS")
class ClearsTheRegisterBehind(Plc):
    """Takes the value for a number of 32 bits, low word first, and clears the next register."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Write two registers for function 06."""
        super().write_registers(request, address, data + b"\0\0" if request[0] == WRITE else data)


@mutant("MB-FC06-NEIGHBOURS")
class ClearsTheRegisterBefore(Plc):
    """Takes the value for the low word of a number of 32 bits, and clears the register before."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Write two registers for function 06."""
        if request[0] == WRITE and address:
            address, data = address - 1, b"\0\0" + data
        super().write_registers(request, address, data)


@mutant("MB-FC06-ADDRESS-OUTSIDE", "MB-FC06-READ-ONLY")
class ConfirmsSingleWritesOutside(Plc):
    """Confirms a write of one register wherever it goes."""

    def range_takes_writes(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Ask no address of function 06."""
        return request[0] == WRITE or super().range_takes_writes(request, table, address, quantity)


@mutant("MB-FC06-LENGTH-SHORT", "MB-FC06-SHORT-UNCHANGED")
class FillsUpSingleWrites(Plc):
    """Takes the bytes that a short request lacks for zeros."""

    def write_single_register(self, request: bytes) -> bytes:
        """Read into a buffer that was cleared before."""
        return super().write_single_register(request.ljust(WHOLE, b"\0"))
