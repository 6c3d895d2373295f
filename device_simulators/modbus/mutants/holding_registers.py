"""Mutants of function 03 (MODBUS Application Protocol V1.1b3, 6.3)."""

from device_simulators.modbus.datastore import ADDRESSES, Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

READ = Function.READ_HOLDING_REGISTERS
HEAD = 2
"""Function code and byte count before the data of an answer; a refusal is no longer."""
WHOLE = 5
"""Bytes of a whole request."""


@mutant("MB-FC03-READS")
class ReturnsOneHoldingRegisterMore(Plc):
    """Returns one register more than was asked for, where an answer has room for it."""

    def read_holding_registers(self, request: bytes) -> bytes:
        """Count one register too many."""
        answer = super().read_holding_registers(request)
        has_room = HEAD < len(answer) < HEAD + 2 * self.READ_HOLDING_REGISTERS_MAX
        return self.values(request, answer[HEAD:] + b"\0\0") if has_room else answer


@mutant("MB-FC03-QUANTITY-MAX")
class RefusesTheLongestHoldingRegisterRead(Plc):
    """Refuses a request for 125 registers."""

    READ_HOLDING_REGISTERS_MAX = 124


@mutant("MB-FC03-VALUES")
class ReturnsLowWordFirst(Plc):
    """Takes four registers for a number of 64 bits and returns its lowest word first."""

    def values(self, request: bytes, data: bytes | bytearray) -> bytes:
        """Turn four registers round."""
        if request[0] == READ and len(data) == 8:
            data = data[6:8] + data[4:6] + data[2:4] + data[0:2]
        return super().values(request, data)


@mutant("MB-FC03-VALUES", "MB-FC06-WRITES", "MB-FC16-WRITES", "MB-FC23-WRITES")
class ReturnsLowByteFirst(Plc):
    """Returns the low byte of each register first, so that nothing written seems to have arrived."""

    def values(self, request: bytes, data: bytes | bytearray) -> bytes:
        """Swap the bytes of each register."""
        if request[0] == READ:
            data = bytes(data[at ^ 1] for at in range(len(data)))
        return super().values(request, data)


@mutant("MB-FC03-LAST-ADDRESS")
class RefusesRangesUpToTheLastHoldingRegister(Plc):
    """Refuses a request for more than one register that ends at the last one of an area."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Look one register too far."""
        further = request[0] == READ and quantity > 1
        return super().range_is_served(request, table, address, quantity + further)


@mutant("MB-FC03-QUANTITY-ZERO")
class AcceptsNoHoldingRegisters(Plc):
    """Answers a request for no registers instead of refusing it."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Let a quantity of 0 pass function 03."""
        return (request[0] == READ and quantity == 0) or super().quantity_is_legal(request, quantity, maximum)


@mutant("MB-FC03-QUANTITY-OVER")
class LowersTheQuantityOfHoldingRegisters(Plc):
    """Answers a request for too many registers with the first 125."""

    def read_holding_registers(self, request: bytes) -> bytes:
        """Lower the quantity to the limit."""
        quantity = min(int.from_bytes(request[3:5]), self.READ_HOLDING_REGISTERS_MAX)
        return super().read_holding_registers(request[:3] + quantity.to_bytes(2) + request[5:])


@mutant("MB-FC03-QUANTITY-OVER")
class RefusesTooManyHoldingRegistersByAddress(Plc):
    """Refuses a request for too many registers with exception 02, though every one of them exists."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Leave a large quantity of function 03 to the check of the range."""
        return (request[0] == READ and quantity > maximum) or super().quantity_is_legal(
            request, quantity, maximum
        )

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Serve no range that an answer cannot hold."""
        too_long = request[0] == READ and quantity > self.READ_HOLDING_REGISTERS_MAX
        return not too_long and super().range_is_served(request, table, address, quantity)


@mutant("MB-FC03-ADDRESS-OUTSIDE")
class ReadsZerosOutsideHoldingRegisters(Plc):
    """Returns zeros for registers that do not exist."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Serve a range that begins outside."""
        is_outside = not table.covers(address, 1) and address + quantity <= ADDRESSES
        return (request[0] == READ and is_outside) or super().range_is_served(
            request, table, address, quantity
        )


@mutant("MB-FC03-RANGE-BEYOND")
class ReadsPastTheLastHoldingRegister(Plc):
    """Checks the starting address of a request, and not where it ends."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Look at one address of function 03."""
        return super().range_is_served(request, table, address, 1 if request[0] == READ else quantity)


@mutant("MB-FC03-ADDRESS-WRAP")
class WrapsHoldingRegisters(Plc):
    """Adds address and quantity in 16 bits, and finds the sum in range."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Serve a range that runs over the last address."""
        return (request[0] == READ and address + quantity > ADDRESSES) or super().range_is_served(
            request, table, address, quantity
        )


@mutant("MB-FC03-LENGTH-SHORT", "MB-MBAP-LENGTH-SHORT")
class FillsUpShortHoldingRegisterRequests(Plc):
    """Fills a short request up with what the request before left in its buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = b""

    def answer(self, request: bytes) -> bytes:
        """Read into a buffer that nobody clears."""
        self.buffer = request + self.buffer[len(request) : WHOLE]
        return super().answer(self.buffer if request[0] == READ else request)
