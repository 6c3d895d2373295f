"""Mutants of requests that are wrong twice, or too long (MODBUS Application Protocol V1.1b3, 6, 7)."""

from device_simulators.modbus.datastore import Table
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import ExceptionCode, Function

FAILURE = ExceptionCode.SERVER_DEVICE_FAILURE
READ = 5
"""Bytes of the PDU of a read."""
BITS = (Function.READ_COILS, Function.READ_DISCRETE_INPUTS)
READS = (*BITS, Function.READ_HOLDING_REGISTERS, Function.READ_INPUT_REGISTERS)


class _MeetsBoth(Plc):
    """A controller that fails where quantity or value and the address are both wrong."""

    def is_doubly_wrong(self, request: bytes) -> bool:
        """Say whether a request is wrong in both of some function."""
        raise NotImplementedError

    def answer(self, request: bytes) -> bytes:
        """Report a failure of the device where the request is at fault, twice."""
        answer = super().answer(request)
        wrong = len(answer) == 2 and len(request) >= READ and self.is_doubly_wrong(request)
        return self.refuse(request, FAILURE) if wrong else answer

    def is_outside(self, request: bytes, table: Table) -> bool:
        """Say whether the address of a request is not served."""
        return not table.covers(int.from_bytes(request[1:3]), 1)


@mutant("MB-FC01-BOTH-WRONG", "MB-FC02-BOTH-WRONG", "MB-FC03-BOTH-WRONG", "MB-FC04-BOTH-WRONG")
class FailsAtReadsWrongTwice(_MeetsBoth):
    """Reports a failure of the device for a read of nothing from an address that it does not serve."""

    def is_doubly_wrong(self, request: bytes) -> bool:
        """Look for a quantity of 0 outside a table."""
        tables = dict(
            zip(
                READS,
                (self.coils, self.discrete_inputs, self.holding_registers, self.input_registers),
                strict=True,
            )
        )
        table = tables.get(Function(request[0])) if request[0] in READS else None
        return table is not None and request[3:5] == b"\0\0" and self.is_outside(request, table)


@mutant("MB-FC05-BOTH-WRONG", "MB-FC15-BOTH-WRONG", "MB-FC16-BOTH-WRONG")
class FailsAtWritesWrongTwice(_MeetsBoth):
    """Reports a failure of the device for a write that is wrong in its address and in what it writes."""

    def is_doubly_wrong(self, request: bytes) -> bool:
        """Look for an illegal value or a quantity of 0 outside a table."""
        if request[0] == Function.WRITE_SINGLE_COIL:
            return request[3:5] not in {b"\0\0", b"\xff\0"} and self.is_outside(request, self.coils)
        tables: dict[int, Table] = {
            Function.WRITE_MULTIPLE_COILS: self.coils,
            Function.WRITE_MULTIPLE_REGISTERS: self.holding_registers,
        }
        table = tables.get(request[0])
        return table is not None and request[3:5] == b"\0\0" and self.is_outside(request, table)


@mutant("MB-FC01-LENGTH-LONG", "MB-FC02-LENGTH-LONG", "MB-FC03-LENGTH-LONG", "MB-FC04-LENGTH-LONG")
class FailsAtLongReads(Plc):
    """Reports a failure of the device for a read with bytes behind its format."""

    def answer(self, request: bytes) -> bytes:
        """Run over the end of a buffer."""
        too_long = request[0] in READS and len(request) == READ + 2
        return self.refuse(request, FAILURE) if too_long else super().answer(request)


@mutant("MB-FC01-BYTE-BORDERS", "MB-FC02-BYTE-BORDERS")
class AlignsBitsToWords(Plc):
    """Returns two bytes for seven bits, and one byte more than they fill for nine to seventeen."""

    def pack_bits(self, request: bytes, bits: int, quantity: int) -> bytes:
        """Take words where bytes are due, for small quantities."""
        packed = super().pack_bits(request, bits, quantity)
        is_small = request[0] in BITS and (quantity == 7 or 9 <= quantity <= 17)
        return packed + b"\0" if is_small else packed
