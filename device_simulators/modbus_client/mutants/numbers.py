"""Clients that read numbers wrongly."""

import math

from device_simulators.modbus_client.client import ReferenceClient
from device_simulators.modbus_client.mutants.registry import mutant
from testbed.model.client import Task


@mutant("MBC-NUMBER-INT16", "MBC-NUMBER-INT32", "MBC-NUMBER-INT64")
class KnowsNoSign(ReferenceClient):
    """Reads signed numbers as unsigned ones."""

    def number(self, data: bytes, task: Task) -> float:
        """Read a sign as a digit."""
        found = super().number(data, task)
        return found + 256 ** len(data) if task.type.startswith("int") and found < 0 else found


@mutant("MBC-NUMBER-UINT16", "MBC-NUMBER-UINT32", "MBC-NUMBER-UINT64")
class SignsEverything(ReferenceClient):
    """Reads unsigned numbers as signed ones."""

    def number(self, data: bytes, task: Task) -> float:
        """Read the first digit as a sign."""
        found, size = super().number(data, task), 256 ** len(data)
        return found - size if task.type.startswith("uint") and found >= size // 2 else found


@mutant("MBC-NUMBER-INT32", "MBC-NUMBER-FLOAT32", "MBC-NUMBER-UINT64", "MBC-NUMBER-INT64")
class KnowsOneOrder(ReferenceClient):
    """Reads every number the most significant byte first, whatever is configured."""

    def ordered(self, data: bytes, order: str) -> bytes:  # noqa: ARG002 - that is the fault
        """Leave them as they are."""
        return data


@mutant(
    "MBC-NUMBER-UINT32",
    "MBC-NUMBER-INT32",
    "MBC-NUMBER-FLOAT32",
    "MBC-NUMBER-UINT64",
    "MBC-NUMBER-INT64",
    "MBC-NUMBER-FLOAT64",
    "MBC-NUMBER-NAN",
)
class SwapsWords(ReferenceClient):
    """Takes the registers of a number the other way round."""

    def ordered(self, data: bytes, order: str) -> bytes:
        """Reverse the registers."""
        return super().ordered(super().ordered(data, order), "CDAB")


@mutant("MBC-NUMBER-UINT64", "MBC-NUMBER-INT64")
class CountsInDoubles(ReferenceClient):
    """Keeps all numbers as floating-point ones of 64 bits."""

    def number(self, data: bytes, task: Task) -> float:
        """Lose digits."""
        found = super().number(data, task)
        return found if math.isnan(found) or math.isinf(found) else type(found)(float(found))


@mutant("MBC-NUMBER-NAN")
class ShowsZeroForNan(ReferenceClient):
    """Shows 0 where a floating-point number is none."""

    def number(self, data: bytes, task: Task) -> float:
        """Return 0 for it."""
        found = super().number(data, task)
        return 0.0 if math.isnan(found) else found


@mutant("MBC-BITS", "MBC-READS-COILS", "MBC-READS-DISCRETE-INPUTS")
class ReadsBitsBackwards(ReferenceClient):
    """Reads the bits of each byte from the highest on."""

    def bits(self, data: bytes, count: int) -> tuple[float, ...]:
        """Reverse the bits of each byte."""
        return super().bits(bytes(int(f"{one:08b}"[::-1], 2) for one in data), count)
