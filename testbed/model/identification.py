"""What a declaration says of a device's identification (MODBUS Application Protocol V1.1b3, 6.21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from testbed.model.base import Frozen

BASIC, REGULAR, EXTENDED = 1, 2, 3
INDIVIDUAL = 0x80
"""Bit of the conformity level that says that single objects may be asked for."""

OBJECTS = (
    "vendor_name",
    "product_code",
    "revision",
    "vendor_url",
    "product_name",
    "model_name",
    "user_application_name",
)
"""Names of the basic and regular objects in the order of their ids, from 0 on (AP 6.21)."""

_Told = Annotated[str, StringConstraints(min_length=1, max_length=244, pattern=r"^[\x20-\x7e]+$")]
"""ASCII that fits one answer of 253 bytes beside its seven bytes of head and two of its own."""


class Identification(Frozen):
    """The conformity level, and what objects hold where the vendor wants that held against the device."""

    conformity: Annotated[int, Field(strict=True)]
    vendor_name: _Told | None = None
    product_code: _Told | None = None
    revision: _Told | None = None
    vendor_url: _Told | None = None
    product_name: _Told | None = None
    model_name: _Told | None = None
    user_application_name: _Told | None = None

    @field_validator("conformity")
    @classmethod
    def _known(cls, value: int) -> int:
        if value & ~INDIVIDUAL not in {BASIC, REGULAR, EXTENDED}:
            raise ValueError(
                "is none; write 1 (basic), 2 (regular) or 3 (extended), or 0x81, 0x82 or 0x83 where single "
                "objects may be asked for, too"
            )
        return value

    @property
    def level(self) -> int:
        """Basic, regular or extended."""
        return self.conformity & ~INDIVIDUAL

    @property
    def individual(self) -> bool:
        """Whether single objects may be asked for."""
        return bool(self.conformity & INDIVIDUAL)

    @property
    def values(self) -> Mapping[int, str]:
        """The values given, by object id."""
        told = ((number, getattr(self, name)) for number, name in enumerate(OBJECTS))
        return {number: value for number, value in told if value is not None}


def identification_facts(told: Identification | None) -> Mapping[str, int]:
    """Return what requirements may need: the level, individual access, and how many values are given."""
    return {
        "identification_level": told.level if told else 0,
        "identification_individual": int(told.individual) if told else 0,
        "identification_values": len(told.values) if told else 0,
    }
