"""Fields of each function, request and response, in order (MODBUS Application Protocol V1.1b3, 6)."""

from collections.abc import Callable

from testbed.protocols.modbus.codes import Function
from testbed.protocols.modbus.encapsulated import MeiType
from testbed.protocols.modbus.fields import Cursor
from testbed.protocols.modbus.serial_line import SubFunction

_READ_REQUEST_SIZE = 5
"""Bytes of a PDU that asks for a quantity of bits or registers."""

_COIL_WORDS = {0xFF00: " (on)", 0x0000: " (off)"}
_SUB_FUNCTIONS = {code.value: code.name.replace("_", " ").lower() for code in SubFunction}
_MEI_TYPES = {code.value: code.name.replace("_", " ").lower() for code in MeiType}


def _read_request(cursor: Cursor) -> None:
    cursor.number("starting address")
    cursor.count("quantity", 2)


def _coils_response(cursor: Cursor) -> None:
    cursor.bits("coil status", cursor.count("byte count", 1), _quantity_asked(cursor))


def _inputs_response(cursor: Cursor) -> None:
    cursor.bits("input status", cursor.count("byte count", 1), _quantity_asked(cursor))


def _quantity_asked(cursor: Cursor) -> int | None:
    """The quantity in the request, where that is known and of the same function."""
    head = cursor.request[:_READ_REQUEST_SIZE]
    if len(head) < _READ_REQUEST_SIZE or head[0] != cursor.adu[cursor.pdu_at]:
        return None
    return int.from_bytes(head[-2:], "big")


def _registers_response(cursor: Cursor) -> None:
    cursor.registers("register values", cursor.count("byte count", 1))


def _write_single_coil(cursor: Cursor) -> None:
    cursor.number("output address")
    cursor.code("output value", 2, lambda value: f"0x{value:04X}{_COIL_WORDS.get(value, '')}")


def _write_single_register(cursor: Cursor) -> None:
    cursor.number("register address")
    cursor.number("register value")


def _exception_status(cursor: Cursor) -> None:
    cursor.number("output data", 1)


def _diagnostics(cursor: Cursor) -> None:
    cursor.code("sub-function", 2, lambda code: f"{code} ({_SUB_FUNCTIONS.get(code, 'not public')})")
    cursor.octets("data", cursor.left)


def _event_counter(cursor: Cursor) -> None:
    cursor.number("status")
    cursor.count("event count", 2)


def _event_log(cursor: Cursor) -> None:
    byte_count = cursor.count("byte count", 1)
    cursor.number("status")
    cursor.count("event count", 2)
    cursor.count("message count", 2)
    cursor.octets("events", max(byte_count - 6, 0))


def _write_coils(cursor: Cursor) -> None:
    cursor.number("starting address")
    quantity = cursor.count("quantity", 2)
    cursor.bits("output values", cursor.count("byte count", 1), quantity)


def _write_registers(cursor: Cursor) -> None:
    _read_request(cursor)
    _registers_response(cursor)


def _server_id(cursor: Cursor) -> None:
    cursor.text("server id, run indicator, additional data", min(cursor.count("byte count", 1), cursor.left))


def _read_file_request(cursor: Cursor) -> None:
    cursor.within(cursor.count("byte count", 1))
    while cursor.left:
        _record(cursor)


def _read_file_response(cursor: Cursor) -> None:
    cursor.within(cursor.count("response data length", 1))
    while cursor.left:
        length = cursor.count("file response length", 1)
        cursor.number("reference type", 1)
        cursor.registers("record data", max(length - 1, 0))


def _write_file(cursor: Cursor) -> None:
    cursor.within(cursor.count("data length", 1))
    while cursor.left:
        cursor.registers("record data", 2 * _record(cursor))


def _record(cursor: Cursor) -> int:
    cursor.number("reference type", 1)
    cursor.number("file number")
    cursor.number("record number")
    return cursor.count("record length", 2)


def _mask_write(cursor: Cursor) -> None:
    cursor.number("reference address")
    cursor.number("AND mask")
    cursor.number("OR mask")


def _read_write_request(cursor: Cursor) -> None:
    cursor.number("read starting address")
    cursor.count("quantity to read", 2)
    cursor.number("write starting address")
    cursor.count("quantity to write", 2)
    cursor.registers("write register values", cursor.count("byte count", 1))


def _fifo_request(cursor: Cursor) -> None:
    cursor.number("FIFO pointer address")


def _fifo_response(cursor: Cursor) -> None:
    cursor.count("byte count", 2)
    cursor.registers("FIFO value registers", 2 * cursor.count("FIFO count", 2))


def _encapsulated(cursor: Cursor) -> int:
    return cursor.code("MEI type", 1, lambda code: f"{code} ({_MEI_TYPES.get(code, 'not public')})")


def _encapsulated_request(cursor: Cursor) -> None:
    if _encapsulated(cursor) == MeiType.READ_DEVICE_IDENTIFICATION:
        cursor.number("read device id code", 1)
        cursor.number("object id", 1)
    else:
        cursor.octets("MEI type specific data", cursor.left)


def _encapsulated_response(cursor: Cursor) -> None:
    if _encapsulated(cursor) == MeiType.READ_DEVICE_IDENTIFICATION:
        cursor.number("read device id code", 1)
        cursor.number("conformity level", 1)
        cursor.number("more follows", 1)
        cursor.number("next object id", 1)
        for _ in range(cursor.count("number of objects", 1)):
            cursor.number("object id", 1)
            cursor.text("object value", cursor.count("object length", 1))
    else:
        cursor.octets("MEI type specific data", cursor.left)


_BOTH: dict[int, Callable[[Cursor], None]] = {
    Function.WRITE_SINGLE_COIL: _write_single_coil,
    Function.WRITE_SINGLE_REGISTER: _write_single_register,
    Function.DIAGNOSTICS: _diagnostics,
    Function.WRITE_FILE_RECORD: _write_file,
    Function.MASK_WRITE_REGISTER: _mask_write,
}

REQUESTS = _BOTH | {
    Function.READ_COILS: _read_request,
    Function.READ_DISCRETE_INPUTS: _read_request,
    Function.READ_HOLDING_REGISTERS: _read_request,
    Function.READ_INPUT_REGISTERS: _read_request,
    Function.WRITE_MULTIPLE_COILS: _write_coils,
    Function.WRITE_MULTIPLE_REGISTERS: _write_registers,
    Function.READ_FILE_RECORD: _read_file_request,
    Function.READ_WRITE_MULTIPLE_REGISTERS: _read_write_request,
    Function.READ_FIFO_QUEUE: _fifo_request,
    Function.ENCAPSULATED_INTERFACE: _encapsulated_request,
}

RESPONSES = _BOTH | {
    Function.READ_COILS: _coils_response,
    Function.READ_DISCRETE_INPUTS: _inputs_response,
    Function.READ_HOLDING_REGISTERS: _registers_response,
    Function.READ_INPUT_REGISTERS: _registers_response,
    Function.READ_EXCEPTION_STATUS: _exception_status,
    Function.GET_COMM_EVENT_COUNTER: _event_counter,
    Function.GET_COMM_EVENT_LOG: _event_log,
    Function.WRITE_MULTIPLE_COILS: _read_request,
    Function.WRITE_MULTIPLE_REGISTERS: _read_request,
    Function.REPORT_SERVER_ID: _server_id,
    Function.READ_FILE_RECORD: _read_file_response,
    Function.READ_WRITE_MULTIPLE_REGISTERS: _registers_response,
    Function.READ_FIFO_QUEUE: _fifo_response,
    Function.ENCAPSULATED_INTERFACE: _encapsulated_response,
}
