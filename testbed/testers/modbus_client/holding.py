"""What a server that holds known values has to answer: by it an independent server is checked, never a client."""

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

_READS: dict[type[Request], tuple[Table, type]] = {
    ReadCoils: ("coils", ReadCoilsResponse),
    ReadDiscreteInputs: ("discrete_inputs", ReadDiscreteInputsResponse),
    ReadHoldingRegisters: ("holding_registers", ReadHoldingRegistersResponse),
    ReadInputRegisters: ("input_registers", ReadInputRegistersResponse),
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
        if type(request) in _READS:
            table, response = _READS[type(request)]
            values = self._held[table][request.address : request.address + request.quantity]  # type: ignore[attr-defined]  # all four reads have both
            if len(values) < request.quantity:  # type: ignore[attr-defined]  # as above
                return ExceptionResponse(asked.pdu[0], ILLEGAL_DATA_ADDRESS).encode()
            made: bytes = response(tuple(map(bool, values)) if table in {"coils", "discrete_inputs"} else tuple(values)).encode()
            return made
        match request:
            case WriteSingleCoil():
                return self._write(asked, "coils", request.address, (int(request.value == COIL_ON),))
            case WriteSingleRegister():
                return self._write(asked, "holding_registers", request.address, (request.value,))
            case WriteMultipleCoils():
                return self._write(asked, "coils", request.address, [int(one) for one in request.values])
            case WriteMultipleRegisters():
                return self._write(asked, "holding_registers", request.address, request.values)
        return None

    def _write(self, asked: Frame, table: Table, address: int, values: Sequence[int]) -> bytes:
        held = self._held[table]
        if address + len(values) > len(held):
            return ExceptionResponse(asked.pdu[0], ILLEGAL_DATA_ADDRESS).encode()
        held[address : address + len(values)] = values
        return asked.pdu[:5]


def is_right(answer: bytes, due: bytes) -> bool:
    """Say whether a server answered as it had to; which exception it gives is its own."""
    if due[0] & ERROR_BIT:
        return answer[:1] == due[:1] and len(answer) == len(due)
    return answer == due
