"""The rules of a good client, each a method for a mutant to override: what it asks, and what it believes."""

from __future__ import annotations

import struct

from device_simulators.modbus_client.line import PREFIX
from testbed.model.client import Client, Task

ERROR_BIT = 0x80
LENGTHS = range(2, 255)
"""Legal length fields: unit identifier and a PDU of 1 to 253 bytes (AP 4.1, IG 3.1.3)."""
_CODES = {"uint16": "H", "int16": "h", "uint32": "I", "int32": "i", "float32": "f"}
_CODES |= {"uint64": "Q", "int64": "q", "float64": "d"}


class Asking:
    """How a request is made (IG 4.4.1.2, AP 6)."""

    declared: Client

    def __init__(self) -> None:
        self._transaction = 0

    def transaction(self) -> int:
        """Return the identifier of the next transaction."""
        self._transaction = (self._transaction + 1) & 0xFFFF
        return self._transaction

    def protocol_identifier(self) -> int:
        """Return what stands in the header."""
        return 0

    def length(self, pdu: bytes) -> int:
        """Return what stands in the header."""
        return len(pdu) + 1

    def unit(self, unit: int) -> int:
        """Return what stands in the header."""
        return unit

    def adu(self, transaction: int, unit: int, pdu: bytes) -> bytes:
        """Return a request with its header."""
        header = (transaction, self.protocol_identifier(), self.length(pdu), self.unit(unit))
        return struct.pack(">HHHB", *header) + pdu

    def segments(self, adu: bytes) -> list[bytes]:
        """Return what is sent, segment by segment."""
        return [adu]

    def address(self, task: Task) -> int:
        """Return the first address of a request."""
        return task.at

    def quantity(self, task: Task) -> int:
        """Return how many bits or registers are asked for."""
        return task.quantity

    def function(self, task: Task) -> int:
        """Return the function code of a request."""
        return int(task.does[2:])

    def coil(self, value: float) -> int:
        """Return what stands for the state of one coil (AP 6.5)."""
        return 0xFF00 if value else 0

    def packed(self, task: Task) -> bytes:
        """Return values that are written together: bits from the lowest on, registers high byte first."""
        if not task.is_bits:
            return struct.pack(f">{task.count}H", *(int(one) for one in task.values))
        data = bytearray((task.count + 7) // 8)
        for at, one in enumerate(task.values):
            data[at // 8] |= bool(one) << at % 8
        return bytes(data)

    def pdu(self, task: Task) -> bytes:
        """Return the request that carries a task out."""
        head = struct.pack(">BH", self.function(task), self.address(task))
        if task.reads:
            return head + struct.pack(">H", self.quantity(task))
        if task.does == "fc05":
            return head + struct.pack(">H", self.coil(task.values[0]))
        if task.does == "fc06":
            return head + struct.pack(">H", int(task.values[0]))
        data = self.packed(task)
        return head + struct.pack(">HB", self.quantity(task), len(data)) + data


class Believing:
    """What is taken for the answer to a request (IG 4.4.1.3, AP 6, 7)."""

    declared: Client

    def is_sane(self, head: bytes) -> bool:
        """Say whether a header can begin an ADU: what is lost in a stream stays lost."""
        return self.is_modbus(head) and self.length_is_legal(int.from_bytes(head[4:6]))

    def is_modbus(self, head: bytes) -> bool:
        """Say whether the protocol identifier is that of Modbus."""
        return head[2:4] == bytes(2)

    def length_is_legal(self, length: int) -> bool:
        """Say whether a length field can be one."""
        return length in LENGTHS

    def whole(self, data: bytes) -> int:
        """Return the size of the ADU that begins so; 0 where more has to come."""
        if len(data) < PREFIX:
            return 0
        size = PREFIX + int.from_bytes(data[4:6])
        return size if len(data) >= size else 0

    def is_awaited(self, adu: bytes, transaction: int) -> bool:
        """Say whether an answer belongs to the open transaction; any other is discarded."""
        return int.from_bytes(adu[0:2]) == transaction

    def unit_is_right(self, adu: bytes, unit: int) -> bool:
        """Say whether an answer comes from the unit that was asked."""
        return adu[6] == unit

    def is_exception(self, pdu: bytes) -> bool:
        """Say whether a server refuses."""
        return bool(pdu[0] & ERROR_BIT)

    def is_of_function(self, pdu: bytes, asked: bytes) -> bool:
        """Say whether an answer is one to the function that was asked."""
        return pdu[0] & ~ERROR_BIT == asked[0]

    def byte_count_is_right(self, pdu: bytes) -> bool:
        """Say whether the byte count counts what follows it."""
        return len(pdu) > 1 and pdu[1] == len(pdu) - 2

    def quantity_is_right(self, pdu: bytes, task: Task) -> bool:
        """Say whether as much was answered as was asked for."""
        due = (task.quantity + 7) // 8 if task.is_bits else 2 * task.quantity
        return len(pdu) - 2 == due

    def echo_is_right(self, pdu: bytes, asked: bytes) -> bool:
        """Say whether the answer to a write repeats what it has to (AP 6.5, 6.6, 6.11, 6.12)."""
        return len(pdu) == 5 and self.address_is_right(pdu, asked) and self.echoed_is_right(pdu, asked)  # noqa: PLR2004 - AP 6.5 to 6.12

    def address_is_right(self, pdu: bytes, asked: bytes) -> bool:
        """Say whether the address of an echo is the one that was written to."""
        return pdu[1:3] == asked[1:3]

    def echoed_is_right(self, pdu: bytes, asked: bytes) -> bool:
        """Say whether the value, or the quantity, of an echo is what was written."""
        return pdu[3:5] == asked[3:5]

    def bits(self, data: bytes, count: int) -> tuple[float, ...]:
        """Return bits, from the lowest of the first byte on (AP 6.1)."""
        return tuple(data[at // 8] >> at % 8 & 1 for at in range(min(count, 8 * len(data))))

    def numbers(self, data: bytes, task: Task) -> tuple[float, ...]:
        """Return the numbers that registers hold."""
        size = 2 * task.quantity // task.count
        whole = range(0, len(data) - size + 1, size)
        return tuple(self.number(data[at : at + size], task) for at in whole)[: task.count]

    def number(self, data: bytes, task: Task) -> float:
        """Return one number, whose registers lie as declared."""
        found: float = struct.unpack(f">{_CODES[task.type]}", self.ordered(data, task.order))[0]
        return found

    def ordered(self, data: bytes, order: str) -> bytes:
        """Return the bytes of a number, the most significant first."""
        if order in {"BADC", "DCBA"}:
            data = b"".join(data[at : at + 2][::-1] for at in range(0, len(data), 2))
        if order in {"CDAB", "DCBA"}:
            data = b"".join(data[at : at + 2] for at in range(len(data) - 2, -2, -2))
        return data
