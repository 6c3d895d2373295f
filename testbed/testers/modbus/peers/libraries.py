"""Independent clients that are Python libraries; their calls wait, so each runs in a thread."""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

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
from testbed.testers.product import not_installed

if TYPE_CHECKING:
    from pymodbus.client import ModbusTcpClient
    from pymodbus.pdu import ModbusPDU
    from pyModbusTCP.client import ModbusClient

_READS = {
    ReadCoils: "read_coils",
    ReadDiscreteInputs: "read_discrete_inputs",
    ReadHoldingRegisters: "read_holding_registers",
    ReadInputRegisters: "read_input_registers",
}
"""Both libraries name their reads as the standard does."""


class Library(Client):
    """A client that is a Python library whose calls wait; each runs in a thread of its own."""

    @classmethod
    async def find(cls, within: float) -> Client:  # noqa: ARG003 - a library waits as long as it is told
        """Return the library's client; its distribution has its name."""
        try:
            return cls(version(cls.name))
        except PackageNotFoundError as error:
            raise not_installed(cls.name) from error

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
            raise self.says(str(error)) from error
        except Exception as error:
            raise self.broke(error) from error
        finally:
            client.close()  # type: ignore[no-untyped-call]
        if answer is None:
            raise self.says("cannot connect")
        if answer.isError():
            raise self.says(f"exception {answer.exception_code:02X}")
        if isinstance(request, ReadCoils | ReadDiscreteInputs):
            return tuple(answer.bits[: request.quantity])
        return tuple(answer.registers) if isinstance(request, Read) else ()

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
            case _ if isinstance(request, Read):
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
            raise self.broke(error) from error
        finally:
            client.close()
        if done is None or done is False:
            raise self.says(
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
            case _ if isinstance(request, Read):
                answer = getattr(client, _READS[type(request)])(request.address, request.quantity)
            case _:
                raise NotImplementedError(type(request).__name__)
        return answer
