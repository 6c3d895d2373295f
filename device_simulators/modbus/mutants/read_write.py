"""Mutants of function 23 (MODBUS Application Protocol V1.1b3, 6.17)."""

from struct import unpack_from

from device_simulators.modbus.datastore import Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.multiple_registers import OneByteLonger
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

READ_WRITE = Function.READ_WRITE_MULTIPLE_REGISTERS


def is_read(request: bytes, address: int, quantity: int) -> bool:
    """Say whether a range is the one that a request of function 23 reads, and not the one that it writes."""
    return request[0] == READ_WRITE and unpack_from(">HH", request, 1) == (address, quantity)


def is_written(request: bytes, address: int, quantity: int) -> bool:
    """Say whether a range is the one that a request of function 23 writes, and not the one that it reads."""
    return request[0] == READ_WRITE and not is_read(request, address, quantity)


@mutant("MB-FC23-READS")
class ReturnsWhatItWrote(Plc):
    """Returns the registers written instead of those to be read."""

    def write_then_read(self, request: bytes, read: tuple[int, int], address: int, data: bytes) -> bytearray:
        """Read from the address of the write."""
        return super().write_then_read(request, (address, read[1]), address, data)


@mutant("MB-FC23-WRITES", "MB-FC23-QUANTITY-MAX")
class ForgetsWhatItWrote(Plc):
    """Lets the read see the values written, and puts the old ones back."""

    def write_then_read(self, request: bytes, read: tuple[int, int], address: int, data: bytes) -> bytearray:
        """Undo the write when the answer is made."""
        before = self.holding_registers.read(address, len(data) // 2)
        answer = super().write_then_read(request, read, address, data)
        self.holding_registers.write(address, bytes(before))
        return answer


@mutant("MB-FC23-WRITE-FIRST")
class ReadsBeforeItWrites(Plc):
    """Performs the read before the write."""

    def write_then_read(self, request: bytes, read: tuple[int, int], address: int, data: bytes) -> bytearray:
        """Take what is returned before anything is written."""
        before = self.holding_registers.read(*read)
        super().write_then_read(request, read, address, data)
        return before


@mutant("MB-FC23-QUANTITY-MAX")
class RefusesTheLongestReadWhileItWrites(Plc):
    """Refuses to read 125 registers while it writes."""

    READ_WRITE_READ_MAX = 124


@mutant("MB-FC23-QUANTITY-MAX")
class RefusesTheLongestWriteWhileItReads(Plc):
    """Refuses to write 121 registers while it reads."""

    READ_WRITE_WRITE_MAX = 120


@mutant("MB-FC23-READ-QUANTITY")
class ReadsNothingWhileItWrites(Plc):
    """Carries out a request that reads no registers."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Let a read quantity of 0 pass function 23."""
        reads_none = request[0] == READ_WRITE and maximum == self.READ_WRITE_READ_MAX and quantity == 0
        return reads_none or super().quantity_is_legal(request, quantity, maximum)


@mutant("MB-FC23-READ-QUANTITY")
class LowersTheQuantityReadWhileItWrites(Plc):
    """Answers a request that reads too many registers with the first 125."""

    def read_write_multiple_registers(self, request: bytes) -> bytes:
        """Lower the read quantity to the limit."""
        quantity = min(int.from_bytes(request[3:5]), self.READ_WRITE_READ_MAX)
        return super().read_write_multiple_registers(request[:3] + quantity.to_bytes(2) + request[5:])


@mutant("MB-FC23-WRITE-QUANTITY")
class WritesNothingWhileItReads(Plc):
    """Carries out a request that writes no registers."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Let a write quantity of 0 pass function 23."""
        writes_none = request[0] == READ_WRITE and maximum == self.READ_WRITE_WRITE_MAX and quantity == 0
        return writes_none or super().quantity_is_legal(request, quantity, maximum)


@mutant("MB-FC23-WRITE-QUANTITY")
class AcceptsTooLongWritesWhileItReads(Plc):
    """Carries out a request that writes 122 registers, though its PDU is longer than 253 bytes."""

    READ_WRITE_WRITE_MAX = 122
    protocol_class = OneByteLonger


@mutant("MB-FC23-BYTE-COUNT")
class ObeysTheByteCountWhileItReads(Plc):
    """Writes as many registers as the byte count says, whatever the write quantity."""

    def byte_count_is_right(self, request: bytes, byte_count: int, expected: int) -> bool:
        """Believe any byte count of function 23 but that of a write of nothing."""
        return (request[0] == READ_WRITE and byte_count > 0) or super().byte_count_is_right(
            request, byte_count, expected
        )


@mutant("MB-FC23-READ-OUTSIDE")
class ReadsZerosOutsideWhileItWrites(Plc):
    """Returns zeros where a request reads registers that do not exist."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Serve any range that function 23 reads."""
        return is_read(request, address, quantity) or super().range_is_served(
            request, table, address, quantity
        )


@mutant("MB-FC23-WRITE-OUTSIDE")
class WritesOutsideWhileItReads(Plc):
    """Carries out a request that writes registers that do not exist."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Serve any range that function 23 writes."""
        return is_written(request, address, quantity) or super().range_is_served(
            request, table, address, quantity
        )


@mutant("MB-FC23-REFUSED-UNCHANGED")
class WritesBeforeItLooksWhatToRead(Plc):
    """Refuses a request whose read range does not exist only after it has written."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Write first, then check what function 23 reads."""
        if is_read(request, address, quantity):
            self.write_registers(request, int.from_bytes(request[5:7]), request[10:])
        return super().range_is_served(request, table, address, quantity)
