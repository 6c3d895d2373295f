"""The data of a Modbus device: tables of bits and of registers, in areas with gaps between them.

A table keeps one image from address 0 to the last address that was ever set: reading is a slice, what lies
behind reads as zero, and nothing ever raises for an address. A thousand small devices stay small by that.
The areas only say what the device serves. To ask :meth:`Table.covers` and :meth:`Table.protects` before
touching the image is the server's rule, not the table's.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Self

ADDRESSES = 1 << 16
"""Addresses of one table, 0 to 0xFFFF (MODBUS Application Protocol V1.1b3, 4.4)."""

VALUE_MAX = 0xFFFF
"""Greatest value of a register."""


class Table:
    """What a device serves: disjoint areas of addresses; areas that touch count as one.

    Args:
        areas: (first address, count) of each area, in any order.
        read_only: the same, for areas that no request may write.

    Raises:
        ValueError: an area is empty, leaves the address space or overlaps another one.
    """

    __slots__ = ("_ends", "_firsts", "_image", "_read_only")

    _image: bytearray

    def __init__(self, areas: Iterable[tuple[int, int]], read_only: Iterable[tuple[int, int]] = ()) -> None:
        self._read_only = [(first, first + count) for first, count in read_only]
        # Behind an imaginary empty area at the front, bisect always finds an area to ask.
        firsts, ends = [0], [0]
        for first, end in sorted([*((first, first + count) for first, count in areas), *self._read_only]):
            if not ends[-1] <= first < end <= ADDRESSES:
                raise ValueError(f"area {first}..{end - 1} is empty, overlaps or leaves 0..65535")
            if first == ends[-1]:
                ends[-1] = end
            else:
                firsts.append(first)
                ends.append(end)
        self._firsts = firsts
        self._ends = ends
        self._image = bytearray()

    def covers(self, address: int, count: int) -> bool:
        """Say whether all of ``count`` addresses from ``address`` on (no wrapping) exist."""
        return address + count <= self._ends[bisect_right(self._firsts, address) - 1]

    def protects(self, address: int, count: int) -> bool:
        """Say whether any of ``count`` addresses from ``address`` on is read-only."""
        return any(first < address + count and address < end for first, end in self._read_only)

    def copy(self) -> Self:
        """Return a table of the same areas, shared for good, with values of its own that are equal now."""
        twin = copy(self)
        twin._image = self._image[:]  # noqa: SLF001 - the same class
        return twin


class Registers(Table):
    """A table of 16-bit registers, kept as they go over the wire: big-endian.

    Args:
        areas: first address of each area, and its values, each 0 to 0xFFFF.
        read_only: the same, for areas that no request may write.

    Raises:
        ValueError: as in :class:`Table`, or a value does not fit 16 bits.
    """

    __slots__ = ()

    def __init__(
        self,
        areas: Sequence[tuple[int, Sequence[int]]] = (),
        read_only: Sequence[tuple[int, Sequence[int]]] = (),
    ) -> None:
        super().__init__(_spans(areas), _spans(read_only))
        self._image = bytearray(2 * self._ends[-1])
        for first, values in (*areas, *read_only):
            self.write(first, _words(values))

    def __getitem__(self, address: int) -> int:
        """The value of one register; 0 outside the areas."""
        return int.from_bytes(self._image[2 * address : 2 * address + 2])

    def __setitem__(self, address: int, value: int) -> None:
        self.write(address, _words((value,)))

    def read(self, address: int, count: int) -> bytearray:
        """Return ``count`` registers, two bytes each; registers outside the areas read as 0."""
        found = self._image[2 * address : 2 * (address + count)]
        return found if len(found) == 2 * count else found.ljust(2 * count, b"\0")

    def write(self, address: int, values: bytes) -> None:
        """Set consecutive registers from ``address`` on to ``values``, two bytes each."""
        start, stop = 2 * address, 2 * address + len(values)
        if stop > len(self._image):
            self._image.extend(bytes(stop - len(self._image)))
        self._image[start:stop] = values


class Bits(Table):
    """A table of single bits, packed eight to a byte, the lowest address in the lowest bit.

    Args:
        areas: first address of each area, and its values.
        read_only: the same, for areas that no request may write.

    Raises:
        ValueError: as in :class:`Table`.
    """

    __slots__ = ()

    def __init__(
        self,
        areas: Sequence[tuple[int, Sequence[bool]]] = (),
        read_only: Sequence[tuple[int, Sequence[bool]]] = (),
    ) -> None:
        super().__init__(_spans(areas), _spans(read_only))
        self._image = bytearray((self._ends[-1] + 7) // 8)
        for first, values in (*areas, *read_only):
            self.write(first, len(values), sum(value << place for place, value in enumerate(values)))

    def __getitem__(self, address: int) -> bool:
        """One bit; False outside the areas."""
        return bool(self.read(address, 1))

    def __setitem__(self, address: int, value: bool) -> None:
        self.write(address, 1, int(value))

    def read(self, address: int, count: int) -> int:
        """Return ``count`` bits as a number, the bit of ``address`` being its lowest one."""
        window = self._image[address >> 3 : (address + count + 7) >> 3]
        return int.from_bytes(window, "little") >> (address & 7) & ((1 << count) - 1)

    def write(self, address: int, count: int, bits: int) -> None:
        """Set ``count`` bits from ``address`` on to the ``count`` lowest bits of ``bits``."""
        start, stop = address >> 3, (address + count + 7) >> 3
        if stop > len(self._image):
            self._image.extend(bytes(stop - len(self._image)))
        mask = ((1 << count) - 1) << (address & 7)
        window = int.from_bytes(self._image[start:stop], "little")
        window = window & ~mask | bits << (address & 7) & mask
        self._image[start:stop] = window.to_bytes(stop - start, "little")


def _words(values: Sequence[int]) -> bytes:
    try:
        return struct.pack(f">{len(values)}H", *values)
    except struct.error:
        wrong = next(value for value in values if not 0 <= value <= VALUE_MAX)
        raise ValueError(f"{wrong} does not fit a register") from None


def _spans(areas: Sequence[tuple[int, Sequence[object]]]) -> list[tuple[int, int]]:
    return [(first, len(values)) for first, values in areas]
