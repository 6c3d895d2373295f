"""libmodbus, an independent server in C: the library as installed, driven by a small program of its own."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from testbed.testers.modbus_client.servers.server import ENDS_WITHIN, STARTS_WITHIN, Server
from testbed.testers.modbus_client.servers.tables import Tables
from testbed.testers.product import not_installed

LIBRARIES = ("libmodbus.so.5", "libmodbus.5.dylib", "modbus.dll")
"""Its file on the systems that have one; 5 is the interface of the releases from 3.1 on."""
PROGRAM = Path(__file__).parent / "libmodbus_program.py"


class Libmodbus(Server):
    """libmodbus, its functions that receive and reply."""

    name = "libmodbus"

    def __init__(self, product_version: str, library: str) -> None:
        super().__init__(product_version)
        self._library = library

    @classmethod
    async def find(cls) -> Server:
        """Return the library that the system's loader finds, with the version that it tells."""
        for name in LIBRARIES:
            with suppress(OSError, ValueError):  # it is not there, or is none of libmodbus
                library = ctypes.CDLL(name)
                parts = (f"libmodbus_version_{part}" for part in ("major", "minor", "micro"))
                told = [ctypes.c_uint.in_dll(library, part).value for part in parts]
                return cls(".".join(map(str, told)), name)
        raise not_installed(cls.name)

    @asynccontextmanager
    async def running(self, tables: Tables, unit: int) -> AsyncIterator[int]:  # noqa: ARG002 - it answers for every unit
        """Serve tables."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(PROGRAM),
            self._library,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C"},  # its own: it should run alike everywhere
        )
        assert process.stdin is not None and process.stdout is not None  # noqa: PT018, S101 - as asked for
        try:
            process.stdin.write(json.dumps(asdict(tables)).encode() + b"\n")
            try:
                async with asyncio.timeout(STARTS_WITHIN):
                    said = await process.stdout.readline()
            except TimeoutError as error:
                raise self.failed("does not listen in time") from error
            if not said.strip().isdigit():
                raise self.failed("did not start")
            yield int(said)
            if process.returncode is not None:
                raise self.failed(f"broke down: it ended with status {process.returncode}")
        finally:
            process.stdin.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(ENDS_WITHIN):
                    await process.wait()
            if process.returncode is None:
                process.kill()
                await process.wait()
