"""The classes behind the windows of opcua-client under each policy, mode and token, as one line of JSON.

Its arguments: the server's URL, a folder with `app.der`, `app.pem`, `user.der`, `user.pem`, and a password.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

from asyncua import ua
from PyQt5.QtWidgets import QApplication
from uaclient.uaclient import UaClient

URI = "urn:mother-factory:testbed"
POLICIES = ("None", "Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
MODES = {1: None, 2: "Sign", 3: "SignAndEncrypt"}
NODE = "Access.UserReadOnly"
USER_ACCESS_LEVEL = 18


def met(url: str, folder: Path, way: tuple[str, int, str], password: str) -> int:
    """Connect in one way, and return what the user may do with a node."""
    policy, mode, kind = way
    client = UaClient()
    client.application_uri = URI
    client.application_certificate_path = str(folder / "app.der")
    client.application_private_key_path = str(folder / "app.pem")
    client.security_mode, client.security_policy = MODES[mode], None if policy == "None" else policy
    if kind == "username":
        url = url.replace("//", f"//operator:{password}@")
    elif kind == "certificate":
        client.user_certificate_path = str(folder / "user.der")
        client.user_private_key_path = str(folder / "user.pem")
    client.connect(url)
    try:
        index = client.client.get_namespace_index("https://example.org/mother-factory/plc")
        found = client.get_node(f"ns={index};s={NODE}").read_attribute(ua.AttributeIds(USER_ACCESS_LEVEL))
    finally:
        client.disconnect()
    return int(found.Value.Value)


def main(url: str, folder: str, password: str) -> None:
    """Go through all ways, one after the other."""
    application = QApplication(sys.argv[:1])
    found = {}
    with redirect_stdout(sys.stderr):
        for policy in POLICIES:
            for mode in (1,) if policy == "None" else (2, 3):
                for kind in ("anonymous", "username", "certificate"):
                    level = met(url, Path(folder), (policy, mode, kind), password)
                    found[f"{policy} {mode} {kind}"] = level
    print(json.dumps(found))  # noqa: T201
    del application


main(*sys.argv[1:])
