"""asyncua's client under each policy, mode and identity identity; prints one line of JSON.

Its arguments: the server's URL, a folder with `app.der`, `app.pem`, `user.der`, `user.pem`, and a password.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from asyncua import Client, ua
from asyncua.crypto import security_policies

URI = "urn:mother-factory:testbed"
POLICIES = ("None", "Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
NODE = "Access.UserReadOnly"
USER_ACCESS_LEVEL = 18


async def met(url: str, folder: Path, way: tuple[str, int, str], password: str) -> int:
    """Connect in one way, and return what the user may do with a node."""
    policy, mode, identity = way
    client = Client(url)
    client.application_uri = URI
    if policy != "None":
        chosen = getattr(security_policies, f"SecurityPolicy{policy}")
        files = (str(folder / "app.der"), str(folder / "app.pem"))
        await client.set_security(chosen, *files, mode=ua.MessageSecurityMode(mode))
    if identity == "username":
        client.set_user("operator")
        client.set_password(password)
    elif identity == "certificate":
        await client.load_client_certificate(str(folder / "user.der"))
        await client.load_private_key(folder / "user.pem")
    async with client:
        index = await client.get_namespace_index("https://example.org/mother-factory/plc")
        node = client.get_node(f"ns={index};s={NODE}")
        found = await node.read_attribute(ua.AttributeIds(USER_ACCESS_LEVEL))
    return int(found.Value.Value)


async def main(url: str, folder: str, password: str) -> None:
    """Go through all ways, one after the other."""
    found = {}
    for policy in POLICIES:
        for mode in (1,) if policy == "None" else (2, 3):
            for identity in ("anonymous", "username", "certificate"):
                level = await met(url, Path(folder), (policy, mode, identity), password)
                found[f"{policy.replace('_', '')} {mode} {identity}"] = level
    print(json.dumps(found))  # noqa: T201


asyncio.run(main(*sys.argv[1:]))
