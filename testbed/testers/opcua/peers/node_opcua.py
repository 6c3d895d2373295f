"""node-opcua's client: a program of Node.js, one process for one errand."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from testbed.testers.opcua.peers.client import Client, Errand, Place
from testbed.testers.product import not_installed

_PROGRAM = Path(__file__).with_name("with_node_opcua.cjs")
_MOST_OUTPUT = 1 << 20
"""Bytes that are read of what the program says (assumed)."""
MODULES = "TESTBED_NODE_MODULES"
"""Variable that names the folder in which node-opcua is installed."""


class NodeOpcua(Client):
    """node-opcua, where it is installed: in the folder that a variable names, or beside this Python."""

    name = "node-opcua"

    def __init__(self, product_version: str, node: str, modules: Path) -> None:
        super().__init__(product_version)
        self._node, self._modules = node, modules

    @classmethod
    async def find(cls) -> Client:
        """Return the program, with the version that its package has."""
        node = shutil.which("node")
        for modules in _folders():
            package = modules / cls.name / "package.json"
            if node is not None and package.is_file():
                return cls(str(json.loads(package.read_text(encoding="utf-8"))["version"]), node, modules)
        raise not_installed(cls.name)

    async def _perform(self, errand: Errand, place: Place) -> Any:
        process = await asyncio.create_subprocess_exec(
            self._node,
            str(_PROGRAM),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=os.environ | {"NODE_PATH": str(self._modules)},
            limit=_MOST_OUTPUT,
        )
        asked = {"url": place.url, "within": round(place.within * 1000), **asdict(errand)}
        try:
            said, _ = await process.communicate(json.dumps(asked).encode())
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        try:
            told = json.loads(said[:_MOST_OUTPUT])
        except ValueError as error:
            raise self.broke(error) from error
        if "error" in told:
            raise self.says(str(told["error"]))
        return told["result"]


def _folders() -> list[Path]:
    named = os.environ.get(MODULES)
    beside = Path(sys.prefix) / "npm" / "node_modules"
    return [Path(named)] if named else [beside, Path.cwd() / "node_modules"]
