"""What every independent server has in common: it serves tables on a loopback port until it is ended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager

from testbed.model.base import Text
from testbed.testers.modbus_client.servers.tables import Tables
from testbed.testers.product import Product, readable
from testbed.testers.trouble import Undecided

HOST = "127.0.0.1"
STARTS_WITHIN = 20.0
"""Seconds that a server has to listen (assumed; a library is loaded by then, on a busy machine as well)."""
ENDS_WITHIN = 5.0
"""Seconds that a server has to end once it is told to (assumed)."""


class Server(Product, ABC):
    """One independent server."""

    @classmethod
    @abstractmethod
    async def find(cls) -> Server:
        """Return the server as installed here.

        Raises:
            NotTestable: it is not installed.
        """

    @abstractmethod
    def running(self, tables: Tables, unit: int) -> AbstractAsyncContextManager[int]:
        """Serve tables as a unit; what is entered is the port.

        Raises:
            Undecided: the server does not start, or does not end.
        """

    def broke(self, error: Exception) -> Undecided:
        """Return that the server broke down by itself."""
        return self.failed(f"broke down: {type(error).__name__}: {error}")

    def failed(self, what: str) -> Undecided:
        """Return that the server did not do its part, so that nothing is said of the client."""
        said = readable(f"{self} {what}")
        return Undecided(Text(en=said, ko=f"독립 서버의 문제, {said}"))
