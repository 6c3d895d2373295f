"""Mutants of function 05 (MODBUS Application Protocol V1.1b3, 6.5)."""

from device_simulators.modbus.datastore import Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import COIL_OFF, COIL_ON, ExceptionCode, Function

WRITE = Function.WRITE_SINGLE_COIL


class _MeetsIllegalValue(Plc):
    """Does something of its own where a coil is written with a value that is neither FF00 nor 0000."""

    def write_single_coil(self, request: bytes) -> bytes:
        """Branch off illegal values."""
        if request[3:] in {COIL_ON.to_bytes(2), COIL_OFF.to_bytes(2)}:
            return super().write_single_coil(request)
        return self.meet_illegal_value(request, int.from_bytes(request[1:3]), int.from_bytes(request[3:]))

    def meet_illegal_value(self, request: bytes, address: int, value: int) -> bytes:
        """Answer a request with an illegal value."""
        raise NotImplementedError


@mutant("MB-FC05-WRITES")
class ForgetsSingleCoil(Plc):
    """Echoes a write of a coil without storing it."""

    def write_bits(self, request: bytes, address: int, quantity: int, data: bytes) -> None:
        """Store nothing for function 05."""
        if request[0] != WRITE:
            super().write_bits(request, address, quantity, data)


@mutant("MB-FC05-ECHO")
class EchoesCoilNumber(Plc):
    """Echoes a coil's number, which counts from 1, instead of its address."""

    def echo(self, request: bytes) -> bytes:
        """Add 1 to the address in function 05."""
        if request[0] != WRITE:
            return super().echo(request)
        number = int.from_bytes(request[1:3]) + 1 & 0xFFFF
        return request[:1] + number.to_bytes(2) + request[3:]


@mutant("MB-FC05-VALUE-ILLEGAL", "MB-FC05-BOTH-WRONG", "MB-FC05-LENGTH-SHORT")
class IgnoresIllegalCoilValue(_MeetsIllegalValue):
    """Echoes an illegal value instead of refusing it, although it does not store it."""

    def meet_illegal_value(self, request: bytes, address: int, value: int) -> bytes:  # noqa: ARG002
        """Echo."""
        return self.echo(request)


@mutant("MB-FC05-VALUE-ILLEGAL", "MB-FC05-REFUSED-UNCHANGED", "MB-FC05-BOTH-WRONG", "MB-FC05-LENGTH-SHORT")
class TakesAnyValueForOn(_MeetsIllegalValue):
    """Sets a coil for every value but 0000."""

    def meet_illegal_value(self, request: bytes, address: int, value: int) -> bytes:
        """Store whether the value is not 0, and echo."""
        self.coils[address] = value != COIL_OFF
        return self.echo(request)


@mutant("MB-FC05-REFUSED-UNCHANGED", "MB-FC05-LENGTH-SHORT")
class ClearsCoilBeforeRefusing(_MeetsIllegalValue):
    """Refuses an illegal value only after it has cleared the coil: it compares with FF00 and stores first."""

    def meet_illegal_value(self, request: bytes, address: int, value: int) -> bytes:
        """Store whether the value is FF00, and refuse."""
        self.coils[address] = value == COIL_ON
        return self.refuse(request, ExceptionCode.ILLEGAL_DATA_VALUE)


@mutant("MB-FC05-NEIGHBOURS")
class WritesByteOfCoils(Plc):
    """Writes all eight coils of a byte when it writes one."""

    def write_bits(self, request: bytes, address: int, quantity: int, data: bytes) -> None:
        """Store the value in the whole byte that holds the coil."""
        if request[0] == WRITE:
            address, quantity, data = address & ~7, 8, b"\xff" if data[0] else b"\0"
        super().write_bits(request, address, quantity, data)


@mutant("MB-FC05-ADDRESS-OUTSIDE")
class EchoesWritesToAnyCoil(Plc):
    """Echoes a write to a coil that it does not have."""

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """Let every address pass function 05."""
        return request[0] == WRITE or super().range_is_served(request, table, address, quantity)
