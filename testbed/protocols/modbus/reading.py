"""Reading coils, inputs and registers: functions 1 to 4 (MODBUS Application Protocol V1.1b3, 6.1 to 6.4)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Self

from testbed.protocols.modbus.base import (
    NormalResponse,
    Request,
    bits_size,
    check_length,
    check_range,
    pack,
    pack_bits,
    pack_padded_bits,
    pack_registers,
    unpack,
    unpack_bits,
    unpack_head,
    unpack_registers,
)
from testbed.protocols.modbus.codes import DecodeError, Function

MAX_READ_BITS = 2000
"""Most coils or discrete inputs one request may ask for (AP 6.1, 6.2)."""

MAX_READ_REGISTERS = 125
"""Most registers one request may ask for (AP 6.3, 6.4, 6.17)."""

_REQUEST = Struct(">BHH")
_HEAD = Struct(">BB")


@dataclass(frozen=True, slots=True)
class ReadRequest(Request):
    """Asks for `quantity` consecutive values from `address` on, both 16 bits, the address as on the wire."""

    limit: ClassVar[int]
    address: int
    quantity: int

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_REQUEST, self.function, self.address, self.quantity)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`; the quantity must be within 1 and the function's limit."""
        _, address, quantity = unpack(_REQUEST, pdu, cls.function)
        check_range("quantity", quantity, 1, cls.limit, 3)
        return cls(address, quantity)


class ReadCoils(ReadRequest):
    """Request of function 1 (AP 6.1)."""

    __slots__ = ()
    function = Function.READ_COILS
    limit = MAX_READ_BITS


class ReadDiscreteInputs(ReadRequest):
    """Request of function 2 (AP 6.2)."""

    __slots__ = ()
    function = Function.READ_DISCRETE_INPUTS
    limit = MAX_READ_BITS


class ReadHoldingRegisters(ReadRequest):
    """Request of function 3 (AP 6.3)."""

    __slots__ = ()
    function = Function.READ_HOLDING_REGISTERS
    limit = MAX_READ_REGISTERS


class ReadInputRegisters(ReadRequest):
    """Request of function 4 (AP 6.4)."""

    __slots__ = ()
    function = Function.READ_INPUT_REGISTERS
    limit = MAX_READ_REGISTERS


@dataclass(frozen=True, slots=True)
class BitsResponse(NormalResponse):
    """Bits, the one at the starting address first.

    Attributes:
        values: The bits; after a decoding that does not know the request, all of them, eight a byte.
        byte_count: Sent in place of the right one unless None; None after decoding.
        padding: The number in the unused high bits of the last byte; AP wants 0.
    """

    values: tuple[bool, ...]
    byte_count: int | None = None
    padding: int = 0

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        data = pack_padded_bits(self.values, self.padding)
        return pack(_HEAD, self.function, len(data) if self.byte_count is None else self.byte_count) + data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, byte_count = unpack_head(_HEAD, pdu, cls.function)
        check_length(pdu, 2 + byte_count)
        return cls(unpack_bits(pdu[2:], 8 * byte_count))

    def of_quantity(self, quantity: int) -> Self:
        """A response as decoded, its bits now parted into the `quantity` ones asked for and the padding.

        Raises:
            DecodeError: The number of bytes is another than that quantity takes.
        """
        if len(self.values) != 8 * bits_size(quantity):
            raise DecodeError(f"{len(self.values) // 8} bytes do not answer a request for {quantity} bits", 1)
        padding = int.from_bytes(pack_bits(self.values[quantity:]), "little")
        return type(self)(self.values[:quantity], padding=padding)


class ReadCoilsResponse(BitsResponse):
    """Response of function 1 (AP 6.1)."""

    __slots__ = ()
    function = Function.READ_COILS


class ReadDiscreteInputsResponse(BitsResponse):
    """Response of function 2 (AP 6.2)."""

    __slots__ = ()
    function = Function.READ_DISCRETE_INPUTS


@dataclass(frozen=True, slots=True)
class RegistersResponse(NormalResponse):
    """Registers, the one at the starting address first.

    Attributes:
        values: Numbers of 16 bits.
        byte_count: Sent in place of the right one unless None; None after decoding.
    """

    values: tuple[int, ...]
    byte_count: int | None = None

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        byte_count = 2 * len(self.values) if self.byte_count is None else self.byte_count
        return pack(_HEAD, self.function, byte_count) + pack_registers(self.values)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        _, byte_count = unpack_head(_HEAD, pdu, cls.function)
        check_length(pdu, 2 + byte_count)
        if byte_count % 2:
            raise DecodeError(f"byte count {byte_count} is odd", 1)
        return cls(unpack_registers(pdu, 2))


class ReadHoldingRegistersResponse(RegistersResponse):
    """Response of function 3 (AP 6.3)."""

    __slots__ = ()
    function = Function.READ_HOLDING_REGISTERS


class ReadInputRegistersResponse(RegistersResponse):
    """Response of function 4 (AP 6.4)."""

    __slots__ = ()
    function = Function.READ_INPUT_REGISTERS


class ReadWriteMultipleRegistersResponse(RegistersResponse):
    """Response of function 23: the registers read (AP 6.17)."""

    __slots__ = ()
    function = Function.READ_WRITE_MULTIPLE_REGISTERS
