"""Mutants of function 16 (MODBUS Application Protocol V1.1b3, 6.12)."""

from device_simulators.modbus.datastore import ADDRESSES, Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.protocol import LENGTH_MAX, ModbusTcpProtocol
from testbed.protocols.modbus import Function

WRITE = Function.WRITE_MULTIPLE_REGISTERS
DATA = 6
"""Where the register values of a request begin, right behind the byte count."""


@mutant("MB-FC16-WRITES", "MB-FC16-QUANTITY-MAX")
class ConfirmsWithoutWriting(Plc):
    """Confirms a write of many registers and keeps the old values."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Write nothing for function 16."""
        if request[0] != WRITE:
            super().write_registers(request, address, data)


@mutant("MB-FC16-WRITES", "MB-FC16-QUANTITY-MAX")
class ForgetsTheLastRegister(Plc):
    """Writes all registers of several but the last."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Stop one register early for function 16."""
        is_one_of_several = request[0] == WRITE and len(data) > 2
        super().write_registers(request, address, data[:-2] if is_one_of_several else data)


@mutant("MB-FC16-WRITES")
class WritesLowWordFirst(Plc):
    """Takes two registers for a number of 32 bits and stores its low word first."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Turn two registers of function 16 round."""
        if request[0] == WRITE and len(data) == 4:
            data = data[2:] + data[:2]
        super().write_registers(request, address, data)


@mutant("MB-FC16-RESPONSE")
class EchoesMultipleWrites(Plc):
    """Answers with the whole request instead of its address and quantity."""

    def confirm(self, request: bytes) -> bytes:
        """Echo function 16 as if it wrote a single register."""
        return request if request[0] == WRITE else super().confirm(request)


@mutant("MB-FC16-RESPONSE")
class ConfirmsBytesWritten(Plc):
    """Answers with the number of bytes written in place of the quantity."""

    def confirm(self, request: bytes) -> bytes:
        """Put the byte count of function 16 where the quantity belongs."""
        answer = super().confirm(request)
        return answer[:3] + bytes((0, request[5])) if request[0] == WRITE else answer


@mutant("MB-FC16-QUANTITY-MAX")
class RefusesTheLongestWrite(Plc):
    """Refuses a write of 123 registers."""

    WRITE_MULTIPLE_REGISTERS_MAX = 122


@mutant("MB-FC16-QUANTITY-MAX")
class WritesAHundredAtMost(Plc):
    """Confirms a write of 123 registers and carries out the first hundred."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Store 200 bytes of function 16 at most."""
        super().write_registers(request, address, data[:200] if request[0] == WRITE else data)


@mutant("MB-FC16-QUANTITY-ZERO")
class ConfirmsWritesOfNoRegisters(Plc):
    """Confirms a write of no registers instead of refusing it."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Let a quantity of 0 pass function 16."""
        return (request[0] == WRITE and quantity == 0) or super().quantity_is_legal(
            request, quantity, maximum
        )


class OneByteLonger(ModbusTcpProtocol):
    """Framing that takes an ADU one byte longer than the longest."""

    def length_is_legal(self, length: int) -> bool:
        """Raise the limit by one."""
        return length == LENGTH_MAX + 1 or super().length_is_legal(length)


@mutant("MB-FC16-QUANTITY-OVER")
class AcceptsTooLongWrites(Plc):
    """Carries out a write of 124 registers, though its PDU is longer than 253 bytes."""

    WRITE_MULTIPLE_REGISTERS_MAX = 124
    protocol_class = OneByteLonger


@mutant("MB-FC16-BYTE-COUNT")
class ObeysTheByteCount(Plc):
    """Writes as many registers as the byte count says, whatever the quantity."""

    def byte_count_is_right(self, request: bytes, byte_count: int, expected: int) -> bool:
        """Believe any byte count of function 16 but that of a write of nothing."""
        return (request[0] == WRITE and byte_count > 0) or super().byte_count_is_right(
            request, byte_count, expected
        )


@mutant("MB-FC16-BYTE-COUNT")
class HalvesTheByteCount(Plc):
    """Rounds half the byte count down before it compares that with the quantity."""

    def byte_count_is_right(self, request: bytes, byte_count: int, expected: int) -> bool:
        """Lose the last bit of the byte count of function 16."""
        return super().byte_count_is_right(
            request, byte_count & ~1 if request[0] == WRITE else byte_count, expected
        )


@mutant("MB-FC16-REFUSED-UNCHANGED", "MB-FC16-RANGE-UNCHANGED")
class WritesBeforeItRefuses(Plc):
    """Refuses a write whose byte count is wrong only after it has written the data."""

    def byte_count_is_right(self, request: bytes, byte_count: int, expected: int) -> bool:
        """Write first, then look at the byte count of function 16."""
        if request[0] == WRITE:
            self.write_registers(request, int.from_bytes(request[1:3]), request[DATA:])
        return super().byte_count_is_right(request, byte_count, expected)


@mutant("MB-FC16-RANGE-BEYOND")
class WritesPastTheLastRegister(Plc):
    """Checks the starting address of a write of many registers, and not where it ends."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Look at one address of function 16."""
        return super().range_is_served(request, table, address, 1 if request[0] == WRITE else quantity)


@mutant("MB-FC16-ADDRESS-WRAP")
class WrapsMultipleWrites(Plc):
    """Adds address and quantity of a write in 16 bits, and finds the sum in range."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Serve a range of function 16 that runs over the last address."""
        return (request[0] == WRITE and address + quantity > ADDRESSES) or super().range_is_served(
            request, table, address, quantity
        )
