"""A device that is a client: nobody dials it, it comes by itself."""

from __future__ import annotations

import asyncio

from testbed.wire.dial import UnreachableError
from testbed.wire.simulator import Simulator


class Awaited:
    """Stands where other devices have their dial.

    Args:
        device: the client itself, where it runs in this process.
    """

    def __init__(self, device: Simulator | None) -> None:
        self.device = device

    async def __call__(self, protocol: asyncio.Protocol) -> None:
        """Refuse.

        Raises:
            UnreachableError: always.
        """
        raise UnreachableError(
            f"a client is not dialled, as {type(protocol).__name__} tried: it connects by itself"
        )
