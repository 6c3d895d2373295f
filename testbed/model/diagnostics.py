"""What a declaration says of the functions that look at communication itself.

Functions 07, 08, 11, 12 and 17 (MODBUS Application Protocol V1.1b3, "AP", 6.7 to 6.10, 6.13) tell what a
device keeps of its communication; two things about them only the vendor knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from testbed.model.base import Duration, Frozen

SERVER_ID_MAX = 250
"""Bytes of the longest server id: a PDU of 253 less function, byte count and run indicator (AP 4.1, 6.13)."""


class Diagnostics(Frozen):
    """How long the server id is, and how long a restart takes."""

    server_id: Annotated[int, Field(strict=True, ge=1, le=SERVER_ID_MAX)] | None = None
    """Bytes in front of the run indicator of function 17; the standard leaves it to the device (AP 6.13)."""
    restart_within: Duration = Field(default=1.0, ge=0, le=60, json_schema_extra={"default": "1 s"})
    """Time from a restart of communications (08/01) until the device takes requests again.

    The standard sets none; 1 s is assumed.
    """


def facts_of(told: Diagnostics) -> Mapping[str, int]:
    """Return what requirements may need: the length of the server id."""
    return {"server_id": told.server_id or 0}
