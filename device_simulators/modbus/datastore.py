"""The data of a Modbus device: tables of bits and of registers, in areas with gaps between them.

A table keeps one image of the whole 16-bit address space, so that reading is a slice and nothing ever
raises for an address; the areas only say what the device serves. To ask :meth:`Table.covers` and
:meth:`Table.protects` before touching the image is the server's rule, not the table's.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

ADDRESSES = 1 << 16
"""Addresses of one table, 0 to 0xFFFF (MODBUS Application Protocol V1.1b3, 4.4)."""

VALUE_MAX = 0xFFFF
"""Greatest value of a register."""

LONGEST_READ = 2000
"""Room behind the last address, so that even a read which no server should allow stays in the image."""


class Table:
    """What a device serves: disjoint areas of addresses; areas that touch count as one.

    Args:
        areas: (first address, count) of each area, in any order.
        read_only: the same, for areas that no request may write.

    Raises:
        ValueError: an area is empty, leaves the address space or overlaps another one.
    """

    __slots__ = ("_ends", "_firsts", "_read_only")

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

    def covers(self, address: int, count: int) -> bool:
        """Say whether all of ``count`` addresses from ``address`` on (no wrapping) exist."""
        return address + count <= self._ends[bisect_right(self._firsts, address) - 1]

    def protects(self, address: int, count: int) -> bool:
        """Say whether any of ``count`` addresses from ``address`` on is read-only."""
        return any(first < address + count and address < end for first, end in self._read_only)


class Registers(Table):
    """A table of 16-bit registers, kept as they go over the wire: big-endian.

    Args:
        areas: first address of each area, and its values, each 0 to 0xFFFF.
        read_only: the same, for areas that no request may write.

    Raises:
        ValueError: as in :class:`Table`, or a value does not fit 16 bits.
    """

    __slots__ = ("_image",)

    def __init__(
        self,
        areas: Sequence[tuple[int, Sequence[int]]] = (),
        read_only: Sequence[tuple[int, Sequence[int]]] = (),
    ) -> None:
        super().__init__(_spans(areas), _spans(read_only))
        self._image = bytearray(2 * (ADDRESSES + LONGEST_READ))
        for first, values in (*areas, *read_only):
            self.write(first, b"".join(map(_word, values)))

    def __getitem__(self, address: int) -> int:
        """The value of one register; 0 outside the areas."""
        return int.from_bytes(self._image[2 * address : 2 * address + 2])

    def __setitem__(self, address: int, value: int) -> None:
        self.write(address, _word(value))

    def read(self, address: int, count: int) -> bytearray:
        """Return ``count`` registers, two bytes each; registers outside the areas read as 0."""
        return self._image[2 * address : 2 * (address + count)]

    def write(self, address: int, values: bytes) -> None:
        """Set consecutive registers from ``address`` on to ``values``, two bytes each."""
        self._image[2 * address : 2 * address + len(values)] = values


class Bits(Table):
    """A table of single bits, packed eight to a byte, the lowest address in the lowest bit.

    Args:
        areas: first address of each area, and its values.
        read_only: the same, for areas that no request may write.

    Raises:
        ValueError: as in :class:`Table`.
    """

    __slots__ = ("_image",)

    def __init__(
        self,
        areas: Sequence[tuple[int, Sequence[bool]]] = (),
        read_only: Sequence[tuple[int, Sequence[bool]]] = (),
    ) -> None:
        super().__init__(_spans(areas), _spans(read_only))
        self._image = bytearray((ADDRESSES + LONGEST_READ) // 8)
        for first, values in (*areas, *read_only):
            self.write(first, len(values), sum(value << place for place, value in enumerate(values)))

    def __getitem__(self, address: int) -> bool:
        """One bit; False outside the areas."""
        return bool(self._image[address >> 3] >> (address & 7) & 1)

    def __setitem__(self, address: int, value: bool) -> None:
        self.write(address, 1, int(value))

    def read(self, address: int, count: int) -> int:
        """Return ``count`` bits as a number, the bit of ``address`` being its lowest one."""
        window = self._image[address >> 3 : (address + count + 7) >> 3]
        return int.from_bytes(window, "little") >> (address & 7) & ((1 << count) - 1)

    def write(self, address: int, count: int, bits: int) -> None:
        """Set ``count`` bits from ``address`` on to the ``count`` lowest bits of ``bits``."""
        start, stop = address >> 3, (address + count + 7) >> 3
        mask = ((1 << count) - 1) << (address & 7)
        window = int.from_bytes(self._image[start:stop], "little")
        window = window & ~mask | bits << (address & 7) & mask
        self._image[start:stop] = window.to_bytes(stop - start, "little")


def _word(value: int) -> bytes:
    if not 0 <= value <= VALUE_MAX:
        raise ValueError(f"{value} does not fit a register")
    return value.to_bytes(2)


def _spans(areas: Sequence[tuple[int, Sequence[object]]]) -> list[tuple[int, int]]:
    return [(first, len(values)) for first, values in areas]
