"""Independent servers that are Python libraries: each serves in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from testbed.testers.modbus_client.servers.server import ENDS_WITHIN, HOST, STARTS_WITHIN, Server
from testbed.testers.modbus_client.servers.tables import Tables
from testbed.testers.product import not_installed

if TYPE_CHECKING:
    from pymodbus.simulator import SimDevice

KNOCKS_EVERY = 0.02
"""Seconds between two connections to a server that is to end (assumed; one is enough for most)."""

SETTLES = 0.01
"""Seconds in which a connection that has just ended is taken leave of (assumed; a loop needs one round)."""

Began = Callable[[int], None]
"""Is told the port as soon as a server listens."""


class Library(Server):
    """A server that is a Python library; its distribution has its name."""

    @classmethod
    async def find(cls) -> Server:
        """Return the library's server."""
        try:
            return cls(version(cls.name))
        except PackageNotFoundError as error:
            raise not_installed(cls.name) from error

    @asynccontextmanager
    async def running(self, tables: Tables, unit: int) -> AsyncIterator[int]:
        """Serve tables as a unit."""
        listening, ended, end = Future[int](), Future[None](), threading.Event()

        def work() -> None:
            try:
                self._serve(tables, unit, listening.set_result, end)
            except Exception as error:  # noqa: BLE001 - whoever waits for it must hear of it
                if not listening.done():
                    listening.set_exception(error)
                else:
                    ended.set_exception(error)
                    return
            ended.set_result(None)

        threading.Thread(target=work, name=f"testbed-{self.name}", daemon=True).start()
        try:
            try:
                async with asyncio.timeout(STARTS_WITHIN):
                    port = await asyncio.wrap_future(listening)
            except TimeoutError as error:
                raise self.failed("does not listen in time") from error
            except Exception as error:
                raise self.broke(error) from error
            yield port
        finally:
            end.set()
            done = asyncio.wrap_future(ended)
            await asyncio.wait([done], timeout=ENDS_WITHIN)
            broken = done.exception() if done.done() else None
        if not done.done():
            raise self.failed("does not end")
        if broken is not None:
            raise self.failed(f"broke down: {type(broken).__name__}: {broken}")

    @abstractmethod
    def _serve(self, tables: Tables, unit: int, began: Began, end: threading.Event) -> None:
        """Serve until the end, in a thread of its own."""


class Pymodbus(Library):
    """pymodbus, its server for TCP with four separate tables."""

    name = "pymodbus"

    def _serve(self, tables: Tables, unit: int, began: Began, end: threading.Event) -> None:
        logging.getLogger("pymodbus").addHandler(logging.NullHandler())  # what it does is seen on the wire
        asyncio.run(self._served(_device(tables, unit), began, end))

    @staticmethod
    async def _served(device: SimDevice, began: Began, end: threading.Event) -> None:
        from pymodbus.server import ModbusTcpServer  # noqa: PLC0415 - heavy; only this server needs it

        server = ModbusTcpServer(device, address=(HOST, 0))
        await server.serve_forever(background=True)
        try:
            began(server.transport.sockets[0].getsockname()[1])  # type: ignore[attr-defined]  # asyncio's server
            await asyncio.to_thread(end.wait)
        finally:
            await server.shutdown()  # type: ignore[no-untyped-call]
            await asyncio.sleep(SETTLES)


def _device(tables: Tables, unit: int) -> SimDevice:
    """Return tables as pymodbus wants them: a table that is not there has registers marked as invalid."""
    from pymodbus.simulator import DataType, SimData, SimDevice  # noqa: PLC0415 - as above

    def bits(values: tuple[int, ...]) -> list[SimData]:
        return [SimData(address=0, values=[bool(one) for one in values], datatype=DataType.BITS)]

    def registers(values: tuple[int, ...]) -> list[SimData]:
        if not values:
            return [SimData(address=0, count=1 << 16, datatype=DataType.INVALID)]
        return [SimData(address=0, values=list(values), datatype=DataType.REGISTERS)]

    return SimDevice(
        id=unit,
        simdata=(
            bits(tables.coils),
            bits(tables.discrete_inputs),
            registers(tables.holding_registers),
            registers(tables.input_registers),
        ),
    )


class PyModbusTcp(Library):
    """pyModbusTCP, its server; it answers for every unit."""

    name = "pyModbusTCP"

    def _serve(self, tables: Tables, unit: int, began: Began, end: threading.Event) -> None:  # noqa: ARG002 - see above
        from pyModbusTCP.server import DataBank, ModbusServer  # noqa: PLC0415 - only this server needs it

        bank = DataBank(
            coils_size=len(tables.coils),
            d_inputs_size=len(tables.discrete_inputs),
            h_regs_size=len(tables.holding_registers),
            i_regs_size=len(tables.input_registers),
        )
        bank.set_coils(0, [bool(one) for one in tables.coils])
        bank.set_discrete_inputs(0, [bool(one) for one in tables.discrete_inputs])
        bank.set_holding_registers(0, list(tables.holding_registers))
        bank.set_input_registers(0, list(tables.input_registers))
        server = ModbusServer(host=HOST, port=0, no_block=True, data_bank=bank)
        server.start()
        port = server._service.socket.getsockname()[1]  # noqa: SLF001 - it tells its port nowhere else
        try:
            began(port)
            end.wait()
        finally:
            stopping = threading.Thread(target=server.stop, name="testbed-stop", daemon=True)
            stopping.start()
            while stopping.is_alive():  # it looks twice a second whether it is to end, or when one comes
                with suppress(OSError):
                    socket.create_connection((HOST, port), KNOCKS_EVERY).close()
                stopping.join(KNOCKS_EVERY)
