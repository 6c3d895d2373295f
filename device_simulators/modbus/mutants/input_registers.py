"""Mutants of function 04 (MODBUS Application Protocol V1.1b3, 6.4)."""

from device_simulators.modbus.datastore import ADDRESSES, Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

READ = Function.READ_INPUT_REGISTERS
HEAD = 2
"""Function code and byte count before the data of an answer; a refusal is no longer."""
WHOLE = 5
"""Bytes of a whole request."""


@mutant("MB-FC04-READS")
class ReturnsOneInputRegisterMore(Plc):
    """Returns one register more than was asked for, where an answer has room for it."""

    def read_input_registers(self, request: bytes) -> bytes:
        """Count one register too many."""
        answer = super().read_input_registers(request)
        has_room = HEAD < len(answer) < HEAD + 2 * self.READ_INPUT_REGISTERS_MAX
        return self.values(request, answer[HEAD:] + b"\0\0") if has_room else answer


@mutant("MB-FC04-QUANTITY-MAX")
class RefusesTheLongestInputRegisterRead(Plc):
    """Refuses a request for 125 registers."""

    READ_INPUT_REGISTERS_MAX = 124


@mutant("MB-FC04-LAST-ADDRESS")
class RefusesRangesUpToTheLastInputRegister(Plc):
    """Refuses a request for more than one register that ends at the last one of an area."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Look one register too far."""
        further = request[0] == READ and quantity > 1
        return super().range_is_served(request, table, address, quantity + further)


@mutant("MB-FC04-QUANTITY-ZERO")
class AcceptsNoInputRegisters(Plc):
    """Answers a request for no registers instead of refusing it."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Let a quantity of 0 pass function 04."""
        return (request[0] == READ and quantity == 0) or super().quantity_is_legal(request, quantity, maximum)


@mutant("MB-FC04-QUANTITY-OVER")
class LowersTheQuantityOfInputRegisters(Plc):
    """Answers a request for too many registers with the first 125."""

    def read_input_registers(self, request: bytes) -> bytes:
        """Lower the quantity to the limit."""
        quantity = min(int.from_bytes(request[3:5]), self.READ_INPUT_REGISTERS_MAX)
        return super().read_input_registers(request[:3] + quantity.to_bytes(2) + request[5:])


@mutant("MB-FC04-QUANTITY-OVER")
class RefusesTooManyInputRegistersByAddress(Plc):
    """Refuses a request for too many registers with exception 02, though every one of them exists."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Leave a large quantity of function 04 to the check of the range."""
        return (request[0] == READ and quantity > maximum) or super().quantity_is_legal(
            request, quantity, maximum
        )

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Serve no range that an answer cannot hold."""
        too_long = request[0] == READ and quantity > self.READ_INPUT_REGISTERS_MAX
        return not too_long and super().range_is_served(request, table, address, quantity)


@mutant("MB-FC04-ADDRESS-OUTSIDE")
class ReadsZerosOutsideInputRegisters(Plc):
    """Returns zeros for registers that do not exist."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Serve a range that begins outside."""
        is_outside = not table.covers(address, 1) and address + quantity <= ADDRESSES
        return (request[0] == READ and is_outside) or super().range_is_served(
            request, table, address, quantity
        )


@mutant("MB-FC04-RANGE-BEYOND")
class ReadsPastTheLastInputRegister(Plc):
    """Checks the starting address of a request, and not where it ends."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Look at one address of function 04."""
        return super().range_is_served(request, table, address, 1 if request[0] == READ else quantity)


@mutant("MB-FC04-ADDRESS-WRAP")
class WrapsInputRegisters(Plc):
    """Adds address and quantity in 16 bits, and finds the sum in range."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Serve a range that runs over the last address."""
        return (request[0] == READ and address + quantity > ADDRESSES) or super().range_is_served(
            request, table, address, quantity
        )


@mutant("MB-FC04-LENGTH-SHORT")
class FillsUpShortInputRegisterRequests(Plc):
    """Fills a short request up with what the request before left in its buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = b""

    def answer(self, request: bytes) -> bytes:
        """Read into a buffer that nobody clears."""
        self.buffer = request + self.buffer[len(request) : WHOLE]
        return super().answer(self.buffer if request[0] == READ else request)
