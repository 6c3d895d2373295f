"""What a vendor declares of connections: how many, what becomes of one more, how long one rests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from testbed.model.base import Duration, Frozen

MOST_CONNECTIONS = 200
"""Connections that a declared limit may have (assumed; the case that exceeds it opens one more)."""
LONGEST_REST = 60.0
"""Seconds that a case lets a connection rest at most (assumed; a run shall not take an hour for one case)."""


class Connections(Frozen):
    """The server's side of connection management (IG 4.2.1.2, 4.4.2), as far as a vendor declares it."""

    most: Annotated[int, Field(strict=True)] | None = Field(default=None, ge=1, le=MOST_CONNECTIONS)
    """Connections that can be open at once."""
    beyond: Literal["closes-oldest", "refuses"] | None = None
    """What becomes of one more: it takes the place of the one that was unused for longest, or is refused."""
    idle: Duration = Field(default=0.0, ge=0, le=86400, json_schema_extra={"default": "0 s"})
    """Seconds for which a connection without a request is kept at least; 0 where nothing is declared."""
    units: Literal["any", "own"] = "own"
    """Unit identifiers that are answered: any, as a device on TCP alone may (IG 4.4.1.2), or only its own."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.most is None) != (self.beyond is None):
            raise ValueError("`most` and `beyond` belong together: write both, or leave both out")
        return self

    @property
    def facts(self) -> Mapping[str, int]:
        """What requirements may need, by name."""
        return {
            "connection_limit": self.most or 0,
            "closes_oldest": int(self.beyond == "closes-oldest"),
            "refuses_excess": int(self.beyond == "refuses"),
            "idle": int(self.idle),
            "any_unit": int(self.units == "any"),
        }

    @property
    def rest(self) -> float:
        """Seconds that a connection may be left without a request and must still be served: nine tenths."""
        return min(0.9 * self.idle, LONGEST_REST)
