"""ASCII framing: ":", two digits a byte, LRC, CR LF (MODBUS over Serial Line V1.02, 2.5.2)."""

from dataclasses import dataclass
from typing import Self

from testbed.protocols.modbus.codes import DecodeError, EncodeError

START = b":"
CR = b"\r"
LF = b"\n"
"""The character that ends a frame, until function 08/03 names another one."""

MAX_ADU = 513
"""Longest ASCII frame in characters: ":", CR, LF, and two for each of 255 bytes (SL 2.5.2.1)."""

_DIGITS = frozenset(b"0123456789ABCDEF")
_FEWEST = 3
"""Bytes of the shortest frame: address, function code and LRC."""


def lrc(data: bytes) -> int:
    """The LRC of some bytes, 8 bits: the two's complement of their sum (SL 2.5.2.2, 6.2.1)."""
    return -sum(data) & 0xFF


@dataclass(frozen=True, slots=True)
class AsciiAdu:
    """An application data unit to be sent on a serial line, right or wrong on purpose.

    Attributes:
        unit: Address, 8 bits; 0 is broadcast, 1 to 247 are servers (SL 2.2).
        pdu: Function code and data.
        lrc: Sent in place of the right one unless None; None after decoding.
        start: What begins the frame; ":" is right.
        end: What ends the frame; CR and LF are right, or CR and the delimiter set by function 08/03.
        lower: Whether the digits A to F are sent as small letters, which is wrong.
    """

    unit: int
    pdu: bytes
    lrc: int | None = None
    start: bytes = START
    end: bytes = CR + LF
    lower: bool = False

    def encode(self) -> bytes:
        """The ADU's characters.

        Raises:
            EncodeError: A number does not fit its field.
        """
        try:
            body = self.unit.to_bytes(1, "big") + self.pdu
            check = lrc(body) if self.lrc is None else self.lrc
            digits = (body + check.to_bytes(1, "big")).hex()
        except OverflowError as error:
            raise EncodeError(f"address {self.unit} or LRC {self.lrc} does not fit its field") from error
        return self.start + (digits if self.lower else digits.upper()).encode() + self.end

    @classmethod
    def decode(cls, adu: bytes, delimiter: bytes = LF) -> Self:
        """Read the characters of one frame, the last of them the delimiter.

        Raises:
            DecodeError: Not from ":" to CR and delimiter, not whole bytes of the digits 0 to 9 and A to F,
                too short or too long, or its LRC is wrong; SL 2.5.2 discards it.
        """
        body = _body(adu, delimiter)
        if due := lrc(body):
            due = due + body[-1] & 0xFF
            raise _error(f"LRC {due:02X} expected, {body[-1]:02X} found", len(adu) - 4)
        return cls(body[0], body[1:-1], end=CR + delimiter)


@dataclass(frozen=True, slots=True)
class AsciiFrame:
    """Characters received as one frame; the properties read any bytes whatever.

    Attributes:
        raw: The characters, from ":" to the delimiter behind CR.
        offset: Index of the first of them in the stream.
    """

    raw: bytes
    offset: int = 0

    @property
    def body(self) -> bytes:
        """Address, PDU and LRC; empty where the characters do not make whole bytes."""
        try:
            return _body(self.raw, self.raw[-1:])
        except DecodeError:
            return b""

    @property
    def unit(self) -> int | None:
        """Address; None where the characters do not make whole bytes."""
        return self.body[0] if self.body else None

    @property
    def pdu(self) -> bytes:
        """Function code and data; empty where the characters do not make whole bytes."""
        return self.body[1:-1]

    @property
    def fault(self) -> str | None:
        """Why a receiver discards the frame, in words; None where it is sound."""
        try:
            AsciiAdu.decode(self.raw, self.raw[-1:])
        except DecodeError as error:
            return error.reason
        return None


def _body(adu: bytes, delimiter: bytes) -> bytes:
    """The bytes that the digits of a frame spell, LRC included; DecodeError where they spell none."""
    if adu[:1] != START:
        raise _error('the frame does not begin with ":"', 0)
    if not adu.endswith(CR + delimiter):
        raise _error("the frame does not end with CR and LF", len(adu))
    if len(adu) > MAX_ADU:
        raise _error(f"{len(adu)} characters are no ASCII frame; the longest has {MAX_ADU}", MAX_ADU)
    digits = adu[1:-2]
    for place, digit in enumerate(digits, 1):
        if digit not in _DIGITS:
            raise _error(f"{chr(digit)!r} is none of the digits 0 to 9 and A to F", place)
    if len(digits) % 2:
        raise _error(f"{len(digits)} digits are no whole bytes", len(adu) - 2)
    if len(digits) < 2 * _FEWEST:
        raise _error(f"{len(digits)} digits are no ASCII frame; the shortest has {2 * _FEWEST}", len(adu) - 2)
    return bytes.fromhex(digits.decode())


def _error(reason: str, offset: int) -> DecodeError:
    return DecodeError(reason, offset, "frame")
