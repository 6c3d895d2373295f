"""Known values: what the vendor knows to stand in the device; they prove numbering, unit and word order.

The standard knows registers of 16 bits only (AP 4.2); how longer values lie in them is each vendor's choice.
"""

from __future__ import annotations

import math
import struct
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from testbed.model.base import Frozen

ValueType = Literal["uint16", "int16", "uint32", "int32", "float32", "uint64", "int64", "float64"]
Order = Literal["ABCD", "CDAB", "BADC", "DCBA"]
"""Order of the bytes on the wire, told by four: A is the most significant. For other sizes it goes alike:
CDAB has the last register first, BADC the low byte of each register first, DCBA both."""
ORDERS: tuple[Order, ...] = get_args(Order)

FORMATS = {
    "uint16": "H",
    "int16": "h",
    "uint32": "I",
    "int32": "i",
    "float32": "f",
    "uint64": "Q",
    "int64": "q",
    "float64": "d",
}
"""How the `struct` module calls each type."""


class KnownValue(Frozen):
    """One value, where it stands and how it lies there."""

    table: Literal["holding_registers", "input_registers"]
    at: Annotated[int, Field(strict=True, ge=0)]
    """Its first address, in the numbering of the declaration."""
    type: ValueType
    value: Annotated[float, Field(strict=True, allow_inf_nan=False)]
    within: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """How far the value found may lie away, for what is measured."""
    order: Order = "ABCD"

    @model_validator(mode="after")
    def _fits(self) -> KnownValue:
        try:
            self._stored(self.value)
        except (struct.error, OverflowError, ValueError) as error:
            raise ValueError(f"{self.value:g} does not fit {self.type}") from error
        return self

    @property
    def count(self) -> int:
        """How many registers it takes."""
        return struct.calcsize(FORMATS[self.type]) // 2

    def read(self, registers: tuple[int, ...], order: Order | None = None) -> float:
        """Return what registers hold, read in the declared order or in another.

        Args:
            registers: as many numbers from 0 to 65535 as the type takes.
            order: another order than the declared one.
        """
        order = order or self.order
        words = [register.to_bytes(2) for register in registers]
        if order in {"CDAB", "DCBA"}:
            words.reverse()
        if order in {"BADC", "DCBA"}:
            words = [word[::-1] for word in words]
        (found,) = struct.unpack(f">{FORMATS[self.type]}", b"".join(words))
        return float(found)

    def holds(self, registers: tuple[int, ...], order: Order | None = None) -> bool:
        """Say whether registers hold this value."""
        found = self.read(registers, order)
        return math.isfinite(found) and abs(found - self._stored(self.value)) <= self.within

    def _stored(self, value: float) -> float:
        """Return a value as its type stores it: a single has seven digits."""
        code = FORMATS[self.type]
        if "float" not in self.type:
            if not value.is_integer():
                raise ValueError
            return float(struct.unpack(f">{code}", struct.pack(f">{code}", int(value)))[0])
        return float(struct.unpack(f">{code}", struct.pack(f">{code}", value))[0])
