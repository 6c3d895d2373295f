"""RTU framing: address, PDU and CRC, a frame between two silences (MODBUS over Serial Line V1.02, 2.5.1)."""

from dataclasses import dataclass
from typing import Self

from testbed.protocols.modbus.codes import DecodeError, EncodeError

MIN_ADU = 4
"""Shortest RTU frame in bytes: address, function code and CRC."""

MAX_ADU = 256
"""Longest RTU frame in bytes (SL 2.5.1.1)."""

_CRC_SIZE = 2
_POLYNOMIAL = 0xA001
"""x¹⁶ + x¹⁵ + x² + 1, its lowest power first (SL 6.2.2)."""


def _remainder(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_REMAINDERS = tuple(map(_remainder, range(256)))


def crc16(data: bytes) -> int:
    """The CRC of some bytes, 16 bits (SL 2.5.1.2, 6.2.2); of a sound frame with its own CRC it is 0.

    On the wire the low byte comes first.
    """
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _REMAINDERS[(crc ^ byte) & 0xFF]
    return crc


@dataclass(frozen=True, slots=True)
class RtuAdu:
    """An application data unit to be sent on a serial line, right or wrong on purpose.

    Attributes:
        unit: Address, 8 bits; 0 is broadcast, 1 to 247 are servers (SL 2.2).
        pdu: Function code and data.
        crc: Sent in place of the right one unless None; None after decoding.
    """

    unit: int
    pdu: bytes
    crc: int | None = None

    def encode(self) -> bytes:
        """The ADU's bytes.

        Raises:
            EncodeError: A number does not fit its field.
        """
        try:
            body = self.unit.to_bytes(1, "big") + self.pdu
            crc = crc16(body) if self.crc is None else self.crc
            return body + crc.to_bytes(_CRC_SIZE, "little")
        except OverflowError as error:
            raise EncodeError(f"address {self.unit} or CRC {self.crc} does not fit its field") from error

    @classmethod
    def decode(cls, adu: bytes) -> Self:
        """Read the bytes of one frame.

        Raises:
            DecodeError: Shorter or longer than any frame, or its CRC is wrong; SL 2.5.1 discards it.
        """
        if len(adu) < MIN_ADU:
            raise DecodeError(
                f"{len(adu)} bytes are no RTU frame; the shortest has {MIN_ADU}", len(adu), "frame"
            )
        if len(adu) > MAX_ADU:
            raise DecodeError(
                f"{len(adu)} bytes are no RTU frame; the longest has {MAX_ADU}", MAX_ADU, "frame"
            )
        if crc16(adu):
            due = crc16(adu[:-_CRC_SIZE]).to_bytes(_CRC_SIZE, "little")
            found = adu[-_CRC_SIZE:]
            raise DecodeError(
                f"CRC {due.hex(' ').upper()} expected, {found.hex(' ').upper()} found",
                len(adu) - _CRC_SIZE,
                "frame",
            )
        return cls(adu[0], adu[1:-_CRC_SIZE])


@dataclass(frozen=True, slots=True)
class RtuFrame:
    """Bytes received as one frame; the properties read any bytes whatever.

    Attributes:
        raw: The bytes.
        offset: Index of the first of them in the stream.
    """

    raw: bytes
    offset: int = 0

    @property
    def unit(self) -> int | None:
        """Address; None where there is no byte."""
        return self.raw[0] if self.raw else None

    @property
    def pdu(self) -> bytes:
        """Function code and data, without the last two bytes."""
        return self.raw[1:-_CRC_SIZE]

    @property
    def fault(self) -> str | None:
        """Why a receiver discards the frame, in words; None where it is sound."""
        try:
            RtuAdu.decode(self.raw)
        except DecodeError as error:
            return error.reason
        return None
