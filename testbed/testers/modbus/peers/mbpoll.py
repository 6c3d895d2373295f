"""mbpoll, an independent client over libmodbus: one process for one request."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Mapping
from typing import ClassVar

from testbed.model.base import Text
from testbed.protocols.modbus import (
    COIL_ON,
    ReadCoils,
    ReadDiscreteInputs,
    ReadHoldingRegisters,
    ReadInputRegisters,
    Request,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus.peers.client import Client, Place, Read, Values
from testbed.testers.product import not_installed, readable
from testbed.testers.trouble import NotTestable


class Mbpoll(Client):
    """mbpoll, a program over libmodbus: one process a request."""

    name = "mbpoll"
    LONGEST_WAIT = 10.0
    """Seconds that its option `-o` takes at most."""
    _TABLES: ClassVar[Mapping[type[Request], str]] = {
        ReadCoils: "0",
        ReadDiscreteInputs: "1",
        ReadInputRegisters: "3:hex",
        ReadHoldingRegisters: "4:hex",
        WriteSingleCoil: "0",
        WriteMultipleCoils: "0",
        WriteSingleRegister: "4",
        WriteMultipleRegisters: "4",
    }
    _VALUE = re.compile(r"^\[\d+\]:\s+(0x[0-9A-F]{4}|[01])\s*$", re.MULTILINE)

    def __init__(self, product_version: str, program: str) -> None:
        super().__init__(product_version)
        self._program = program

    @classmethod
    async def find(cls, within: float) -> Client:
        """Return the program on the PATH, with the version that its package has, or else its own."""
        program = shutil.which(cls.name)
        if program is None:
            raise not_installed(cls.name)
        if within > cls.LONGEST_WAIT:
            raise NotTestable(
                Text(
                    en=f"mbpoll waits at most {cls.LONGEST_WAIT:g} s, the device may take longer to answer",
                    ko=f"mbpoll의 응답 대기 시간은 최대 {cls.LONGEST_WAIT:g}초로 선언된 응답 시간보다 짧음",
                )
            )
        return cls(await _version_of(program), program)

    async def _perform(self, request: Request, place: Place) -> Values:
        options = ["-0", "-1", "-a", str(place.unit), "-p", str(place.port), "-o", f"{place.within:.2f}"]
        options += ["-t", self._TABLES[type(request)], "-r", str(getattr(request, "address"))]  # noqa: B009
        values: list[str] = []
        match request:
            case WriteSingleCoil():
                values = [str(int(request.value == COIL_ON))]
            case WriteSingleRegister():
                values = [str(request.value)]
            case WriteMultipleCoils() | WriteMultipleRegisters():
                values = [str(int(value)) for value in request.values]
            case _ if isinstance(request, Read):
                options += ["-c", str(request.quantity)]
        status, said, complaint = await run(self._program, *options, place.host, *values)
        if status:
            raise self.says(complaint or f"ended with status {status}")
        found = self._VALUE.findall(said)
        if isinstance(request, ReadCoils | ReadDiscreteInputs):
            return tuple(one == "1" for one in found)
        return tuple(int(one, 16) for one in found)


_INHERITED = ("PATH", "SYSTEMROOT")
"""What a program gets of this one's environment: it should run alike everywhere."""


async def run(program: str, *arguments: str) -> tuple[int, str, str]:
    """Run a program; return its exit status, what it printed, and its complaints.

    Whatever happens meanwhile, no process is left behind.
    """
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.defpath, "LC_ALL": "C"},  # its own: pytest changes ours in another thread meanwhile
    )
    try:
        printed, complained = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, printed.decode(errors="replace"), complained.decode(errors="replace")


_versions: dict[str, str] = {}
"""Versions of programs by path, each asked for once."""


async def _version_of(program: str) -> str:
    if program not in _versions:
        said = ""
        if (asker := shutil.which("dpkg-query")) and program.startswith("/usr/bin/"):
            # Debian builds mbpoll without its version: asked with -V, release 1.4.11 calls itself 1.0-0.
            _, said, _ = await run(asker, "--show", "--showformat=${Version}", Mbpoll.name)
        if not said:
            _, said, _ = await run(program, "-V")
        _versions[program] = readable(said) or "of unknown version"
    return _versions[program]
