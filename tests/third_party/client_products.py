"""Clients that nobody here wrote, each started by a command, with the declaration its maker could sign."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

CLIENTS = Path(__file__).parent / "clients"
HOST_PORT_UNIT = ["{host}", "{port}", "{unit}"]

MBPOLL_TABLES = {
    "fc01": "0",
    "fc02": "1",
    "fc03": "4",
    "fc04": "3",
    "fc05": "0",
    "fc06": "4",
    "fc15": "0",
    "fc16": "4",
}

SET = [4660]
"""What is written to one register."""


@dataclass(frozen=True)
class ClientProduct:
    """One client."""

    name: str
    judged: str
    """The version whose verdicts the tests know."""

    @property
    def installed(self) -> str:
        """The version at hand; a test of this product skips where it is none or another."""
        if self.name != "mbpoll":
            return version(self.name.partition(" ")[0])
        asker = shutil.which("dpkg-query")
        command = [asker, "--show", "--showformat=${Version}", "mbpoll"]
        said = asker and subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return said or "not installed"

    def declaration(self, folder: Path) -> Path:
        """Write its declaration into a folder, and return the file."""
        said: dict[str, Any] = {
            "device": {"vendor": "their authors", "model": self.name, "firmware": self.installed},
            "profile": "modbus-tcp-client@1",
            "connect": "listen://127.0.0.1:0?unit=17",
            "sessions": 2,
            "client": {"timeout": "500 ms", "acts_within": "30 s", "tasks": self._tasks()},
        }
        file = folder / "client.yaml"
        file.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
        return file

    def _tasks(self) -> dict[str, dict[str, Any]]:
        tasks = {
            "read": self._task("fc03", 107, 3),
            "poll": self._task("fc03", 107, 3, again=True),
            "inputs": self._task("fc04", 8, 2),
            "coils": self._task("fc01", 19, 19),
            "contacts": self._task("fc02", 196, 22),
            "switch": self._task("fc05", 172, 1, [1]),
            "set": self._task("fc06", 1, 1, SET),
            "switches": self._task("fc15", 19, 10, [1, 0, 1, 1, 0, 0, 1, 1, 1, 0]),
            "setpoints": self._task("fc16", 1, 2, [10, 258]),
        }
        for kind in self._types:
            tasks[kind] = self._task("fc03", 200, 1, kind=kind)
        return tasks

    @property
    def _types(self) -> tuple[str, ...]:
        if self.name.startswith("pymodbus"):
            return ("int16", "uint32", "int32", "float32", "uint64", "int64", "float64")
        return ("int32", "float32") if self.name == "mbpoll" else ()

    def _task(  # noqa: PLR0913 - the parts of a task
        self,
        function: str,
        address: int,
        count: int,
        values: list[int] | None = None,
        *,
        again: bool = False,
        kind: str = "",
    ) -> dict[str, Any]:
        make = self._mbpoll if self.name == "mbpoll" else self._script
        task: dict[str, Any] = {"does": function, "at": address, "count": count}
        task["command"] = make(function, address, count, values or [], again=again, kind=kind)
        if values is None:
            pattern = r"^\[\d+\]:\s+(\S+)" if self.name == "mbpoll" else r"^\S+$"
            task["belief"] = {"where": "stdout", "pattern": pattern}
        else:
            task["values"] = values
        return task | ({"again": True} if again else {}) | ({"type": kind} if kind else {})

    def _script(  # noqa: PLR0913 - the parts of a task
        self, function: str, address: int, count: int, values: list[int], *, again: bool, kind: str
    ) -> list[str]:
        library, _, way = self.name.partition(" ")
        script = str(CLIENTS / f"with_{library.lower()}.py")
        registers = count * int(kind.lstrip("uintfloa") or 16) // 16
        options = ["--again"] * again + (["--as", kind] if kind else [])
        place = [*([way] if way else []), *HOST_PORT_UNIT]
        return [
            sys.executable,
            script,
            *place,
            function,
            str(address),
            str(registers),
            *options,
            *map(str, values),
        ]

    def _mbpoll(  # noqa: PLR0913 - the parts of a task
        self, function: str, address: int, count: int, values: list[int], *, again: bool, kind: str
    ) -> list[str]:
        shape = {"int32": ":int", "float32": ":float"}.get(kind, "")
        options = ["-0", "-a", "{unit}", "-p", "{port}", "-o", "0.5", "-t", MBPOLL_TABLES[function] + shape]
        options += ["-r", str(address), *(["-l", "200"] if again else ["-1"])]
        options += [] if values else ["-c", str(count)]
        options += ["-B"] if kind in {"int32", "float32"} else []
        return ["mbpoll", *options, "{host}", *map(str, values)]


PRODUCTS = (
    ClientProduct("pymodbus sync", "3.16.1"),
    ClientProduct("pymodbus async", "3.16.1"),
    ClientProduct("pyModbusTCP", "0.3.1"),
    ClientProduct("mbpoll", "1.4.11+dfsg-2"),
)
