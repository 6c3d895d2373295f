"""The Attribute service set as methods of a client, and values that a case compares with or starts from.

OPC 10000-4 1.05.04, 5.11.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from asyncua import ua

from testbed.testers.opcua import requests
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import Attribute, Item, Raw, Timestamps, WriteItem
from testbed.testers.opcua.scratch import Held, read_held, store
from testbed.testers.opcua.speaking import Speaking


class AttributeServices(Speaking):
    """A client that reads and writes."""

    async def read(
        self,
        *nodes: ua.NodeId | Item,
        attribute: int = Attribute.Value,
        index_range: str | None = None,
        encoding: str | None = None,
        timestamps: int = Timestamps.Both,
        max_age: float = 0.0,
    ) -> Reply:
        """Read one attribute of each node, or what each item says (5.11.2).

        Args:
            nodes: node ids, or items.
            attribute: of each node that is no item.
            index_range: likewise, a NumericRange.
            encoding: likewise, browse name of a data encoding.
            timestamps: which are wanted.
            max_age: in milliseconds.
        """
        items = [
            one if isinstance(one, Item) else Item(one, attribute, index_range, encoding) for one in nodes
        ]
        return await self.ask(requests.read(items, timestamps, max_age))

    async def write(  # noqa: PLR0913 - the fields of the request
        self,
        node: ua.NodeId,
        value: object,
        type: str | None = None,  # noqa: A002 - the standard's word
        *,
        attribute: int = Attribute.Value,
        index_range: str | None = None,
        status: int | None = None,
        source: object = None,
        server: object = None,
    ) -> Reply:
        """Write one attribute of one node (5.11.4); see WriteItem."""
        return await self.write_many(
            WriteItem(node, value, type, attribute, index_range, status, source, server)
        )

    async def write_many(self, *items: WriteItem) -> Reply:
        """Write several items in one request (5.11.4)."""
        raws = [one.value for one in items if isinstance(one.value, Raw)]
        return await self.ask(requests.write(items), raws=raws)

    async def held(self, node: ua.NodeId, attribute: int = Attribute.Value, *, absent: object = None) -> Held:
        """Return what a node holds, for a case to compare with; no part of what is judged.

        Args:
            node: where it stands.
            attribute: of the node.
            absent: what stands for an optional attribute that the node does not have.

        Raises:
            Undecided: it cannot be read.
        """
        return await read_held(self, node, attribute, absent)

    async def read_beside(self, write: Awaitable[Reply], node: ua.NodeId) -> Reply:
        """Read a value while another session writes it; return what was read.

        Args:
            write: of the other session; it is sent first.
            node: what is read.
        """
        _, reply = await asyncio.gather(write, self.read(node))
        return reply

    async def store(self, node: ua.NodeId, value: object, type: str | None = None) -> None:  # noqa: A002 - the standard's word
        """Write a value that a case starts from; no part of what is judged.

        Raises:
            Undecided: it is refused, or there is no answer.
        """
        await store(self, node, value, type)
