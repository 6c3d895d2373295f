"""Writing: functions 5, 6, 15, 16, 22, 23 (MODBUS Application Protocol V1.1b3, 6.5 to 6.17)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Self

from testbed.protocols.modbus.base import (
    NormalResponse,
    Pdu,
    Request,
    bits_size,
    check_length,
    check_range,
    pack,
    pack_padded_bits,
    pack_registers,
    padding_of,
    unpack,
    unpack_bits,
    unpack_head,
    unpack_registers,
)
from testbed.protocols.modbus.codes import DecodeError, Function
from testbed.protocols.modbus.reading import MAX_READ_REGISTERS

COIL_ON = 0xFF00
COIL_OFF = 0x0000

MAX_WRITE_COILS = 1968
"""Most coils one request may write (AP 6.11)."""

MAX_WRITE_REGISTERS = 123
"""Most registers one request may write (AP 6.12)."""

MAX_READ_WRITE_REGISTERS = 121
"""Most registers one request that also reads may write (AP 6.17)."""

_TWO_WORDS = Struct(">BHH")
_THREE_WORDS = Struct(">BHHH")
_MULTIPLE = Struct(">BHHB")
_READ_WRITE = Struct(">BHHHHB")


@dataclass(frozen=True, slots=True)
class _SingleWrite(Pdu):
    function: ClassVar[Function]
    address: int
    value: int

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_TWO_WORDS, self.function, self.address, self.value)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, address, value = unpack(_TWO_WORDS, pdu, cls.function)
        return cls(address, value)


class WriteSingleCoil(_SingleWrite, Request):
    """Request of function 5: a coil's address and 0xFF00 for on, 0x0000 for off (AP 6.5)."""

    __slots__ = ()
    function = Function.WRITE_SINGLE_COIL

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`; the value must be on or off."""
        request = super().decode(pdu)
        if request.value not in (COIL_ON, COIL_OFF):
            raise DecodeError(f"coil value 0x{request.value:04X} is neither 0xFF00 nor 0x0000", 3)
        return request


class WriteSingleRegister(_SingleWrite, Request):
    """Request of function 6: a register's address and its new value (AP 6.6)."""

    __slots__ = ()
    function = Function.WRITE_SINGLE_REGISTER


class WriteSingleCoilResponse(_SingleWrite, NormalResponse):
    """Response of function 5: the request's echo, whatever its value (AP 6.5)."""

    __slots__ = ()
    function = Function.WRITE_SINGLE_COIL


class WriteSingleRegisterResponse(_SingleWrite, NormalResponse):
    """Response of function 6: the request's echo (AP 6.6)."""

    __slots__ = ()
    function = Function.WRITE_SINGLE_REGISTER


@dataclass(frozen=True, slots=True)
class WriteMultipleCoils(Request):
    """Request of function 15 (AP 6.11).

    Attributes:
        address: The first coil's address.
        values: The coils' new values, the first one's first.
        quantity: Sent in place of the number of values unless None; None after decoding.
        byte_count: Sent in place of the right one unless None; None after decoding.
        padding: The number in the unused high bits of the last byte; AP wants 0.
    """

    function = Function.WRITE_MULTIPLE_COILS
    address: int
    values: tuple[bool, ...]
    quantity: int | None = None
    byte_count: int | None = None
    padding: int = 0

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        data = pack_padded_bits(self.values, self.padding)
        quantity = len(self.values) if self.quantity is None else self.quantity
        byte_count = len(data) if self.byte_count is None else self.byte_count
        return pack(_MULTIPLE, self.function, self.address, quantity, byte_count) + data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`; the quantity must be within 1 and 1968, and the byte count agree with it."""
        _, address, quantity, byte_count = unpack_head(_MULTIPLE, pdu, cls.function)
        check_range("quantity", quantity, 1, MAX_WRITE_COILS, 3)
        _check_byte_count(byte_count, bits_size(quantity), 5)
        check_length(pdu, _MULTIPLE.size + byte_count)
        data = pdu[_MULTIPLE.size :]
        return cls(address, unpack_bits(data, quantity), padding=padding_of(data, quantity))


@dataclass(frozen=True, slots=True)
class WriteMultipleRegisters(Request):
    """Request of function 16 (AP 6.12).

    Attributes:
        address: The first register's address.
        values: The registers' new values, the first one's first.
        quantity: Sent in place of the number of values unless None; None after decoding.
        byte_count: Sent in place of the right one unless None; None after decoding.
    """

    function = Function.WRITE_MULTIPLE_REGISTERS
    address: int
    values: tuple[int, ...]
    quantity: int | None = None
    byte_count: int | None = None

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        quantity = len(self.values) if self.quantity is None else self.quantity
        byte_count = 2 * len(self.values) if self.byte_count is None else self.byte_count
        return pack(_MULTIPLE, self.function, self.address, quantity, byte_count) + pack_registers(
            self.values
        )

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`; the quantity must be within 1 and 123, and the byte count agree with it."""
        _, address, quantity, byte_count = unpack_head(_MULTIPLE, pdu, cls.function)
        check_range("quantity", quantity, 1, MAX_WRITE_REGISTERS, 3)
        _check_byte_count(byte_count, 2 * quantity, 5)
        check_length(pdu, _MULTIPLE.size + byte_count)
        return cls(address, unpack_registers(pdu, _MULTIPLE.size))


@dataclass(frozen=True, slots=True)
class MultipleWriteResponse(NormalResponse):
    """Starting address and quantity of what was written."""

    address: int
    quantity: int

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_TWO_WORDS, self.function, self.address, self.quantity)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, address, quantity = unpack(_TWO_WORDS, pdu, cls.function)
        return cls(address, quantity)


class WriteMultipleCoilsResponse(MultipleWriteResponse):
    """Response of function 15 (AP 6.11)."""

    __slots__ = ()
    function = Function.WRITE_MULTIPLE_COILS


class WriteMultipleRegistersResponse(MultipleWriteResponse):
    """Response of function 16 (AP 6.12)."""

    __slots__ = ()
    function = Function.WRITE_MULTIPLE_REGISTERS


@dataclass(frozen=True, slots=True)
class _MaskWrite(Pdu):
    function = Function.MASK_WRITE_REGISTER
    address: int
    and_mask: int
    or_mask: int

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_THREE_WORDS, self.function, self.address, self.and_mask, self.or_mask)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, address, and_mask, or_mask = unpack(_THREE_WORDS, pdu, cls.function)
        return cls(address, and_mask, or_mask)


class MaskWriteRegister(_MaskWrite, Request):
    """Request of function 22: keep the bits of `and_mask`, take the others from `or_mask` (AP 6.16)."""

    __slots__ = ()


class MaskWriteRegisterResponse(_MaskWrite, NormalResponse):
    """Response of function 22: the request's echo (AP 6.16)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ReadWriteMultipleRegisters(Request):
    """Request of function 23: write, then read (AP 6.17).

    Attributes:
        read_address: The first register to read.
        read_quantity: How many to read.
        write_address: The first register to write.
        values: The new values, the first register's first.
        write_quantity: Sent in place of the number of values unless None; None after decoding.
        byte_count: Sent in place of the right one unless None; None after decoding.
    """

    function = Function.READ_WRITE_MULTIPLE_REGISTERS
    read_address: int
    read_quantity: int
    write_address: int
    values: tuple[int, ...]
    write_quantity: int | None = None
    byte_count: int | None = None

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        head = pack(
            _READ_WRITE,
            self.function,
            self.read_address,
            self.read_quantity,
            self.write_address,
            len(self.values) if self.write_quantity is None else self.write_quantity,
            2 * len(self.values) if self.byte_count is None else self.byte_count,
        )
        return head + pack_registers(self.values)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`; it must read 1 to 125 and write 1 to 121 registers, and the byte count agree."""
        head = unpack_head(_READ_WRITE, pdu, cls.function)
        _, read_address, read_quantity, write_address, write_quantity, byte_count = head
        check_range("quantity to read", read_quantity, 1, MAX_READ_REGISTERS, 3)
        check_range("quantity to write", write_quantity, 1, MAX_READ_WRITE_REGISTERS, 7)
        _check_byte_count(byte_count, 2 * write_quantity, 9)
        check_length(pdu, _READ_WRITE.size + byte_count)
        return cls(read_address, read_quantity, write_address, unpack_registers(pdu, _READ_WRITE.size))


def _check_byte_count(found: int, expected: int, offset: int) -> None:
    if found != expected:
        raise DecodeError(f"byte count {expected} expected, {found} found", offset)
