"""Clients that ask wrongly."""

import struct

from device_simulators.modbus_client.client import ReferenceClient
from device_simulators.modbus_client.mutants.registry import mutant
from testbed.model.client import Task


@mutant("MBC-PROTOCOL-ID")
class ProtocolOne(ReferenceClient):
    """Sends protocol identifier 1."""

    def protocol_identifier(self) -> int:
        """Return 1."""
        return 1


@mutant("MBC-LENGTH")
class CountsNoUnit(ReferenceClient):
    """Leaves the unit identifier out of the length."""

    def length(self, pdu: bytes) -> int:
        """Count the PDU alone."""
        return len(pdu)


@mutant("MBC-LENGTH", "MBC-PDU")
class CountsTooMuch(ReferenceClient):
    """Counts two bytes too many, as if there were a CRC."""

    def length(self, pdu: bytes) -> int:
        """Count a CRC as well."""
        return len(pdu) + 3


@mutant("MBC-UNIT")
class AsksUnitOne(ReferenceClient):
    """Asks unit 1, whatever it is configured for."""

    def unit(self, unit: int) -> int:  # noqa: ARG002 - that is the fault
        """Return 1."""
        return 1


@mutant("MBC-PDU")
class LeavesAByteBehind(ReferenceClient):
    """Sends a byte behind each request."""

    def pdu(self, task: Task) -> bytes:
        """Add a byte."""
        return super().pdu(task) + b"\0"


@mutant("MBC-ONE-ADU", "MBC-PENDING")
class FillsSegments(ReferenceClient):
    """Sends two requests in one segment."""

    def segments(self, adu: bytes) -> list[bytes]:
        """Join the request with one more."""
        return [adu + struct.pack(">H", self.transaction()) + adu[2:]]


@mutant("MBC-PENDING")
class AsksTwice(ReferenceClient):
    """Has two transactions open and declares one."""

    def segments(self, adu: bytes) -> list[bytes]:
        """Send one more request."""
        return [adu, struct.pack(">H", self.transaction()) + adu[2:]]


@mutant("MBC-TRANSACTION-UNIQUE")
class AsksTwiceAlike(ReferenceClient):
    """Opens two transactions with the same identifier."""

    def segments(self, adu: bytes) -> list[bytes]:
        """Send the same request once more."""
        return [adu, adu]


@mutant("MBC-TRANSACTION-CHANGES", "MBC-DUPLICATE", "MBC-LATE")
class NumbersNothing(ReferenceClient):
    """Gives every transaction the same identifier, and so cannot tell an old answer from a new one."""

    def transaction(self) -> int:
        """Return the same number."""
        return 0


@mutant(
    "MBC-READS-COILS",
    "MBC-READS-DISCRETE-INPUTS",
    "MBC-READS-HOLDING-REGISTERS",
    "MBC-READS-INPUT-REGISTERS",
    "MBC-WRITES-COIL",
    "MBC-WRITES-COILS",
    "MBC-WRITES-REGISTER",
    "MBC-WRITES-REGISTERS",
)
class CountsFromOne(ReferenceClient):
    """Sends numbers that count from 1 as addresses, which count from 0."""

    def address(self, task: Task) -> int:
        """Return the next address."""
        return task.at + 1


@mutant("MBC-PDU")
class SwitchesWithOne(ReferenceClient):
    """Writes 0001 for a coil that is to be on."""

    def coil(self, value: float) -> int:
        """Return 1 or 0."""
        return int(value)


@mutant("MBC-WRITES-COILS")
class PacksBackwards(ReferenceClient):
    """Packs the coils of each byte from the highest bit on."""

    def packed(self, task: Task) -> bytes:
        """Reverse the bits of each byte."""
        data = super().packed(task)
        return bytes(int(f"{one:08b}"[::-1], 2) for one in data) if task.is_bits else data
