"""Mutants of function 15 (MODBUS Application Protocol V1.1b3, 6.11)."""

from device_simulators.modbus.datastore import Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

WRITE = Function.WRITE_MULTIPLE_COILS
MOST = Plc.WRITE_MULTIPLE_COILS_MAX


@mutant("MB-FC15-WRITES", "MB-FC15-QUANTITY-MAX")
class ForgetsMultipleCoils(Plc):
    """Confirms a write of coils without storing them."""

    def write_bits(self, request: bytes, address: int, quantity: int, data: bytes) -> None:
        """Store nothing for function 15."""
        if request[0] != WRITE:
            super().write_bits(request, address, quantity, data)


@mutant("MB-FC15-WRITES")
class WritesCoilsHighByteFirst(Plc):
    """Takes two bytes of coils like a register, with the byte of the higher addresses first."""

    def write_bits(self, request: bytes, address: int, quantity: int, data: bytes) -> None:
        """Swap the bytes where there are two."""
        swaps = request[0] == WRITE and len(data) == 2
        super().write_bits(request, address, quantity, data[::-1] if swaps else data)


@mutant("MB-FC15-RESPONSE")
class ReturnsDataOfCoils(Plc):
    """Answers a write of coils with the whole request."""

    def confirm(self, request: bytes) -> bytes:
        """Leave the data of function 15 in the response."""
        return request if request[0] == WRITE else super().confirm(request)


@mutant("MB-FC15-QUANTITY-MAX")
class RefusesLongestWriteOfCoils(Plc):
    """Refuses a write of 1968 coils: it compares with less than where less or equal is right."""

    WRITE_MULTIPLE_COILS_MAX = MOST - 1


@mutant("MB-FC15-QUANTITY-MAX")
class WritesAThousandCoilsAtMost(Plc):
    """Confirms a write of 1968 coils and carries out the first thousand."""

    def write_bits(self, request: bytes, address: int, quantity: int, data: bytes) -> None:
        """Store 1000 bits of function 15 at most."""
        super().write_bits(request, address, min(quantity, 1000) if request[0] == WRITE else quantity, data)


@mutant("MB-FC15-QUANTITY-ZERO")
class WritesNoCoils(Plc):
    """Confirms a write of no coils instead of refusing it."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Let a quantity of 0 pass function 15."""
        return (request[0] == WRITE and quantity == 0) or super().quantity_is_legal(
            request, quantity, maximum
        )


@mutant("MB-FC15-QUANTITY-OVER")
class WritesAsManyCoilsAsItReads(Plc):
    """Takes the limit of reads, 2000 coils, for that of writes."""

    WRITE_MULTIPLE_COILS_MAX = Plc.READ_COILS_MAX


@mutant("MB-FC15-BYTE-COUNT")
class AcceptsTooManyBytesOfCoils(Plc):
    """Accepts more bytes of data than the coils to write fill, and ignores the rest."""

    def byte_count_is_right(self, request: bytes, byte_count: int, expected: int) -> bool:
        """Ask for enough bytes in function 15."""
        return (request[0] == WRITE and byte_count > expected) or super().byte_count_is_right(
            request, byte_count, expected
        )


@mutant("MB-FC15-BYTE-COUNT")
class AcceptsTooFewBytesOfCoils(Plc):
    """Carries out a write with fewer bytes of data than the coils to write fill."""

    def byte_count_is_right(self, request: bytes, byte_count: int, expected: int) -> bool:
        """Ask for no more bytes than fit in function 15."""
        return (request[0] == WRITE and byte_count < expected) or super().byte_count_is_right(
            request, byte_count, expected
        )


@mutant("MB-FC15-REFUSED-UNCHANGED")
class WritesCoilsBeforeRefusing(Plc):
    """Refuses a byte count that is too small only after it has written the data."""

    def byte_count_is_right(self, request: bytes, byte_count: int, expected: int) -> bool:
        """Write what there is before function 15 looks at the byte count."""
        if request[0] == WRITE and byte_count < expected:
            self.write_bits(request, int.from_bytes(request[1:3]), 8 * byte_count, request[6:])
        return super().byte_count_is_right(request, byte_count, expected)


@mutant("MB-FC15-BEYOND-UNCHANGED", "MB-FC15-NEIGHBOURS", "MB-FC15-PADDING-IGNORED")
class WritesPaddingOfCoils(Plc):
    """Writes the unused bits of the last byte to the coils that follow."""

    def write_bits(self, request: bytes, address: int, quantity: int, data: bytes) -> None:
        """Write whole bytes in function 15."""
        super().write_bits(request, address, 8 * len(data) if request[0] == WRITE else quantity, data)


@mutant("MB-FC15-RANGE-BEYOND")
class LooksAtFirstCoilToWriteOnly(Plc):
    """Confirms a write that begins at a served coil, wherever it ends."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Look for the first coil only in function 15."""
        return super().range_is_served(request, table, address, 1 if request[0] == WRITE else quantity)
