"""What a vendor declares of a gateway: the units behind it, one that nobody has, one that does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from testbed.model.base import Frozen

MOST_UNITS = 32
"""Units that a case asks one after the other (assumed; a segment of RS-485 has as many, SL 3.4.1)."""

Unit = Annotated[int, Field(strict=True, ge=0, le=255)]


class Gateway(Frozen):
    """The devices that one connection reaches by their unit identifiers (IG 4.4.1.2)."""

    units: Annotated[tuple[Unit, ...], Field(min_length=1, max_length=MOST_UNITS)]
    """Unit identifiers of devices that answer."""
    absent: Unit | None = None
    """A unit identifier to which no path leads: it is answered with exception 0A, or 0B (AP 7)."""
    silent: Unit | None = None
    """A unit identifier with a path at whose end nobody answers: it is answered with exception 0B (AP 7)."""

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        if len(set(self.units)) != len(self.units):
            raise ValueError("`units` names a unit twice")
        for name in ("absent", "silent"):
            if getattr(self, name) in self.units:
                raise ValueError(f"`{name}` is one of `units`, which answer")
        if self.absent is not None and self.absent == self.silent:
            raise ValueError("`absent` and `silent` are one unit; to one a path leads, to the other none")
        return self


def facts_of(gateway: Gateway | None) -> Mapping[str, int]:
    """Return what requirements may need, by name."""
    return {
        "gateway": 0 if gateway is None else len(gateway.units),
        "undeclared gateway": int(gateway is None),
        "gateway_absent": int(gateway is not None and gateway.absent is not None),
        "gateway_silent": int(gateway is not None and gateway.silent is not None),
    }
