"""Clients that believe what they should not."""

from device_simulators.modbus_client.client import FailedError, ReferenceClient
from device_simulators.modbus_client.line import PREFIX
from device_simulators.modbus_client.mutants.registry import mutant
from testbed.model.client import Task
from testbed.wire.simulator import Tell


@mutant("MBC-TRANSACTION-FOREIGN", "MBC-UNSOLICITED", "MBC-DUPLICATE", "MBC-LATE")
class TakesAnyTransaction(ReferenceClient):
    """Takes whatever comes for the answer, whatever its transaction identifier."""

    def is_awaited(self, adu: bytes, transaction: int) -> bool:  # noqa: ARG002 - that is the fault
        """Await anything."""
        return True


@mutant("MBC-PROTOCOL-FOREIGN")
class TakesAnyProtocol(ReferenceClient):
    """Does not look at the protocol identifier."""

    def is_modbus(self, head: bytes) -> bool:  # noqa: ARG002 - that is the fault
        """Take any."""
        return True


@mutant("MBC-UNIT-FOREIGN")
class TakesAnyUnit(ReferenceClient):
    """Does not look at the unit identifier of an answer."""

    def unit_is_right(self, adu: bytes, unit: int) -> bool:  # noqa: ARG002 - that is the fault
        """Take any."""
        return True


@mutant("MBC-FUNCTION-FOREIGN")
class TakesAnyFunction(ReferenceClient):
    """Does not look at the function code of an answer."""

    def is_of_function(self, pdu: bytes, asked: bytes) -> bool:  # noqa: ARG002 - that is the fault
        """Take any."""
        return True


@mutant(
    "MBC-EXCEPTION",
    "MBC-EXCEPTION-REPORTED",
    "MBC-EXCEPTION-UNKNOWN",
    "MBC-EXCEPTION-SHORT",
    "MBC-WRITE-REFUSED",
)
class ShowsZerosInstead(ReferenceClient):
    """Shows zeros where the server refuses."""

    def refused(self, pdu: bytes) -> tuple[float, ...]:  # noqa: ARG002 - that is the fault
        """Return a zero."""
        return (0.0,)


@mutant("MBC-EXCEPTION-SHORT")
class ReadsBehindTheEnd(ReferenceClient):
    """Takes an exception without a code for an empty answer."""

    def refused(self, pdu: bytes) -> tuple[float, ...]:
        """Return a zero where the code is missing."""
        return (0.0,) if len(pdu) < 2 else super().refused(pdu)


class _RefusedError(FailedError):
    """A server has refused."""


@mutant("MBC-EXCEPTION-REPORTED", "MBC-EXCEPTION-UNKNOWN")
class HushesExceptions(ReferenceClient):
    """Keeps exceptions to itself, and shows what it showed before."""

    def refused(self, pdu: bytes) -> tuple[float, ...]:
        """Raise what is not reported."""
        raise _RefusedError(pdu.hex())

    def report(self, tell: Tell, error: Exception) -> None:
        """Report everything else."""
        if not isinstance(error, _RefusedError):
            super().report(tell, error)


@mutant("MBC-EXCEPTION-UNKNOWN")
class KnowsElevenExceptions(HushesExceptions):
    """Keeps an exception whose code it does not know to itself."""

    def refused(self, pdu: bytes) -> tuple[float, ...]:
        """Report those of the standard."""
        if len(pdu) > 1 and pdu[1] <= 0x0B:
            raise FailedError(pdu.hex())
        return super().refused(pdu)


@mutant("MBC-EXCEPTION-FOREIGN")
class ShowsZerosForForeignExceptions(ReferenceClient):
    """Shows zeros where an exception to another function comes."""

    def believed(self, adu: bytes, unit: int, task: Task, asked: bytes) -> tuple[float, ...]:
        """Return zeros."""
        if adu[7] & 0x80 and not self.is_of_function(adu[7:], asked):
            return (0.0,) * task.count
        return super().believed(adu, unit, task, asked)


@mutant("MBC-BYTE-COUNT")
class IgnoresByteCounts(ReferenceClient):
    """Does not look at the byte count."""

    def byte_count_is_right(self, pdu: bytes) -> bool:  # noqa: ARG002 - that is the fault
        """Take any."""
        return True


@mutant("MBC-MORE-REGISTERS", "MBC-FEWER-REGISTERS")
class IgnoresQuantities(ReferenceClient):
    """Takes as many registers as come."""

    def quantity_is_right(self, pdu: bytes, task: Task) -> bool:  # noqa: ARG002 - that is the fault
        """Take any."""
        return True


@mutant("MBC-BYTE-COUNT", "MBC-MORE-REGISTERS", "MBC-FEWER-REGISTERS", "MBC-LENGTH-SMALL")
class IgnoresSizes(IgnoresByteCounts, IgnoresQuantities):
    """Looks neither at the byte count nor at how much was asked for."""


@mutant("MBC-LENGTH-HUGE", "MBC-LENGTH-SMALL")
class ReadsByByteCount(ReferenceClient):
    """Finds the end of an answer by its byte count, and never looks at the length field."""

    def length_is_legal(self, length: int) -> bool:  # noqa: ARG002 - that is the fault
        """Take any."""
        return True

    def whole(self, data: bytes) -> int:
        """Go by the PDU."""
        if len(data) < 9:
            return 0
        size = 9 if data[7] & 0x80 else 9 + data[8] if data[7] < 5 else 12
        return size if len(data) >= size else 0


@mutant("MBC-SPLIT", "MBC-LENGTH-SMALL")
class ReadsOnce(ReferenceClient):
    """Takes what one read of the socket brings for the answer."""

    def whole(self, data: bytes) -> int:
        """Take what is there."""
        return len(data)


@mutant(
    "MBC-TRUNCATED",
    "MBC-SPLIT",
    "MBC-BYTE-COUNT",
    "MBC-MORE-REGISTERS",
    "MBC-FEWER-REGISTERS",
    "MBC-LENGTH-SMALL",
    "MBC-NO-REMAINS",
)
class TakesWhatIsThere(ReadsOnce, IgnoresSizes):
    """Shows as many registers as one read of the socket brings."""


@mutant("MBC-GARBAGE")
class TakesNoise(ReferenceClient):
    """Takes bytes that are no Modbus for an answer."""

    def is_sane(self, head: bytes) -> bool:
        """Take a header that is none as well."""
        return head[:2] == head[2:4] or super().is_sane(head)

    def whole(self, data: bytes) -> int:
        """Take all of it."""
        return len(data) if data[:2] == data[2:4] and len(data) > PREFIX else super().whole(data)

    def is_awaited(self, adu: bytes, transaction: int) -> bool:
        """Await it."""
        return adu[:2] == adu[2:4] != bytes(2) or super().is_awaited(adu, transaction)

    def believed(self, adu: bytes, unit: int, task: Task, asked: bytes) -> tuple[float, ...]:
        """Show it."""
        if adu[:2] == adu[2:4] != bytes(2):
            return self.numbers(adu[9:], task)
        return super().believed(adu, unit, task, asked)


@mutant("MBC-ECHO-VALUE", "MBC-ECHO-QUANTITY")
class IgnoresEchoedValues(ReferenceClient):
    """Does not look at the value or quantity that a write is answered with."""

    def echoed_is_right(self, pdu: bytes, asked: bytes) -> bool:  # noqa: ARG002 - that is the fault
        """Take any."""
        return True


@mutant("MBC-ECHO-ADDRESS")
class IgnoresEchoedAddresses(ReferenceClient):
    """Does not look at the address that a write is answered with."""

    def address_is_right(self, pdu: bytes, asked: bytes) -> bool:  # noqa: ARG002 - that is the fault
        """Take any."""
        return True
