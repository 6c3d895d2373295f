"""The time of a server: wall time at its start, from then on as its event loop's time passes."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    """UTC that follows the loop's clock, so that it passes on a virtual clock too."""

    _ahead: float | None = None

    def now(self) -> datetime:
        """Return the time as an aware UTC value."""
        passed = asyncio.get_running_loop().time()
        if self._ahead is None:
            self._ahead = time.time() - passed
        return datetime.fromtimestamp(self._ahead + passed, UTC)
