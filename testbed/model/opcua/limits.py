"""Limits that a vendor documents of its server, beyond the number of sessions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from testbed.model.base import Frozen

MOST_CHANNELS = 200
"""Secure channels that a declared limit may have (assumed; the case that exceeds it opens one more)."""


class Limits(Frozen):
    """What a server serves at once."""

    channels: Annotated[int, Field(strict=True, ge=1, le=MOST_CHANNELS)] | None = None
    """Secure channels, with and without a session."""
