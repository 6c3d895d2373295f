"""How characters go over a serial line, and the silences that delimit frames of Modbus RTU.

MODBUS over Serial Line V1.02 ("SL" below).
"""

from __future__ import annotations

from dataclasses import dataclass

from testbed.model.connect import BAUD, Endpoint, Parity

_FIXED_ABOVE = 19200  # baud; SL 2.5.1.1, remark
_FIXED_T15 = 750e-6
_FIXED_T35 = 1750e-6


@dataclass(frozen=True, slots=True)
class SerialFormat:
    """Rate and shape of the characters on a line; as it stands, the default of Modbus RTU (SL 2.5.1, 3.2).

    Attributes:
        baud: bits a second.
        data_bits: 8 in RTU mode, 7 in ASCII mode (SL 2.5.1, 2.5.2).
        parity: what the parity bit holds, or that there is none.
        stop_bits: 1; 2 where there is no parity (SL 2.5.1).
    """

    baud: int = BAUD
    data_bits: int = 8
    parity: Parity = "even"
    stop_bits: int = 1

    @classmethod
    def of(cls, endpoint: Endpoint) -> SerialFormat:
        """Return the format that a connect string names."""
        data_bits = 7 if endpoint.over == "ascii" else 8
        return cls(endpoint.baud, data_bits, endpoint.parity, endpoint.stop)

    @property
    def bits(self) -> int:
        """Bits of one character: a start bit, its data, its parity, its stop bits."""
        return 1 + self.data_bits + (self.parity != "none") + self.stop_bits

    @property
    def character(self) -> float:
        """Seconds that one character takes."""
        return self.bits / self.baud

    @property
    def t15(self) -> float:
        """Seconds of silence that characters of one frame may have between them at most (SL 2.5.1.1)."""
        return _FIXED_T15 if self.baud > _FIXED_ABOVE else 1.5 * self.character

    @property
    def t35(self) -> float:
        """Seconds of silence that stand between two frames at least (SL 2.5.1.1)."""
        return _FIXED_T35 if self.baud > _FIXED_ABOVE else 3.5 * self.character

    def __str__(self) -> str:
        return f"{self.baud} {self.data_bits}{self.parity[0].upper()}{self.stop_bits}"
