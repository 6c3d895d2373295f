"""Mutants of what must stay as it was (MODBUS Application Protocol V1.1b3, 6.5 to 6.17, 7)."""

from device_simulators.modbus.datastore import ADDRESSES, Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function

SINGLE = 5
"""Bytes of the PDU of a single write."""


@mutant("MB-FC05-LENGTH-SHORT")
class FillsUpSingleCoilWrites(Plc):
    """Takes the bytes that a short request lacks for zeros, confirms it, and clears the coil."""

    def write_single_coil(self, request: bytes) -> bytes:
        """Read into a buffer that was cleared before."""
        if len(request) < SINGLE:
            request = request[:3] + b"\0\0"
        return super().write_single_coil(request)


@mutant("MB-FC06-SHORT-UNCHANGED")
class WritesWhatAShortRequestHas(Plc):
    """Refuses a short request only after it has stored the bytes that came of its value."""

    def write_single_register(self, request: bytes) -> bytes:
        """Store first, then look at the length."""
        if 3 <= len(request) < SINGLE:
            self.write_registers(request, int.from_bytes(request[1:3]), request[3:].ljust(2, b"\0"))
        return super().write_single_register(request)


@mutant("MB-FC06-READ-ONLY")
class ConfirmsWritesToReadOnly(Plc):
    """Confirms a write to a register that it declares read-only, and keeps the old value."""

    def range_is_writable(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Let every address pass function 06."""
        return request[0] == Function.WRITE_SINGLE_REGISTER or super().range_is_writable(
            request, table, address, quantity
        )


@mutant("MB-FC15-LENGTH-SHORT", "MB-FC16-LENGTH-SHORT")
class FillsUpMultipleWrites(Plc):
    """Takes the data that a write of many values lacks for zeros, and confirms it."""

    def answer(self, request: bytes) -> bytes:
        """Fill the data up to the byte count."""
        multiple = request[0] in {Function.WRITE_MULTIPLE_COILS, Function.WRITE_MULTIPLE_REGISTERS}
        if multiple and len(request) > SINGLE:
            request = request.ljust(SINGLE + 1 + request[SINGLE], b"\0")
        return super().answer(request)


@mutant("MB-FC15-ADDRESS-WRAP")
class WrapsMultipleCoils(Plc):
    """Adds address and quantity of a write of coils in 16 bits, and finds the sum in range."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Serve a range of function 15 that runs over the last address."""
        return (
            request[0] == Function.WRITE_MULTIPLE_COILS and address + quantity > ADDRESSES
        ) or super().range_is_served(request, table, address, quantity)


@mutant("MB-FC15-RANGE-UNCHANGED", "MB-FC16-RANGE-UNCHANGED")
class WritesUpToTheEnd(Plc):
    """Refuses a write that runs past the end of a table only after it has written the first value."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Write until an address is not there."""
        served = super().range_is_served(request, table, address, quantity)
        if not served and table.covers(address, 1):
            if request[0] == Function.WRITE_MULTIPLE_COILS:
                self.write_bits(request, address, 1, request[6:7])
            elif request[0] == Function.WRITE_MULTIPLE_REGISTERS:
                self.write_registers(request, address, request[6:8])
        return served


@mutant("MB-FC15-NEIGHBOURS")
class WritesBothBytesOfItsCoils(Plc):
    """Writes every bit of the two bytes that nine to fifteen coils lie in."""

    def write_bits(self, request: bytes, address: int, quantity: int, data: bytes) -> None:
        """Write the first bit into all that were not asked for."""
        if request[0] == Function.WRITE_MULTIPLE_COILS and 8 < quantity < 16:
            first = address & ~7
            self.coils.write(first, 16, 0xFFFF if data[0] & 1 else 0)
        super().write_bits(request, address, quantity, data)


@mutant("MB-FC16-NEIGHBOURS")
class ClearsAroundMultipleWrites(Plc):
    """Clears the register behind two that were written together."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Write one register more for function 16."""
        pads = request[0] == Function.WRITE_MULTIPLE_REGISTERS and len(data) == 4
        super().write_registers(request, address, data + b"\0\0" if pads else data)


@mutant("MB-FC23-QUANTITY-UNCHANGED")
class WritesBeforeItLooksAtTheReadQuantity(Plc):
    """Carries out the write of function 23 before it refuses the quantity to be read."""

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:
        """Write first where nothing is to be read."""
        if request[0] == Function.READ_WRITE_MULTIPLE_REGISTERS and quantity == 0 and request[3:5] == b"\0\0":
            self.write_registers(request, int.from_bytes(request[5:7]), request[10:])
        return super().quantity_is_legal(request, quantity, maximum)


@mutant("MB-FC23-NEIGHBOURS")
class ClearsTheRegisterBehindAReadWrite(Plc):
    """Clears the register behind those that function 23 wrote."""

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Write one register more for function 23."""
        pads = request[0] == Function.READ_WRITE_MULTIPLE_REGISTERS and len(data) == 4
        super().write_registers(request, address, data + b"\0\0" if pads else data)
