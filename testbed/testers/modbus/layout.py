"""Where the parts of an ADU stand, on each transport: what a reply is read by and a page marks bytes with."""

from __future__ import annotations

from dataclasses import dataclass

HEX = 2
"""Characters of one byte in ASCII framing (SL 2.5.2)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How an ADU is laid out around its PDU.

    Attributes:
        name: Of the framing.
        unit_at: Index of the unit identifier, in bytes.
        pdu_at: Index of the PDU, in bytes.
        behind: Bytes of the check behind the PDU.
        start: Characters before the first byte, where each byte is two characters.
        end: Characters behind the last byte.
    """

    name: str
    unit_at: int
    pdu_at: int
    behind: int
    start: int = 0
    end: int = 0

    @property
    def width(self) -> int:
        """Bytes on the wire for each byte of the ADU."""
        return HEX if self.start else 1

    def body(self, raw: bytes) -> bytes:
        """Return an ADU's bytes, digits read; empty where they spell none."""
        if not self.start:
            return raw
        try:
            return bytes.fromhex(raw[self.start : len(raw) - self.end].decode("ascii"))
        except ValueError:  # of which UnicodeDecodeError is one
            return b""

    def transaction(self, raw: bytes) -> int:
        """Return the transaction identifier; 0 where a framing has none."""
        return int.from_bytes(raw[0:2]) if self is MBAP else 0

    def unit(self, raw: bytes) -> int:
        """Return the unit identifier; -1 where the ADU ends before it."""
        body = self.body(raw)
        return body[self.unit_at] if len(body) > self.unit_at else -1

    def pdu(self, raw: bytes) -> bytes:
        """Return function code and data."""
        body = self.body(raw)
        return body[self.pdu_at : len(body) - self.behind]

    def span(self, first: int, end: int) -> tuple[int, int]:
        """Return where bytes of the PDU stand in the ADU: the first, and the first after them."""
        return tuple(self.start + self.width * (self.pdu_at + at) for at in (first, end))  # type: ignore[return-value]  # two of them

    @property
    def unit_span(self) -> tuple[int, int]:
        """Where the unit identifier stands."""
        first = self.start + self.width * self.unit_at
        return first, first + self.width

    def check_span(self, raw: bytes) -> tuple[int, int]:
        """Return where the check stands, CRC or LRC; where there is none, nothing at the end."""
        end = len(raw) - self.end
        return max(0, end - self.width * self.behind), end


MBAP = Layout("MBAP", unit_at=6, pdu_at=7, behind=0)
"""Modbus over TCP (IG 3.1.3): transaction, protocol, length, unit, PDU."""
RTU = Layout("RTU", unit_at=0, pdu_at=1, behind=2)
"""SL 2.5.1: address, PDU, CRC."""
ASCII = Layout("ASCII", unit_at=0, pdu_at=1, behind=1, start=1, end=2)
"""SL 2.5.2: a colon, two digits for each byte of address, PDU and LRC, CR, LF."""
