"""Mutants of function 02 (MODBUS Application Protocol V1.1b3, 6.2)."""

from device_simulators.modbus.datastore import ADDRESSES, Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

READ = Function.READ_DISCRETE_INPUTS
MOST = Plc.READ_DISCRETE_INPUTS_MAX


@mutant("MB-FC02-READS", "MB-FC02-BYTE-BORDERS")
class ReturnsWholeBytesOfDiscreteInputsOnly(Plc):
    """Returns only bytes that the discrete inputs asked for fill completely."""

    def pack_bits(self, request: bytes, bits: int, quantity: int) -> bytes:
        """Divide the quantity by 8 and forget the rest."""
        packed = super().pack_bits(request, bits, quantity)
        return packed[: quantity // 8] if request[0] == READ else packed


@mutant("MB-FC02-READS", "MB-FC02-BYTE-BORDERS", "MB-FC02-QUANTITY-MAX")
class AddsByteToFullBytesOfDiscreteInputs(Plc):
    """Returns one byte too many where the discrete inputs asked for fill their bytes exactly."""

    def pack_bits(self, request: bytes, bits: int, quantity: int) -> bytes:
        """Divide the quantity by 8 and always add 1."""
        packed = super().pack_bits(request, bits, quantity)
        return packed.ljust(quantity // 8 + 1, b"\0") if request[0] == READ else packed


@mutant("MB-FC02-PADDING")
class FillsDiscreteInputsWithOnes(Plc):
    """Sets the unused bits of the last byte."""

    def pack_bits(self, request: bytes, bits: int, quantity: int) -> bytes:
        """Put ones above the bits."""
        ones = -1 << quantity & (1 << (quantity + 7) // 8 * 8) - 1
        return super().pack_bits(request, bits | ones if request[0] == READ else bits, quantity)


@mutant("MB-FC02-QUANTITY-MAX")
class RefusesLongestReadOfDiscreteInputs(Plc):
    """Refuses a read of 2000 discrete inputs: it compares with less than where less or equal is right."""

    READ_DISCRETE_INPUTS_MAX = MOST - 1


@mutant("MB-FC02-LAST-ADDRESS")
class StopsReadsBeforeLastDiscreteInput(Plc):
    """Refuses a read of several discrete inputs that ends at the last address."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Ask for one discrete input more than several."""
        more = request[0] == READ and quantity > 1
        return super().range_is_served(request, table, address, quantity + more)


@mutant("MB-FC02-QUANTITY-ZERO")
class AcceptsNoDiscreteInputs(Plc):
    """Answers a request for no discrete inputs instead of refusing it."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Let a quantity of 0 pass function 02."""
        return (request[0] == READ and quantity == 0) or super().quantity_is_legal(request, quantity, maximum)


@mutant("MB-FC02-QUANTITY-OVER")
class AcceptsOneDiscreteInputTooMany(Plc):
    """Answers a read of 2001 discrete inputs."""

    READ_DISCRETE_INPUTS_MAX = MOST + 1


@mutant("MB-FC02-QUANTITY-OVER")
class LimitsNumberOfDiscreteInputs(Plc):
    """Answers a request for too many discrete inputs with the first 2000."""

    def read_discrete_inputs(self, request: bytes) -> bytes:
        """Cut the quantity."""
        too_many = int.from_bytes(request[3:5]) > MOST
        return super().read_discrete_inputs(request[:3] + MOST.to_bytes(2) if too_many else request)


@mutant("MB-FC02-ADDRESS-OUTSIDE")
class ServesAnySingleDiscreteInput(Plc):
    """Answers a read of one discrete input at any address: it looks at the range of longer reads only."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Let every single discrete input pass function 02."""
        single = request[0] == READ and quantity == 1
        return single or super().range_is_served(request, table, address, quantity)


@mutant("MB-FC02-RANGE-BEYOND")
class LooksAtFirstDiscreteInputOnly(Plc):
    """Answers a read that begins at a served discrete input, wherever it ends."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Look for the first discrete input only in function 02."""
        return super().range_is_served(request, table, address, 1 if request[0] == READ else quantity)


@mutant("MB-FC02-ADDRESS-WRAP")
class WrapsDiscreteInputAddresses(Plc):
    """Computes the end of a read of discrete inputs in 16 bits, so that 65536 becomes 0."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Where a read wraps, look only for what lies behind the wrap."""
        if request[0] == READ and address + quantity > ADDRESSES:
            address, quantity = 0, address + quantity - ADDRESSES
        return super().range_is_served(request, table, address, quantity)


@mutant("MB-FC02-LENGTH-SHORT")
class FillsUpShortReadsOfDiscreteInputs(Plc):
    """Fills up a short request for discrete inputs with what its buffer held before."""

    def read_discrete_inputs(self, request: bytes) -> bytes:
        """Append what the buffer still held."""
        return super().read_discrete_inputs(request.ljust(5, b"\x01"))
