"""Mutants that lose something of a built-in type's value (OPC 10000-6 1.05.04, 5.2.2)."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Node
from device_simulators.opcua.plc import Plc

BASIC_PLANE = 0xFFFF
"""The last letter that two bytes of UTF-16 hold."""
TINY = 1e-37
"""Where a Float begins to be denormal, and a Double of no more digits to be none."""


class Lossy(Plc):
    """Keeps something else than was written, of some values of one type."""

    KIND: ClassVar[VariantType]

    def lost(self, value: Any) -> Any:
        """Return what is kept of a value."""
        raise NotImplementedError

    def accepted(self, node: Node, value: ua.Variant) -> ua.Variant:
        """Keep a single value as far as it goes."""
        found = super().accepted(node, value)
        if found.VariantType != self.KIND or found.is_array:
            return found
        return ua.Variant(self.lost(found.Value), self.KIND)


class Clamping(Lossy):
    """Takes the ends of a type's range for overflows."""

    ENDS: ClassVar[frozenset[int]]

    def lost(self, value: int) -> int:
        """Keep zero."""
        return 1 if value in self.ENDS else value


@mutant("UA-ENCODING-BOOLEAN")
class KeepsOnlyTrue(Lossy):
    """Keeps a Boolean that is false as true."""

    KIND = VariantType.Boolean

    def lost(self, value: bool) -> bool:  # noqa: ARG002, FBT001 - what it overrides
        """Forget which it was."""
        return True


@mutant("UA-ENCODING-SBYTE")
class LosesTheEndsOfSByte(Clamping):
    """Takes 127 and -127 for overflows of an SByte."""

    KIND = VariantType.SByte
    ENDS = frozenset({127, -127})


@mutant("UA-ENCODING-BYTE")
class LosesTheEndsOfByte(Clamping):
    """Takes 0 and 254 for overflows of a Byte."""

    KIND = VariantType.Byte
    ENDS = frozenset({0, 254})


@mutant("UA-ENCODING-INT16")
class LosesTheEndsOfInt16(Clamping):
    """Takes the numbers at the ends of an Int16 for overflows."""

    KIND = VariantType.Int16
    ENDS = frozenset({(1 << 15) - 1, 1 - (1 << 15)})


@mutant("UA-ENCODING-UINT16")
class LosesTheEndsOfUInt16(Clamping):
    """Takes numbers with the highest bit of a UInt16 for overflows."""

    KIND = VariantType.UInt16
    ENDS = frozenset({1 << 15, (1 << 16) - 2})


@mutant("UA-ENCODING-INT32")
class LosesTheEndsOfInt32(Clamping):
    """Takes the numbers at the ends of an Int32 for overflows."""

    KIND = VariantType.Int32
    ENDS = frozenset({(1 << 31) - 1, 1 - (1 << 31)})


@mutant("UA-ENCODING-UINT32")
class LosesTheEndsOfUInt32(Clamping):
    """Takes numbers with the highest bit of a UInt32 for overflows."""

    KIND = VariantType.UInt32
    ENDS = frozenset({1 << 31, (1 << 32) - 2})


@mutant("UA-ENCODING-INT64")
class LosesTheEndsOfInt64(Clamping):
    """Takes the numbers at the ends of an Int64 for overflows."""

    KIND = VariantType.Int64
    ENDS = frozenset({(1 << 63) - 1, -(1 << 63)})


@mutant("UA-ENCODING-UINT64")
class LosesTheEndsOfUInt64(Clamping):
    """Takes numbers with the highest bit of a UInt64 for overflows."""

    KIND = VariantType.UInt64
    ENDS = frozenset({1 << 63, (1 << 64) - 2})


@mutant("UA-ENCODING-FLOAT")
class RoundsFloats(Lossy):
    """Keeps neither the sign of zero nor tiny or infinite Floats."""

    KIND = VariantType.Float

    def lost(self, value: float) -> float:
        """Round what is not normal."""
        if math.isinf(value):
            return math.copysign(3e38, value)
        return 0.0 if abs(value) < TINY else value


@mutant("UA-ENCODING-DOUBLE")
class RoundsDoubles(Lossy):
    """Keeps neither the sign of zero nor tiny or infinite Doubles."""

    KIND = VariantType.Double

    def lost(self, value: float) -> float:
        """Round what is not normal."""
        if math.isinf(value):
            return math.copysign(1e308, value)
        return 0.0 if abs(value) < TINY else value


@mutant("UA-ENCODING-STRING")
class KeepsTheBasicPlane(Lossy):
    """Keeps no letters beyond the basic plane, and one character for the end of a line."""

    KIND = VariantType.String

    def lost(self, value: str | None) -> str | None:
        """Put a question mark for each."""
        if value is None:
            return None
        return "".join("?" if ord(one) > BASIC_PLANE else one for one in value.replace("\r\n", "\n"))


@mutant("UA-ENCODING-DATE-TIME")
class LosesSecondsAtTheEnds(Lossy):
    """Keeps whole minutes of the first and of the last year of a DateTime."""

    KIND = VariantType.DateTime

    def lost(self, value: datetime) -> datetime:
        """Cut one second or 58 off."""
        return value - timedelta(seconds=value.second) if value.second in {1, 58} else value


@mutant("UA-ENCODING-GUID")
class TurnsGuidsRound(Lossy):
    """Keeps the first fields of a Guid of ascending bytes in another order of bytes."""

    KIND = VariantType.Guid

    def lost(self, value: UUID) -> UUID:
        """Swap bytes."""
        return UUID(bytes=value.bytes_le) if value.bytes_le == bytes(range(16)) else value


@mutant("UA-ENCODING-BYTE-STRING")
class KeepsOneLine(Lossy):
    """Keeps a ByteString up to the end of its first line."""

    KIND = VariantType.ByteString

    def lost(self, value: bytes | None) -> bytes | None:
        """Take it for text."""
        return None if value is None else value.partition(b"\n")[0]


@mutant("UA-ENCODING-DATE-TIME-LEAST")
class TakesNoTimeForNineteenSeventy(Lossy):
    """Keeps the DateTime 0 as that of Unix."""

    KIND = VariantType.DateTime

    def lost(self, value: datetime) -> datetime:
        """Begin in 1970."""
        is_least = value.replace(tzinfo=UTC) == datetime(1601, 1, 1, tzinfo=UTC)
        return datetime(1970, 1, 1, tzinfo=UTC) if is_least else value


@mutant("UA-ENCODING-DATE-TIME-GREATEST")
class EndsBeforeTheEnd(Lossy):
    """Keeps the latest DateTime as one a year earlier."""

    KIND = VariantType.DateTime

    def lost(self, value: datetime) -> datetime:
        """End in 9998."""
        return value.replace(year=9998) if (value.year, value.second) == (9999, 59) else value
