"""What all Modbus PDUs share: the base classes, and how numbers, registers and bits become bytes."""

import struct
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import chain
from struct import Struct
from typing import ClassVar, Self

from testbed.protocols.modbus.codes import DecodeError, EncodeError, Function

_BITS = tuple(tuple(bool(byte >> bit & 1) for bit in range(8)) for byte in range(256))


class Pdu(ABC):
    """A protocol data unit: function code and data, without address, checksum or MBAP header (AP 4.1)."""

    __slots__ = ()

    @abstractmethod
    def encode(self) -> bytes:
        """The PDU's bytes; sense and limits are not judged.

        Raises:
            EncodeError: A value does not fit its field.
        """

    @classmethod
    @abstractmethod
    def decode(cls, pdu: bytes) -> Self:
        """Read the PDU's bytes.

        Raises:
            DecodeError: The bytes are not such a PDU.
        """


class Request(Pdu):
    """What a client asks. Decoding also refuses what a server must refuse with exception 03."""

    __slots__ = ()
    function: ClassVar[Function]


class NormalResponse(Pdu):
    """What a server answers when it did as asked. Decoding judges the layout, never the values."""

    __slots__ = ()
    function: ClassVar[Function]


def pack(layout: Struct, *numbers: int) -> bytes:
    """Encode numbers by a layout.

    Raises:
        EncodeError: A number does not fit.
    """
    try:
        return layout.pack(*numbers)
    except struct.error as error:
        raise EncodeError(f"{numbers} do not fit the layout {layout.format}: {error}") from error


def unpack(layout: Struct, pdu: bytes, function: Function) -> tuple[int, ...]:
    """Decode a PDU of fixed length; the first number is its function code.

    Raises:
        DecodeError: Another length or another function code.
    """
    check_function(pdu, function)
    check_length(pdu, layout.size)
    return layout.unpack(pdu)


def unpack_head(layout: Struct, pdu: bytes, function: Function) -> tuple[int, ...]:
    """Decode the fixed part of a PDU of variable length; the first number is its function code.

    Raises:
        DecodeError: Too short, or another function code.
    """
    check_function(pdu, function)
    if len(pdu) < layout.size:
        raise DecodeError(f"at least {layout.size} bytes expected, {len(pdu)} found", len(pdu))
    return layout.unpack_from(pdu)


def check_function(pdu: bytes, function: Function) -> None:
    """Raise DecodeError unless the PDU begins with this function code."""
    if not pdu:
        raise DecodeError("empty PDU", 0)
    if pdu[0] != function:
        raise DecodeError(f"function code {function} expected, {pdu[0]} found", 0)


def check_length(pdu: bytes, length: int) -> None:
    """Raise DecodeError at the first byte missing or in excess unless the PDU has this length in bytes."""
    if len(pdu) != length:
        raise DecodeError(f"{length} bytes expected, {len(pdu)} found", min(len(pdu), length))


def check_range(name: str, number: int, first: int, last: int, offset: int) -> None:
    """Raise DecodeError unless first ≤ number ≤ last."""
    if not first <= number <= last:
        raise DecodeError(f"{name} {number} is not within {first} to {last}", offset)


def pack_registers(values: Sequence[int]) -> bytes:
    """Encode 16-bit registers, high byte first (AP 4.2).

    Raises:
        EncodeError: A value is not within 0 to 65535.
    """
    return pack(Struct(f">{len(values)}H"), *values)


def unpack_registers(data: bytes, offset: int = 0) -> tuple[int, ...]:
    """Decode all whole 16-bit registers from the offset on, high byte first (AP 4.2)."""
    return struct.unpack_from(f">{(len(data) - offset) // 2}H", data, offset)


def pack_bits(values: Sequence[bool]) -> bytes:
    """Encode bits, eight a byte, the first one in the lowest bit; unused high bits are zero (AP 6.1)."""
    digits = bytes(map(b"01".__getitem__, reversed(values)))
    return int(digits or b"0", 2).to_bytes(bits_size(len(values)), "little")


def unpack_bits(data: bytes, count: int) -> tuple[bool, ...]:
    """Decode the first `count` bits, lowest bit of the first byte first (AP 6.1).

    Raises:
        DecodeError: The data hold fewer bits.
    """
    if count > 8 * len(data):
        raise DecodeError(f"{count} bits do not fit {len(data)} bytes", len(data))
    return tuple(chain.from_iterable(map(_BITS.__getitem__, data)))[:count]


def bits_size(count: int) -> int:
    """The number of bytes that so many bits take."""
    return (count + 7) // 8


def pack_padded_bits(values: Sequence[bool], padding: int) -> bytes:
    """Encode bits, with a number in the unused high bits of the last byte (the standard wants 0 there).

    Raises:
        EncodeError: The padding does not fit the unused bits.
    """
    unused = -len(values) % 8
    if not 0 <= padding < 1 << unused:
        raise EncodeError(f"padding {padding} does not fit {unused} bits")
    data = pack_bits(values)
    return data[:-1] + bytes((data[-1] | padding << 8 - unused,)) if padding else data


def padding_of(data: bytes, count: int) -> int:
    """The number in the unused high bits of the last byte, where `count` bits are used."""
    return data[-1] >> 8 - unused if (unused := -count % 8) else 0
