"""Independent Modbus/TCP clients: programs of others, run as their users run them, never retrying.

Each makes one connection for one request. What a client says against the device is a finding; what it cannot
say because it broke down itself leaves the case undecided.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, ClassVar

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
from testbed.testers.trouble import NotTestable, Unanswered, Undecided

if TYPE_CHECKING:
    from pymodbus.client import ModbusTcpClient
    from pymodbus.pdu import ModbusPDU
    from pyModbusTCP.client import ModbusClient

MOST_SAID = 200
"""Characters kept of what a client says; some of it may be the device's own words."""
LEAVE_WITHIN = 5.0
"""Seconds that a client may take beyond its own time-out (assumed)."""

Values = tuple[int, ...] | tuple[bool, ...]


@dataclass(frozen=True)
class Place:
    """Where a client finds the device, and how long it waits for an answer."""

    host: str
    port: int
    unit: int
    within: float
    """Seconds."""


class Client(ABC):
    """One independent client."""

    name: ClassVar[str]

    def __init__(self, product_version: str) -> None:
        self.version = product_version

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @classmethod
    @abstractmethod
    async def find(cls, within: float) -> Client:
        """Return the client as installed here.

        Args:
            within: seconds that it will have to wait for an answer.

        Raises:
            NotTestable: it is not installed, or cannot be run so.
        """

    async def perform(self, request: Request, place: Place) -> Values:
        """Carry one request out; return the values read, or none for a write.

        Raises:
            Unanswered: the client could not, and says why.
            Undecided: the client itself broke down.
        """
        try:
            async with asyncio.timeout(place.within + LEAVE_WITHIN):
                values = await self._perform(request, place)
        except TimeoutError as error:
            raise self._says("did not come to an end") from error
        wanted = getattr(request, "quantity", 0) if type(request) in _READS else 0
        if len(values) != wanted:
            raise self._says(f"got {len(values)} of {wanted} values")
        return values

    @abstractmethod
    async def _perform(self, request: Request, place: Place) -> Values: ...

    def _says(self, what: str) -> Unanswered:
        said = f"{self}: {_readable(what)}"
        return Unanswered(Text(en=said, ko=said))

    def _broke(self, error: Exception) -> Undecided:
        said = f"{self} broke down: {_readable(f'{type(error).__name__}: {error}')}"
        return Undecided(Text(en=said, ko=f"클라이언트 자체 오류, {said}"))


def _readable(what: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in what).split())[:MOST_SAID]


def _not_installed(name: str) -> NotTestable:
    return NotTestable(Text(en=f"{name} is not installed", ko=f"설치되지 않음: {name}"))


_READS = {
    ReadCoils: "read_coils",
    ReadDiscreteInputs: "read_discrete_inputs",
    ReadHoldingRegisters: "read_holding_registers",
    ReadInputRegisters: "read_input_registers",
}
_READ = ReadCoils | ReadDiscreteInputs | ReadHoldingRegisters | ReadInputRegisters
"""Both libraries name their reads as the standard does."""


class Library(Client):
    """A client that is a Python library whose calls wait; each runs in a thread of its own."""

    @classmethod
    async def find(cls, within: float) -> Client:  # noqa: ARG003 - a library waits as long as it is told
        """Return the library's client; its distribution has its name."""
        try:
            return cls(version(cls.name))
        except PackageNotFoundError as error:
            raise _not_installed(cls.name) from error

    async def _perform(self, request: Request, place: Place) -> Values:
        return await asyncio.to_thread(self._call, request, place)

    @abstractmethod
    def _call(self, request: Request, place: Place) -> Values: ...


class Pymodbus(Library):
    """pymodbus, its synchronous client."""

    name = "pymodbus"

    def _call(self, request: Request, place: Place) -> Values:
        from pymodbus import ModbusException  # noqa: PLC0415 - heavy; only this client needs it
        from pymodbus.client import ModbusTcpClient  # noqa: PLC0415

        logging.getLogger("pymodbus").addHandler(logging.NullHandler())  # it says the same by exceptions
        client = ModbusTcpClient(place.host, port=place.port, timeout=place.within, retries=0)
        try:
            connected = client.connect()  # type: ignore[no-untyped-call]
            answer = self._ask(client, request, place.unit) if connected else None
        except (ModbusException, OSError) as error:
            raise self._says(str(error)) from error
        except Exception as error:
            raise self._broke(error) from error
        finally:
            client.close()  # type: ignore[no-untyped-call]
        if answer is None:
            raise self._says("cannot connect")
        if answer.isError():
            raise self._says(f"exception {answer.exception_code:02X}")
        if isinstance(request, ReadCoils | ReadDiscreteInputs):
            return tuple(answer.bits[: request.quantity])
        return tuple(answer.registers) if type(request) in _READS else ()

    @staticmethod
    def _ask(client: ModbusTcpClient, request: Request, unit: int) -> ModbusPDU:
        match request:
            case WriteSingleCoil():
                return client.write_coil(request.address, request.value == COIL_ON, device_id=unit)
            case WriteSingleRegister():
                return client.write_register(request.address, request.value, device_id=unit)
            case WriteMultipleCoils():
                return client.write_coils(request.address, list(request.values), device_id=unit)
            case WriteMultipleRegisters():
                return client.write_registers(request.address, list(request.values), device_id=unit)
            case ReadCoils() | ReadDiscreteInputs() | ReadHoldingRegisters() | ReadInputRegisters():
                read = getattr(client, _READS[type(request)])
                answer: ModbusPDU = read(request.address, count=request.quantity, device_id=unit)
                return answer
        raise NotImplementedError(type(request).__name__)


class PyModbusTcp(Library):
    """pyModbusTCP."""

    name = "pyModbusTCP"

    def _call(self, request: Request, place: Place) -> Values:
        from pyModbusTCP.client import ModbusClient  # noqa: PLC0415 - only this client needs it

        client = ModbusClient(
            place.host, place.port, unit_id=place.unit, timeout=place.within, auto_open=False
        )
        try:
            done = self._ask(client, request) if client.open() else None
        except Exception as error:
            raise self._broke(error) from error
        finally:
            client.close()
        if done is None or done is False:
            raise self._says(
                f"exception {client.last_except:02X}" if client.last_except else client.last_error_as_txt
            )
        return () if done is True else tuple(done)

    @staticmethod
    def _ask(client: ModbusClient, request: Request) -> list[int] | list[bool] | bool | None:
        answer: list[int] | list[bool] | bool | None
        match request:
            case WriteSingleCoil():
                answer = client.write_single_coil(request.address, request.value == COIL_ON)
            case WriteSingleRegister():
                answer = client.write_single_register(request.address, request.value)
            case WriteMultipleCoils():
                answer = client.write_multiple_coils(request.address, list(request.values))
            case WriteMultipleRegisters():
                answer = client.write_multiple_registers(request.address, list(request.values))
            case ReadCoils() | ReadDiscreteInputs() | ReadHoldingRegisters() | ReadInputRegisters():
                answer = getattr(client, _READS[type(request)])(request.address, request.quantity)
            case _:
                raise NotImplementedError(type(request).__name__)
        return answer


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
            raise _not_installed(cls.name)
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
            case ReadCoils() | ReadDiscreteInputs() | ReadHoldingRegisters() | ReadInputRegisters():
                options += ["-c", str(request.quantity)]
        status, said, complaint = await run(self._program, *options, place.host, *values)
        if status:
            raise self._says(complaint or f"ended with status {status}")
        found = self._VALUE.findall(said)
        if isinstance(request, ReadCoils | ReadDiscreteInputs):
            return tuple(one == "1" for one in found)
        return tuple(int(one, 16) for one in found)


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
        _versions[program] = _readable(said) or "of unknown version"
    return _versions[program]


CLIENTS: Mapping[str, type[Client]] = {one.name: one for one in (Pymodbus, PyModbusTcp, Mbpoll)}
"""Every independent client, by name."""
