"""asyncua's client, in a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import logging
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from testbed.testers.opcua.peers.client import Client, Errand, Place

if TYPE_CHECKING:
    from asyncua import Client as Library


class Asyncua(Client):
    """asyncua, whose types and encoding the bed uses, and whose client is its own."""

    name = "asyncua"

    @classmethod
    async def find(cls) -> Client:
        """Return the library's client."""
        return cls(version(cls.name))

    async def _perform(self, errand: Errand, place: Place) -> Any:
        return await asyncio.to_thread(asyncio.run, self._session(errand, place))

    async def _session(self, errand: Errand, place: Place) -> Any:
        from asyncua import Client as Library  # noqa: PLC0415 - heavy; only a meeting needs it
        from asyncua.ua.uaerrors import UaError  # noqa: PLC0415

        logging.getLogger("asyncua").addHandler(logging.NullHandler())  # it says the same by exceptions
        client = Library(place.url, timeout=place.within)
        try:
            async with client:
                return await self._do(client, errand)
        except (UaError, OSError, TimeoutError) as error:
            raise self.says(f"{type(error).__name__}: {error}") from error
        except Exception as error:
            raise self.broke(error) from error

    @staticmethod
    async def _do(client: Library, errand: Errand) -> Any:
        from asyncua import ua  # noqa: PLC0415 - heavy; only a meeting needs it

        node = client.get_node(errand.node)
        match errand.verb:
            case "read":
                return await node.read_value()
            case "write":
                kind = ua.VariantType[errand.type]
                await node.write_value(ua.DataValue(ua.Variant(errand.value, kind)))
                return None
            case "browse":
                return sorted(one.nodeid.to_string() for one in await node.get_children())
            case "call":
                arguments = [ua.Variant(one, ua.VariantType[errand.type]) for one in errand.value]
                return await node.call_method(client.get_node(errand.method), *arguments)
