"""MBAP header, and a byte stream cut into ADUs (MODBUS Messaging on TCP/IP Guide V1.0b, 3.1.3)."""

from dataclasses import dataclass
from struct import Struct

from testbed.protocols.modbus.base import pack

PORT = 502
"""The TCP port registered for Modbus."""

MAX_LENGTH = 254
"""Largest legal length field: unit identifier and a PDU of 253 bytes."""

_HEADER = Struct(">HHHB")
_PREFIX = 6
"""Bytes before those that the length field counts."""


@dataclass(frozen=True, slots=True)
class Adu:
    """An application data unit to be sent, right or wrong on purpose.

    Attributes:
        transaction: Transaction identifier, 16 bits; the server copies it.
        unit: Unit identifier, 8 bits; the server copies it.
        pdu: Function code and data.
        protocol: Protocol identifier, 16 bits; 0 is Modbus.
        length: Length field sent in place of the right one (PDU plus one) unless None.
    """

    transaction: int
    unit: int
    pdu: bytes
    protocol: int = 0
    length: int | None = None

    def encode(self) -> bytes:
        """The ADU's bytes.

        Raises:
            EncodeError: A number does not fit its field.
        """
        length = len(self.pdu) + 1 if self.length is None else self.length
        return pack(_HEADER, self.transaction, self.protocol, length, self.unit) + self.pdu


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes received that the length field declares to be one ADU; the properties read any bytes whatever.

    Attributes:
        raw: The bytes.
        offset: Index of the first of them in the stream.
    """

    raw: bytes
    offset: int = 0

    @property
    def transaction(self) -> int:
        """Transaction identifier."""
        return int.from_bytes(self.raw[0:2], "big")

    @property
    def protocol(self) -> int:
        """Protocol identifier."""
        return int.from_bytes(self.raw[2:4], "big")

    @property
    def length(self) -> int:
        """The length field as received."""
        return int.from_bytes(self.raw[4:6], "big")

    @property
    def unit(self) -> int | None:
        """Unit identifier; None where the frame ends before it (length field 0)."""
        return self.raw[6] if len(self.raw) > _PREFIX else None

    @property
    def pdu(self) -> bytes:
        """Function code and data; empty where the frame ends before them (length field 0 or 1)."""
        return self.raw[7:]


class Framer:
    """Cuts the bytes of one direction of a connection into frames, by the length field alone.

    Nothing is judged and nothing raises: a frame is always six bytes plus what its length field says, so
    length 0 makes a frame of 6 bytes and length 65535 one of 65541. That is also the bound of `pending`. A
    peer that will not wait for an illegal length looks at `expected`.
    """

    __slots__ = ("_buffer", "_offset")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._offset = 0

    @property
    def pending(self) -> bytes:
        """Bytes fed that do not make a whole frame yet."""
        return bytes(self._buffer)

    @property
    def expected(self) -> int | None:
        """Size in bytes of the frame now pending; None before its length field has come."""
        if len(self._buffer) < _PREFIX:
            return None
        return _PREFIX + int.from_bytes(self._buffer[4:6], "big")

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes as they come and give the frames that are now whole, oldest first."""
        buffer = self._buffer
        buffer += data
        frames: list[Frame] = []
        start = 0
        while len(buffer) - start >= _PREFIX:
            end = start + _PREFIX + int.from_bytes(buffer[start + 4 : start + 6], "big")
            if end > len(buffer):
                break
            frames.append(Frame(bytes(buffer[start:end]), self._offset + start))
            start = end
        del buffer[:start]
        self._offset += start
        return frames
