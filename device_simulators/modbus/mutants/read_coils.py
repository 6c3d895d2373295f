"""Mutants of function 01 (MODBUS Application Protocol V1.1b3, 6.1)."""

from device_simulators.modbus.datastore import ADDRESSES, Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

READ = Function.READ_COILS
MOST = Plc.READ_COILS_MAX


@mutant("MB-FC01-READS", "MB-FC01-BYTE-BORDERS")
class ReturnsWholeBytesOfCoilsOnly(Plc):
    """Returns only bytes that the coils asked for fill completely."""

    def pack_bits(self, request: bytes, bits: int, quantity: int) -> bytes:
        """Divide the quantity by 8 and forget the rest."""
        packed = super().pack_bits(request, bits, quantity)
        return packed[: quantity // 8] if request[0] == READ else packed


@mutant("MB-FC01-READS", "MB-FC01-BYTE-BORDERS", "MB-FC01-QUANTITY-MAX")
class AddsByteToFullBytesOfCoils(Plc):
    """Returns one byte too many where the coils asked for fill their bytes exactly."""

    def pack_bits(self, request: bytes, bits: int, quantity: int) -> bytes:
        """Divide the quantity by 8 and always add 1."""
        packed = super().pack_bits(request, bits, quantity)
        return packed.ljust(quantity // 8 + 1, b"\0") if request[0] == READ else packed


@mutant("MB-FC01-PADDING")
class LeaksNextCoils(Plc):
    """Fills the unused bits of the last byte with the coils that follow."""

    def pack_bits(self, request: bytes, bits: int, quantity: int) -> bytes:
        """Pack as many coils as the bytes hold."""
        if request[0] == READ:
            quantity = (quantity + 7) // 8 * 8
            bits = self.coils.read(int.from_bytes(request[1:3]), quantity)
        return super().pack_bits(request, bits, quantity)


@mutant("MB-FC01-QUANTITY-MAX")
class RefusesLongestReadOfCoils(Plc):
    """Refuses a read of 2000 coils: it compares with less than where less or equal is right."""

    READ_COILS_MAX = MOST - 1


@mutant("MB-FC01-VALUES")
class ReturnsCoilsHighByteFirst(Plc):
    """Returns sixteen coils like a register, with the byte of the higher addresses first."""

    def pack_bits(self, request: bytes, bits: int, quantity: int) -> bytes:
        """Swap the bytes where there are exactly two full ones."""
        packed = super().pack_bits(request, bits, quantity)
        return packed[::-1] if request[0] == READ and quantity == 16 else packed


@mutant("MB-FC01-LAST-ADDRESS")
class StopsReadsBeforeLastCoil(Plc):
    """Refuses a read of several coils that ends at the last address."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Ask for one coil more than several."""
        more = request[0] == READ and quantity > 1
        return super().range_is_served(request, table, address, quantity + more)


@mutant("MB-FC01-QUANTITY-ZERO")
class AcceptsNoCoils(Plc):
    """Answers a request for no coils instead of refusing it."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Let a quantity of 0 pass function 01."""
        return (request[0] == READ and quantity == 0) or super().quantity_is_legal(request, quantity, maximum)


@mutant("MB-FC01-QUANTITY-OVER")
class AcceptsOneCoilTooMany(Plc):
    """Answers a read of 2001 coils."""

    READ_COILS_MAX = MOST + 1


@mutant("MB-FC01-QUANTITY-OVER")
class LimitsNumberOfCoils(Plc):
    """Answers a request for too many coils with the first 2000."""

    def read_coils(self, request: bytes) -> bytes:
        """Cut the quantity."""
        too_many = int.from_bytes(request[3:5]) > MOST
        return super().read_coils(request[:3] + MOST.to_bytes(2) if too_many else request)


@mutant("MB-FC01-ADDRESS-OUTSIDE")
class ServesAnySingleCoil(Plc):
    """Answers a read of one coil at any address: it looks at the range of longer reads only."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Let every single coil pass function 01."""
        single = request[0] == READ and quantity == 1
        return single or super().range_is_served(request, table, address, quantity)


@mutant("MB-FC01-RANGE-BEYOND")
class LooksAtFirstCoilOnly(Plc):
    """Answers a read that begins at a served coil, wherever it ends."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Look for the first coil only in function 01."""
        return super().range_is_served(request, table, address, 1 if request[0] == READ else quantity)


@mutant("MB-FC01-ADDRESS-WRAP")
class WrapsCoilAddresses(Plc):
    """Computes the end of a read of coils in 16 bits, so that 65536 becomes 0."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Where a read wraps, look only for what lies behind the wrap."""
        if request[0] == READ and address + quantity > ADDRESSES:
            address, quantity = 0, address + quantity - ADDRESSES
        return super().range_is_served(request, table, address, quantity)


@mutant("MB-FC01-LENGTH-SHORT")
class FillsUpShortReadsOfCoils(Plc):
    """Fills up a short request for coils with what its buffer held before."""

    def read_coils(self, request: bytes) -> bytes:
        """Append what the buffer still held."""
        return super().read_coils(request.ljust(5, b"\x01"))
