"""What a server that holds known values has to answer: servers are checked by it, never a client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from testbed.model.declaration import TABLES, Table
from testbed.protocols.modbus import (
    COIL_ON,
    DecodeError,
    ExceptionResponse,
    Frame,
    ReadCoils,
    ReadCoilsResponse,
    ReadDiscreteInputs,
    ReadDiscreteInputsResponse,
    ReadHoldingRegisters,
    ReadHoldingRegistersResponse,
    ReadInputRegisters,
    ReadInputRegistersResponse,
    Request,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
    decode_request,
)
from testbed.testers.modbus_client.servers.tables import Tables

ERROR_BIT = 0x80
ILLEGAL_DATA_ADDRESS = 0x02

Read = ReadCoils | ReadDiscreteInputs | ReadHoldingRegisters | ReadInputRegisters
_TABLES: dict[type[Read], Table] = {
    ReadCoils: "coils",
    ReadDiscreteInputs: "discrete_inputs",
    ReadHoldingRegisters: "holding_registers",
    ReadInputRegisters: "input_registers",
}
_BITS = {ReadCoils: ReadCoilsResponse, ReadDiscreteInputs: ReadDiscreteInputsResponse}
_REGISTERS = {
    ReadHoldingRegisters: ReadHoldingRegistersResponse,
    ReadInputRegisters: ReadInputRegistersResponse,
}


@dataclass
class Holding:
    """The values of one server, as requests read and change them."""

    tables: Tables
    unit: int
    _held: dict[Table, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self._held = {table: list(self.tables.of(table)) for table in TABLES}

    def answer(self, asked: Frame) -> bytes | None:
        """Return the PDU that is due, and carry a write out; None where the request itself is at fault."""
        if asked.protocol or asked.unit != self.unit:
            return None
        try:
            request = decode_request(asked.pdu)
        except DecodeError:
            return None
        if isinstance(request, Read):
            return self._read(request)
        write = _write_of(request)
        return None if write is None else self._write(asked, *write)

    def _read(self, request: Read) -> bytes:
        kind, first = type(request), request.address
        values = self._held[_TABLES[kind]][first : first + request.quantity]
        if len(values) < request.quantity:
            return ExceptionResponse(request.function, ILLEGAL_DATA_ADDRESS).encode()
        if kind in _BITS:
            return _BITS[kind](tuple(map(bool, values))).encode()
        return _REGISTERS[kind](tuple(values)).encode()

    def _write(self, asked: Frame, table: Table, address: int, values: Sequence[int]) -> bytes:
        held = self._held[table]
        if address + len(values) > len(held):
            return ExceptionResponse(asked.pdu[0], ILLEGAL_DATA_ADDRESS).encode()
        held[address : address + len(values)] = values
        return asked.pdu[:5]


def _write_of(request: Request) -> tuple[Table, int, Sequence[int]] | None:
    """Return what a request writes, and where; None where it is none that these servers need to know."""
    match request:
        case WriteSingleCoil():
            return "coils", request.address, (int(request.value == COIL_ON),)
        case WriteSingleRegister():
            return "holding_registers", request.address, (request.value,)
        case WriteMultipleCoils():
            return "coils", request.address, [int(one) for one in request.values]
        case WriteMultipleRegisters():
            return "holding_registers", request.address, request.values
    return None


def is_right(answer: bytes, due: bytes) -> bool:
    """Say whether a server answered as it had to; which exception it gives is its own."""
    if due[0] & ERROR_BIT:
        return answer[:1] == due[:1] and len(answer) == len(due)
    return answer == due
