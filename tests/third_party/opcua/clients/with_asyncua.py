"""asyncua's client: browses, reads, writes and calls, and prints what it got as one line of JSON."""

from __future__ import annotations

import asyncio
import json
import sys

from asyncua import Client, ua

NAMESPACE = "https://example.org/mother-factory/plc"


async def main(url: str) -> None:
    """Do each errand once."""
    async with Client(url) as client:
        index = await client.get_namespace_index(NAMESPACE)
        at = f"ns={index};s="
        children = [await child.read_browse_name() for child in await client.nodes.objects.get_children()]
        read = await client.get_node(f"{at}Static.Double").read_value()
        scratch = client.get_node(f"{at}Scratch.Double")
        await scratch.write_value(ua.Variant(6.5, ua.VariantType.Double))
        written = await scratch.read_value()
        methods = client.get_node(f"{at}Methods")
        called = await methods.call_method(client.get_node(f"{at}Methods.Add").nodeid, 2.0, 3.0)
    names = [child.Name for child in children]
    print(json.dumps({"children": names, "read": read, "written": written, "called": called}))  # noqa: T201


asyncio.run(main(sys.argv[1]))
