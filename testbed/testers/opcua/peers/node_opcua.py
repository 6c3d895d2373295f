"""node-opcua's client: a program of Node.js, one session for one errand."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from testbed.testers.opcua.peers.client import Client, Errand, Place
from testbed.testers.opcua.peers.node_process import NodeProcess
from testbed.testers.product import not_installed

MODULES = "TESTBED_NODE_MODULES"
"""Variable that names the folder in which node-opcua is installed."""


class NodeOpcua(Client):
    """node-opcua, where it is installed: in the folder that a variable names, or beside this Python."""

    name = "node-opcua"
    _process: ClassVar[NodeProcess | None] = None

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

    async def _prepare(self) -> None:
        if NodeOpcua._process is None or not NodeOpcua._process.is_usable:
            NodeOpcua._process = NodeProcess(self._node, self._modules)
        try:
            await NodeOpcua._process.loaded()
        except (OSError, TimeoutError) as error:
            raise self.broke(error) from error

    async def _perform(self, errand: Errand, place: Place) -> Any:
        asked = {"url": place.url, "within": round(place.within * 1000), **asdict(errand)}
        process = NodeOpcua._process
        try:
            told = await process.perform(asked) if process is not None else {"error": "was not started"}
        except OSError as error:
            raise self.broke(error) from error
        if "error" in told:
            raise self.says(str(told["error"]))
        return told["result"]


def _folders() -> list[Path]:
    named = os.environ.get(MODULES)
    beside = Path(sys.prefix) / "npm" / "node_modules"
    return [Path(named)] if named else [beside, Path.cwd() / "node_modules"]
