"""Bytes to be decoded, and the limits that hold while they are (OPC 10000-6 1.05.04, 5.1)."""

from struct import Struct

from testbed.protocols.opcua.errors import DecodeError

MOST_NESTED = 100
"""Levels that a decoder shall read (5.1.8, 5.2.2.12); a deeper one is refused."""
MOST_ELEMENTS = 1 << 19
"""Elements of all arrays of a message but plain numbers, a structure counted as its fields (assumed)."""

_read_length = Struct("<i").unpack_from


class Cursor:
    """A place in the bytes of one message.

    Attributes:
        data: The bytes.
        at: Index of the first that is not read yet.
    """

    __slots__ = ("at", "data", "elements", "errors", "nested")

    def __init__(self, data: bytes, at: int = 0, *, errors: str = "strict") -> None:
        self.data = data
        self.at = at
        self.errors = errors
        self.nested = 0
        self.elements = 0

    def take(self, size: int) -> bytes:
        """So many bytes; DecodeError where fewer are left."""
        start = self.at
        end = start + size
        if end > len(self.data):
            raise DecodeError("the message ends within a field", len(self.data))
        self.at = end
        return self.data[start:end]

    def byte(self) -> int:
        """One byte; DecodeError where none is left."""
        at = self.at
        if at >= len(self.data):
            raise DecodeError("the message ends within a field", at)
        self.at = at + 1
        return self.data[at]

    def length(self) -> int:
        """A length; -1 for null. DecodeError where it is less than that, or more than the bytes left.

        Every element has a byte at least, but for empty structures, of which nobody sends arrays.
        """
        at, data = self.at, self.data
        start, size = at + 4, len(data)
        if start > size:
            raise DecodeError("the message ends within a field", size)
        found: int = _read_length(data, at)[0]
        self.at = start
        if not -1 <= found <= size - start:
            raise DecodeError(f"a length of {found} does not fit the message", at, start)
        return found

    def count(self, size: int) -> None:
        """Add to the elements of the message; DecodeError where there are too many."""
        self.elements += size
        if self.elements > MOST_ELEMENTS:
            raise DecodeError(f"a message of more than {MOST_ELEMENTS} elements", self.at)

    def deeper(self) -> None:
        """Go one level down; DecodeError where that is too deep. The caller takes it back."""
        self.nested += 1
        if self.nested > MOST_NESTED:
            raise DecodeError(f"more than {MOST_NESTED} levels of nesting", self.at)
