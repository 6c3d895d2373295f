"""asyncua's own server, as its documentation sets one up, with a variable of each kind that the suite wants.

Prints the endpoint URL at which it serves; ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import UTC, datetime
from socket import AF_INET, SOCK_STREAM, socket
from uuid import UUID

from asyncua import Server, ua, uamethod

SCALARS = {
    "Boolean": True, "SByte": -5, "Byte": 5, "Int16": -300, "UInt16": 300, "Int32": -70000, "UInt32": 70000,
    "Int64": -5_000_000_000, "UInt64": 5_000_000_000, "Float": 1.5, "Double": 2.25, "String": "text",
    "DateTime": datetime(2026, 11, 22, tzinfo=UTC), "Guid": UUID(int=7), "ByteString": b"bytes",
}  # fmt: skip
MOST_OPERATIONS = 100


@uamethod
def add(_parent: object, left: float, right: float) -> float:
    """Return a sum."""
    return left + right


async def state_limits(server: Server) -> None:
    """State as many operations a request as it carries out in time; unasked it says 10,000."""
    limits = server.get_node(ua.ObjectIds.Server_ServerCapabilities_OperationLimits)
    for limit in await limits.get_properties():
        if await limit.read_value():
            await limit.write_value(ua.Variant(MOST_OPERATIONS, ua.VariantType.UInt32))


async def main() -> None:
    """Serve until nobody holds the other end of standard input."""
    logging.disable(logging.CRITICAL)
    server = Server()
    await server.init()
    with socket(AF_INET, SOCK_STREAM) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    url = f"opc.tcp://127.0.0.1:{port}/"
    server.set_endpoint(url)
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace("urn:testbed:values")
    folder = await server.nodes.objects.add_folder(ua.NodeId("Values", index), "Values")
    for name, value in SCALARS.items():
        kind = ua.VariantType[name]
        for prefix in ("Static", "Scratch"):
            for suffix, held in (("", value), ("Array", [value] * 10)):
                node = ua.NodeId(f"{prefix}.{name}{suffix}", index)
                made = await folder.add_variable(node, f"{prefix}.{name}{suffix}", held, kind)
                if prefix == "Scratch":
                    await made.set_writable()
    inputs = [ua.VariantType.Double, ua.VariantType.Double]
    await folder.add_method(ua.NodeId("Add", index), "Add", add, inputs, [ua.VariantType.Double])
    await state_limits(server)
    async with server:
        print(url, flush=True)  # noqa: T201 - its only message
        await asyncio.to_thread(sys.stdin.read)


asyncio.run(main())
