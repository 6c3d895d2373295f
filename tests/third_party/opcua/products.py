"""OPC UA servers that nobody here wrote, each run by a process of its own on a free port of this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from string import Template

from testbed.wire.opcua_keys import OpcUaKeys, throw_away

SERVERS = Path(__file__).parent / "servers"
MODULES = Path(os.environ.get("TESTBED_NODE_MODULES") or Path(sys.prefix) / "npm" / "node_modules")
"""Where `make test` installs the packages of Node.js."""
ENDS_WITHIN = 15.0
"""Seconds that a server has to end once its standard input is closed."""


@dataclass(frozen=True)
class Product:
    """One server, and the declaration that its maker could sign."""

    name: str
    judged: str
    """The version whose verdicts the tests know."""

    def __str__(self) -> str:
        return self.name

    @property
    def installed(self) -> str:
        """The version at hand, empty where there is none."""
        if self.name != "node-opcua":
            return version(self.name) if find_spec(self.name) else ""
        package = MODULES / self.name / "package.json"
        if shutil.which("node") is None or not package.is_file():
            return ""
        return str(json.loads(package.read_text(encoding="utf-8"))["version"])

    @property
    def command(self) -> list[str]:
        """What starts the server."""
        if self.name == "node-opcua":
            return ["node", str(SERVERS / "with_node_opcua.cjs")]
        return [sys.executable, "-W", "ignore", str(SERVERS / f"with_{self.name}.py")]

    @contextmanager
    def running(self, keys: OpcUaKeys, folder: Path) -> Iterator[str]:
        """Start the server; yield its endpoint URL; end it.

        Args:
            keys: whom it is to trust, and its user.
            folder: where it keeps that.
        """
        with subprocess.Popen(
            [*self.command, str(keys.folder), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"NODE_PATH": str(MODULES)},
        ) as process:
            try:
                assert process.stdout is not None
                url = next((line.strip() for line in process.stdout if line.startswith("opc.tcp:")), "")
                assert url, "the server did not start"
                yield url
                assert process.poll() is None, "the server did not outlive what it was sent"
                process.communicate(timeout=ENDS_WITHIN)
            finally:
                process.kill()

    @contextmanager
    def served(self, folder: Path) -> Iterator[Path]:
        """Start the server; yield its declaration; end it."""
        keys = throw_away()
        with self.running(keys, folder / "device") as connect:
            said = Template((SERVERS / f"{self.name.replace('-', '_')}.yaml").read_text(encoding="utf-8"))
            declaration = folder / "declaration.yaml"
            text = said.substitute(connect=connect, version=self.installed, keys=keys.folder)
            declaration.write_text(text, "utf-8")
            yield declaration


ASYNCUA = Product("asyncua", "2.1.0")
OPCUA = Product("opcua", "0.98.13")
NODE_OPCUA = Product("node-opcua", "2.186.4")
