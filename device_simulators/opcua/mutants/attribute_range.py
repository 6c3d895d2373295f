"""Mutants of index ranges (OPC 10000-4 1.05.04, 7.27), as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asyncua import ua

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Node
from device_simulators.opcua.numeric_range import Bounds
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.reading import Asked
from testbed.protocols.opcua.status import status

STRINGS = (str, bytes)


@mutant("UA-RANGE-ELEMENTS")
class CountsFromOne(Plc):
    """Counts the elements of an array from 1, where several are read."""

    def part_of(self, value: ua.Variant, bounds: Sequence[Bounds]) -> ua.Variant:
        """Take one off both indexes of a range that does not begin with 0."""
        if value.VariantType == ua.VariantType.Int32 and 0 < bounds[0][0] < bounds[0][1] < len(value.Value):
            bounds = [(first - 1, last - 1) for first, last in bounds]
        return super().part_of(value, bounds)


@mutant("UA-RANGE-SINGLE")
class ReturnsAScalarForOneIndex(Plc):
    """Returns a scalar where one element of an array is asked for."""

    def part_of(self, value: ua.Variant, bounds: Sequence[Bounds]) -> ua.Variant:
        """Take the element out of its array."""
        part = super().part_of(value, bounds)
        if part.is_array and len(bounds) == 1 and bounds[0] == (0, 0):
            return ua.Variant(part.Value[0], part.VariantType, is_array=False)
        return part


@mutant("UA-RANGE-EMPTY")
class ParsesEmptyRanges(Plc):
    """Refuses an empty range, since it has no index."""

    def read_value(self, node: Node, item: ua.ReadValueId, ask: Asked) -> ua.DataValue:
        """Parse whatever is there."""
        if item.IndexRange is not None:
            self.parse_range(item.IndexRange)
        return super().read_value(node, item, ask)


@mutant("UA-RANGE-PARTIAL")
class RefusesRangesThatEndBehind(Plc):
    """Refuses a range of which only a part exists."""

    def clip(self, data: Any, bounds: Bounds) -> Any:
        """Ask for all of the range."""
        part = super().clip(data, bounds)
        if not isinstance(data, STRINGS) and bounds[1] >= len(data):
            raise Failed(status.BadIndexRangeNoData)
        return part


@mutant("UA-RANGE-OUTSIDE")
class ReturnsEmptyArrays(Plc):
    """Returns an empty array, with a good status, for a range that lies outside."""

    def clip(self, data: Any, bounds: Bounds) -> Any:
        """Return nothing at the outermost dimension of an array of scalars."""
        part = data[bounds[0] : bounds[1] + 1]
        nested = isinstance(data, STRINGS) or (data and isinstance(data[0], list | float))
        return super().clip(data, bounds) if nested else part


@mutant("UA-RANGE-SYNTAX", "UA-WRITE-RANGE-SYNTAX")
class CallsWrongSyntaxNoData(Plc):
    """Answers text that is no range with Bad_IndexRangeNoData."""

    def parse_range(self, text: str) -> tuple[Bounds, ...]:
        """Confuse the two codes."""
        try:
            return super().parse_range(text)
        except Failed:
            raise Failed(status.BadIndexRangeNoData) from None


@mutant("UA-RANGE-BACKWARDS")
class TakesRangesFromBehind(Plc):
    """Puts the two indexes of a range into their order, and serves it."""

    def parse_range(self, text: str) -> tuple[Bounds, ...]:
        """Sort the bounds."""
        first, _, last = text.partition(":")
        if first.isdecimal() and last.isdecimal() and int(first) >= int(last):
            return ((int(last), int(first)),)
        return super().parse_range(text)


@mutant("UA-RANGE-SCALAR")
class IgnoresRangesOfScalars(Plc):
    """Returns a whole scalar whatever the range."""

    def part_of(self, value: ua.Variant, bounds: Sequence[Bounds]) -> ua.Variant:
        """Cut arrays and strings only."""
        whole = not value.is_array and not isinstance(value.Value, STRINGS)
        return value if whole else super().part_of(value, bounds)


@mutant("UA-RANGE-DIMENSIONS")
class IgnoresFurtherDimensions(Plc):
    """Ignores ranges of dimensions that a value does not have."""

    def part_of(self, value: ua.Variant, bounds: Sequence[Bounds]) -> ua.Variant:
        """Look at the first range of an array of numbers."""
        if value.is_array and value.VariantType == ua.VariantType.Int32 and not value.Dimensions:
            bounds = bounds[:1]
        return super().part_of(value, bounds)


@mutant("UA-RANGE-MATRIX")
class FlattensMatrices(Plc):
    """Returns a part of a matrix as an array of one dimension."""

    def part_of(self, value: ua.Variant, bounds: Sequence[Bounds]) -> ua.Variant:
        """Lose the dimensions."""
        part = super().part_of(value, bounds)
        if part.Dimensions:
            flat = [one for row in part.Value for one in row]
            return ua.Variant(flat, part.VariantType, is_array=True)
        return part


@mutant("UA-RANGE-MATRIX-OUTSIDE")
class KeepsInsideMatrices(Plc):
    """Moves a range outside a matrix to its last row or column."""

    def part_of(self, value: ua.Variant, bounds: Sequence[Bounds]) -> ua.Variant:
        """Bring each bound back inside."""
        if value.Dimensions and len(value.Dimensions) == len(bounds):
            bounds = [
                (min(first, length - 1), min(last, length - 1))
                for (first, last), length in zip(bounds, value.Dimensions, strict=True)
            ]
        return super().part_of(value, bounds)


@mutant("UA-RANGE-STRING", "UA-RANGE-STRING-OUTSIDE", "UA-RANGE-BYTE-STRING")
class TakesStringsForScalars(Plc):
    """Returns a whole String or ByteString whatever the range."""

    def part_of(self, value: ua.Variant, bounds: Sequence[Bounds]) -> ua.Variant:
        """Cut arrays only."""
        whole = not value.is_array and isinstance(value.Value, STRINGS)
        return value if whole else super().part_of(value, bounds)


@mutant("UA-RANGE-STRING-OUTSIDE")
class ReturnsEmptyStrings(Plc):
    """Returns an empty String for a range behind its end."""

    def clip(self, data: Any, bounds: Bounds) -> Any:
        """Return what Python cuts out of a String."""
        return data[bounds[0] : bounds[1] + 1] if isinstance(data, str) else super().clip(data, bounds)


@mutant("UA-RANGE-STRING-ARRAY")
class CutsArraysOfStringsNot(Plc):
    """Refuses a range inside the Strings of an array."""

    def check_dimensions(self, value: ua.Variant, bounds: Sequence[Bounds]) -> int:
        """Allow as many ranges as there are dimensions."""
        rank = super().check_dimensions(value, bounds)
        if rank and len(bounds) > rank:
            raise Failed(status.BadIndexRangeNoData)
        return rank
