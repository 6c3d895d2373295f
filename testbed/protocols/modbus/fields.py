"""Fields of a Modbus ADU, and the cursor that takes them from bytes of which nothing is known."""

from collections.abc import Callable
from dataclasses import dataclass

from testbed.protocols.modbus.base import padding_of, unpack_bits, unpack_registers


@dataclass(frozen=True, slots=True)
class Field:
    """Bytes `start` to `end` (excluded) of an ADU, their name in the standard, and their value in words."""

    start: int
    end: int
    name: str
    value: str


class Cursor:
    """Walks through an ADU. Where a field is cut short it stops there, and every later step takes nothing.

    Args:
        adu: The bytes.
        request: The PDU that this one answers, or nothing.
    """

    def __init__(self, adu: bytes, request: bytes) -> None:
        self.adu = adu
        self.request = request
        self.pdu_at = 0
        """Index of the PDU, once that is reached."""
        self.position = 0
        self.end = len(adu)
        self.fields: list[Field] = []

    @property
    def left(self) -> int:
        """Bytes not taken yet."""
        return self.end - self.position

    def take(self, name: str, size: int, words: Callable[[bytes], str]) -> bytes:
        """One field of so many bytes; no bytes at all where fewer are left."""
        if size > self.left:
            self.end = self.position
        start, self.position = self.position, min(self.position + size, self.end)
        data = self.adu[start : self.position]
        if data:
            self.fields.append(Field(start, self.position, name, words(data)))
        return data

    def number(self, name: str, size: int = 2) -> int:
        """A number shown in decimal and hexadecimal; 0 where it is cut short."""
        return self.code(name, size, lambda number: f"{number} (0x{number:0{2 * size}X})")

    def count(self, name: str, size: int) -> int:
        """A number shown in decimal only; 0 where it is cut short."""
        return self.code(name, size, str)

    def code(self, name: str, size: int, words: Callable[[int], str]) -> int:
        """A number shown in words; 0 where it is cut short."""
        return int.from_bytes(self.take(name, size, lambda data: words(int.from_bytes(data, "big"))), "big")

    def registers(self, name: str, size: int) -> None:
        """At most so many bytes, as far as there are whole registers."""
        self.take(name, min(size, self.left) // 2 * 2, _register_words)

    def octets(self, name: str, size: int) -> None:
        """At most so many bytes in hexadecimal."""
        self.take(name, min(size, self.left), lambda data: data.hex(" "))

    def text(self, name: str, size: int) -> None:
        """So many bytes as text, what is not printable ASCII escaped."""
        self.take(name, size, lambda data: repr(data)[1:])

    def bits(self, name: str, size: int, quantity: int | None) -> None:
        """At most so many bytes as bits in the order of their addresses, padding named where it is not 0."""
        self.take(name, min(size, self.left), lambda data: _bit_words(data, quantity))

    def within(self, size: int) -> None:
        """Take no more than so many bytes from here on."""
        self.end = min(self.end, self.position + size)

    def finish(self) -> list[Field]:
        """All fields, with whatever was not taken as the last one."""
        self.end = len(self.adu)
        self.octets("undecoded bytes", self.left)
        return self.fields


def _register_words(data: bytes) -> str:
    return " ".join(map(str, unpack_registers(data)))


def _bit_words(data: bytes, quantity: int | None) -> str:
    used = 8 * len(data)
    if quantity is not None and used - 8 < quantity < used:
        used = quantity
    digits = "".join("01"[bit] for bit in unpack_bits(data, used))
    groups = " ".join(digits[start : start + 8] for start in range(0, used, 8))
    padding = padding_of(data, used)
    return f"{groups} (padding {padding})" if padding else groups
