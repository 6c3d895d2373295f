"""One client of an OPC UA tester, from a bare connection to an activated session: each service as a method.

OPC 10000-4 1.05.04, 5.5 to 5.12. It sends exactly what it is told, and nothing is retried or repaired.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from asyncua import ua

from testbed.model.base import Text
from testbed.testers.opcua import requests
from testbed.testers.opcua.attribute_services import AttributeServices
from testbed.testers.opcua.operations import must_be_possible
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import Raw
from testbed.testers.opcua.session_services import SessionServices
from testbed.testers.opcua.view_services import ViewServices
from testbed.testers.trouble import NotTestable

MOST_OPERATIONS = 10_000
"""Operations of the largest request that is tried (assumed; a request of this size takes a megabyte)."""


class Client(SessionServices, ViewServices, AttributeServices):
    """A client with every service that cases use."""

    _asked_limit = False
    """Whether the case knows a limit of the server, and may be about to exceed it."""

    async def ask(self, request: Any, *, raws: Sequence[Raw] = (), **header: Any) -> Reply:
        """Send one request and return its answer; the header's fields as in `request`.

        Raises:
            Unanswered: silence or a close.
            NotTestable: it has more operations than the server states to take.
        """
        reply = await super().ask(request, raws=raws, **header)
        if not self._asked_limit:
            await must_be_possible(self, request, reply)
        return reply

    async def wait(self, seconds: float) -> None:
        """Send nothing for a while."""
        self.wire.recorder.note(f"waits {seconds:g} s")
        await asyncio.sleep(seconds)

    async def limit(self, node: ua.NodeId, most: int = MOST_OPERATIONS) -> int:
        """Return a limit that the server states in a node of its own.

        Args:
            node: that states it.
            most: what is still tried; by default the operations of one request.

        Raises:
            NotTestable: it states none, or one beyond what can be tried.
        """
        value = (await self.read(node)).value
        self._asked_limit = True
        if not isinstance(value, int) or not 0 < value <= most:
            raise NotTestable(
                Text(
                    en=f"the server states no limit up to {most} in {node.to_string()}",
                    ko=f"서버가 {node.to_string()}에 {most} 이하의 한도를 명시하지 않음",
                )
            )
        return value

    # Discovery service set (5.5).

    async def get_endpoints(
        self,
        url: str | None = None,
        locales: Sequence[str] = (),
        profiles: Sequence[str] = (),
        token: ua.NodeId | None = None,
    ) -> Reply:
        """Ask for the server's endpoints (5.5.4)."""
        request = requests.get_endpoints(self.url if url is None else url, locales, profiles)
        return await self.ask(request, token=token)

    async def find_servers(
        self,
        url: str | None = None,
        locales: Sequence[str] = (),
        uris: Sequence[str] = (),
        token: ua.NodeId | None = None,
    ) -> Reply:
        """Ask for the servers that it knows, itself among them (5.5.2)."""
        request = requests.find_servers(self.url if url is None else url, locales, uris)
        return await self.ask(request, token=token)

    # Method service set (5.12).

    async def call(self, owner: ua.NodeId, method: ua.NodeId, *inputs: object) -> Reply:
        """Call a method of an object (5.12.2)."""
        return await self.call_many((owner, method, inputs))

    async def call_many(self, *calls: tuple[ua.NodeId, ua.NodeId, Sequence[object]]) -> Reply:
        """Call several methods in one request (5.12.2)."""
        return await self.ask(requests.call(calls))
