"""One act of a product, without a suite around it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from testbed.model.declaration import Declaration
from testbed.testers.modbus_client.bench import ClientBench
from testbed.testers.modbus_client.desk import ClientCase
from testbed.wire.awaiting import Awaited
from testbed.wire.recorder import Recorder

READS = """
import socket, struct, sys, time
host, port, unit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def ask(line, transaction=1):
    line.sendall(struct.pack(">HHHBBHH", transaction, 0, 6, unit, 3, 107, 3))

def answer(line):
    data = b""
    while len(data) < 15:
        more = line.recv(64)
        if not more:
            sys.exit(1)
        data += more
    return struct.unpack(">3H", data[9:15])
"""
"""What the scripts below have in common: a client of thirty lines, with no checks at all."""


def script(text: str) -> list[str]:
    """Return the command that runs a script with the endpoint."""
    return [sys.executable, "-c", READS + text, "{host}", "{port}", "{unit}"]


def desk(
    command: list[str],
    belief: dict[str, Any] | None = None,
    *,
    connect: str = "",
    failed: str = "",
    **client: Any,
) -> ClientCase:
    """Return one case of a product that a command makes read three registers."""
    task = {
        "does": "fc03",
        "at": 107,
        "count": 3,
        "command": command,
        "failed": failed,
        "belief": belief or {"where": "stdout", "pattern": r"\d+"},
    }
    said = Declaration.model_validate(
        {
            "device": {"vendor": "nobody", "model": "script", "firmware": "1"},
            "profile": "modbus-tcp-client@1",
            "connect": connect or "listen://127.0.0.1:0?unit=17",
            "client": {"timeout": "300 ms", "acts_within": "5 s", "tasks": {"read": task}, **client},
        }
    )
    clock = asyncio.get_running_loop().time
    return ClientBench(said, Awaited(None), 1).case("case", (), "", Recorder(clock))


def running(mark: str) -> list[int]:
    """Return the processes whose command line holds a mark."""
    found = set()
    for _ in range(5):  # one that goes from process to process may slip through a look
        for process in sorted((int(one.name) for one in Path("/proc").glob("[0-9]*")), reverse=True):
            try:
                if mark.encode() in Path("/proc", str(process), "cmdline").read_bytes():
                    found.add(process)
            except OSError:
                continue
    return sorted(found)
