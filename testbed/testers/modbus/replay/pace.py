"""The pause that a device wants between two requests, kept on all connections of a replay together."""

from __future__ import annotations

import asyncio


class Pace:
    """Lets nobody send too soon after somebody else.

    Args:
        pause: seconds that the device declares to want between two requests.
    """

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._next = 0.0

    async def keep(self) -> None:
        """Wait until a request may be sent, which counts as sent then."""
        loop = asyncio.get_running_loop()
        now = max(loop.time(), self._next)
        wait, self._next = now - loop.time(), now + self._pause
        await asyncio.sleep(wait)
