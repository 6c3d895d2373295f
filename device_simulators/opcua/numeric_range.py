"""Parts of arrays and strings by index (NumericRange, OPC 10000-4 1.05.04, 7.27)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncua import ua

from device_simulators.opcua.errors import Failed
from testbed.protocols.opcua.status import status

if TYPE_CHECKING:
    from collections.abc import Sequence

Bounds = tuple[int, int]
"""First and last index, both included."""

# An index is a UInt32: ten digits are enough, and keep a number from growing without bounds.
_DIMENSION = re.compile(r"([0-9]{1,10})(?::([0-9]{1,10}))?", re.ASCII)

_STRINGS = (ua.VariantType.String, ua.VariantType.ByteString)


def rank_of(value: ua.Variant) -> int:
    """Return the number of dimensions of a value; 0 for a scalar."""
    if not value.is_array:
        return 0
    return len(value.Dimensions) if value.Dimensions else 1


def shape_of(value: ua.Variant) -> tuple[int, ...]:
    """Return the length of each dimension; empty for a scalar."""
    if not value.is_array:
        return ()
    return tuple(value.Dimensions) if value.Dimensions else (len(value.Value or ()),)


class NumericRanges:
    """The rules of index ranges, each a method of its own. Without state."""

    def parse_range(self, text: str) -> tuple[Bounds, ...]:
        """Read a range: dimensions with commas between them, each an index or two with a colon (7.27).

        Raises:
            Failed: Bad_IndexRangeInvalid.
        """
        found = [_DIMENSION.fullmatch(one) for one in text.split(",")]
        bounds = [(int(one[1]), int(one[2] if one[2] is not None else one[1])) for one in found if one]
        if len(bounds) != len(found) or not all(
            one[2] is None or self.bounds_are_legal(*both)
            for one, both in zip(found, bounds, strict=True)
            if one
        ):
            raise Failed(status.BadIndexRangeInvalid)
        return tuple(bounds)

    def bounds_are_legal(self, first: int, last: int) -> bool:
        """Of two indexes the first is the smaller one (7.27)."""
        return first < last

    def part_of(self, value: ua.Variant, bounds: Sequence[Bounds]) -> ua.Variant:
        """Return what of a value lies in a range; what lies outside is left out (7.27).

        Raises:
            Failed: Bad_IndexRangeNoData where nothing lies in it; Bad_IndexRangeInvalid where a dimension
                is missing.
        """
        rank = self.check_dimensions(value, bounds)
        inner = bounds[rank] if len(bounds) > rank else None
        taken = self.take(value.Value, list(bounds[:rank]), inner)
        dimensions = list(_lengths(taken, rank)) if rank > 1 else None
        return ua.Variant(taken, value.VariantType, dimensions, is_array=value.is_array)

    def check_dimensions(self, value: ua.Variant, bounds: Sequence[Bounds]) -> int:
        """All dimensions of an array are named, and one more at most, which is for strings (7.27).

        Returns:
            the number of dimensions of the value.
        """
        rank = rank_of(value)
        deepest = rank + 1 if value.VariantType in _STRINGS else rank
        if len(bounds) > deepest:
            raise Failed(status.BadIndexRangeNoData)
        if len(bounds) < rank:
            raise Failed(status.BadIndexRangeInvalid)
        return rank

    def take(self, data: Any, outer: list[Bounds], inner: Bounds | None) -> Any:
        """Cut a part out of nested lists, and out of the strings in them."""
        if not outer:
            return data if inner is None else self.clip(data, inner)
        part = self.clip(data, outer[0])
        if len(outer) == 1 and inner is None:
            return part
        return [self.take(one, outer[1:], inner) for one in part]

    def clip(self, data: Any, bounds: Bounds) -> Any:
        """Return the existing part of one dimension (7.27)."""
        part = (data or ())[bounds[0] : bounds[1] + 1]
        if not part:
            raise Failed(status.BadIndexRangeNoData)
        return part

    def replaced(self, old: ua.Variant, bounds: Sequence[Bounds], new: ua.Variant) -> ua.Variant:
        """Return a value of which a range is overwritten; all of the range has to exist (5.11.4.2, 7.27).

        Raises:
            Failed: Bad_IndexRangeNoData where a part of the range is outside; Bad_IndexRangeDataMismatch
                where the new values are not as many as the range has places.
        """
        rank = self.check_dimensions(old, bounds)
        shape = shape_of(old)
        for (_first, last), length in zip(bounds, shape, strict=False):
            if last >= length:
                raise Failed(status.BadIndexRangeNoData)
        inner = bounds[rank] if len(bounds) > rank else None
        data = self.overwrite(old.Value, list(bounds[:rank]), inner, new.Value)
        return ua.Variant(data, old.VariantType, old.Dimensions, is_array=old.is_array)

    def overwrite(self, data: Any, outer: list[Bounds], inner: Bounds | None, new: Any) -> Any:
        """Put new values into a copy of nested lists, or of the strings in them."""
        if not outer:
            return new if inner is None else self.overwrite_string(data, inner, new)
        (first, last), *rest = outer
        if not self.fills(outer[0], new):
            raise Failed(status.BadIndexRangeDataMismatch)
        copied = list(data)
        copied[first : last + 1] = [
            self.overwrite(one, rest, inner, other)
            for one, other in zip(data[first : last + 1], new, strict=False)
        ]
        return copied

    def overwrite_string(self, data: Any, bounds: Bounds, new: Any) -> Any:
        """Put characters or bytes into a copy of a string, which keeps its length."""
        if bounds[1] >= len(data or ()):
            raise Failed(status.BadIndexRangeNoData)
        if not self.fills(bounds, new):
            raise Failed(status.BadIndexRangeDataMismatch)
        return data[: bounds[0]] + new + data[bounds[1] + 1 :]

    def fills(self, bounds: Bounds, new: Any) -> bool:
        """As many values are given as the range has places (5.11.4.2)."""
        return isinstance(new, list | str | bytes) and len(new) == bounds[1] - bounds[0] + 1


def _lengths(data: Any, rank: int) -> list[int]:
    lengths = []
    for _ in range(rank):
        lengths.append(len(data))
        data = data[0]
    return lengths
