"""The rules that all functions of a Modbus server share, each one attribute or one small method.

MODBUS Application Protocol Specification V1.1b3 ("AP" below). A mutant breaks exactly one rule by
overriding exactly one thing; a rule of several functions is given the request, so that it can be broken
for one of them only.
"""

from struct import Struct
from typing import ClassVar

from device_simulators.modbus.datastore import Table
from testbed.protocols.modbus import COIL_OFF, COIL_ON

_two_bytes = Struct("BB").pack


class Rules:
    """Limits, what makes a request legal, and how answers look. Without state."""

    READ_COILS_MAX: ClassVar[int] = 2000  # AP 6.1
    READ_DISCRETE_INPUTS_MAX: ClassVar[int] = 2000  # AP 6.2
    READ_HOLDING_REGISTERS_MAX: ClassVar[int] = 125  # AP 6.3
    READ_INPUT_REGISTERS_MAX: ClassVar[int] = 125  # AP 6.4
    WRITE_MULTIPLE_COILS_MAX: ClassVar[int] = 1968  # AP 6.11
    WRITE_MULTIPLE_REGISTERS_MAX: ClassVar[int] = 123  # AP 6.12
    READ_WRITE_READ_MAX: ClassVar[int] = 125  # AP 6.17
    READ_WRITE_WRITE_MAX: ClassVar[int] = 121  # AP 6.17

    # Requests

    def length_is_right(self, request: bytes, length: int) -> bool:
        """A PDU has exactly the bytes that its function and its byte count call for (AP 7, code 03)."""
        return len(request) == length

    def quantity_is_legal(self, request: bytes, quantity: int, maximum: int) -> bool:  # noqa: ARG002
        """At least one value is asked for, and no more than fit a PDU (AP 6.1 to 6.17)."""
        return 1 <= quantity <= maximum

    def byte_count_is_right(self, request: bytes, byte_count: int, expected: int) -> bool:  # noqa: ARG002
        """The byte count of a write agrees with its quantity (AP 6.11, 6.12, 6.17)."""
        return byte_count == expected

    def coil_value_is_legal(self, request: bytes, value: int) -> bool:  # noqa: ARG002
        """A single coil is written with FF00 or 0000 and nothing else (AP 6.5)."""
        return value in (COIL_ON, COIL_OFF)

    def range_is_served(self, request: bytes, table: Table, address: int, quantity: int) -> bool:  # noqa: ARG002
        """All addresses exist, and none lies beyond 0xFFFF (AP 7, code 02)."""
        return table.covers(address, quantity)

    def range_is_writable(self, request: bytes, table: Table, address: int, quantity: int) -> bool:  # noqa: ARG002
        """None of the addresses is read-only; such a one is no address for a write (AP 7, code 02)."""
        return not table.protects(address, quantity)

    def range_takes_writes(self, request: bytes, table: Table, address: int, quantity: int) -> bool:
        """All addresses exist and may be written."""
        return self.range_is_served(request, table, address, quantity) and self.range_is_writable(
            request, table, address, quantity
        )

    # Responses

    def refuse(self, request: bytes, code: int) -> bytes:
        """Answer with an exception: the function with its highest bit set, and the code (AP 7)."""
        return bytes((request[0] | 0x80, code))

    def values(self, request: bytes, data: bytes | bytearray) -> bytes:
        """Answer a read: function, byte count, data (AP 6.1 to 6.4, 6.17)."""
        return _two_bytes(request[0], len(data)) + data

    def echo(self, request: bytes) -> bytes:
        """Answer a write of one value with the request itself (AP 6.5, 6.6, 6.16)."""
        return request

    def confirm(self, request: bytes) -> bytes:
        """Answer a write of many values with its function, address and quantity (AP 6.11, 6.12)."""
        return request[:5]

    def pack_bits(self, request: bytes, bits: int, quantity: int) -> bytes:  # noqa: ARG002
        """Lay bits out eight to a byte, lowest address lowest, the rest of the last byte zero (AP 6.1)."""
        return bits.to_bytes((quantity + 7) // 8, "little")

    def masked(self, current: int, and_mask: int, or_mask: int) -> int:
        """Keep the bits of the AND mask, take the others from the OR mask (AP 6.16)."""
        return current & and_mask | or_mask & ~and_mask
