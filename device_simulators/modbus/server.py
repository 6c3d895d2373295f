"""The functions of a Modbus server, without input or output: a request PDU in, a response PDU out.

MODBUS Application Protocol Specification V1.1b3 ("AP" below). Each function is a state diagram of AP 6
(Fig. 11 to 27) written down: length, quantity, byte count and value are checked first (exception 03),
then the address (02); the function itself was before (01). What is checked is in ``rules.py``. There is
no second, faster way around these methods, so that a mutant of one bites wherever it counts.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from struct import Struct
from typing import ClassVar

from device_simulators.modbus.ascii import ModbusAsciiProtocol
from device_simulators.modbus.counters import Counters
from device_simulators.modbus.datastore import Bits, Registers
from device_simulators.modbus.diagnostics import Diagnostics
from device_simulators.modbus.files import FileServer
from device_simulators.modbus.identification import IdentificationServer
from device_simulators.modbus.member import Member
from device_simulators.modbus.protocol import ModbusTcpProtocol
from device_simulators.modbus.rtu import ModbusRtuProtocol
from device_simulators.modbus.rtu_over_tcp import ModbusRtuOverTcpProtocol
from device_simulators.modbus.secure import Security
from device_simulators.modbus.visitors import Visitors
from testbed.protocols.modbus import COIL_ON, ExceptionCode, Function
from testbed.wire.simulator import Serve

ILLEGAL_FUNCTION = int(ExceptionCode.ILLEGAL_FUNCTION)
ILLEGAL_DATA_ADDRESS = int(ExceptionCode.ILLEGAL_DATA_ADDRESS)
ILLEGAL_DATA_VALUE = int(ExceptionCode.ILLEGAL_DATA_VALUE)

_two_words = Struct(">xHH").unpack_from
_three_words = Struct(">xHHH").unpack_from
_four_words = Struct(">xHHHH").unpack_from


class ModbusServer(Diagnostics, FileServer, IdentificationServer, Member, Visitors):
    """A Modbus server over four tables; those not given are empty.

    Args:
        coils: served by functions 01, 05 and 15.
        discrete_inputs: served by function 02.
        holding_registers: served by functions 03, 06, 16, 22 and 23.
        input_registers: served by function 04.
    """

    HANDLERS: ClassVar[Mapping[int, str]] = {
        Function.READ_COILS: "read_coils",
        Function.READ_DISCRETE_INPUTS: "read_discrete_inputs",
        Function.READ_HOLDING_REGISTERS: "read_holding_registers",
        Function.READ_INPUT_REGISTERS: "read_input_registers",
        Function.WRITE_SINGLE_COIL: "write_single_coil",
        Function.WRITE_SINGLE_REGISTER: "write_single_register",
        Function.WRITE_MULTIPLE_COILS: "write_multiple_coils",
        Function.WRITE_MULTIPLE_REGISTERS: "write_multiple_registers",
        Function.MASK_WRITE_REGISTER: "mask_write_register",
        Function.READ_WRITE_MULTIPLE_REGISTERS: "read_write_multiple_registers",
        Function.READ_EXCEPTION_STATUS: "read_exception_status",
        Function.DIAGNOSTICS: "diagnostics",
        Function.GET_COMM_EVENT_COUNTER: "get_comm_event_counter",
        Function.GET_COMM_EVENT_LOG: "get_comm_event_log",
        Function.REPORT_SERVER_ID: "report_server_id",
        Function.READ_FILE_RECORD: "read_file_record",
        Function.WRITE_FILE_RECORD: "write_file_record",
        Function.READ_FIFO_QUEUE: "read_fifo_queue",
        Function.ENCAPSULATED_INTERFACE: "encapsulated_interface",
    }
    """The method that answers each function; a subclass may add functions."""

    functions: ClassVar[frozenset[int]] = frozenset(HANDLERS)
    """The functions that this device serves; every other one is refused."""

    protocol_class: ClassVar[type[ModbusTcpProtocol]] = ModbusTcpProtocol
    """The framing that goes with these rules, so that a mutant can break that instead."""
    rtu_class: ClassVar[type[ModbusRtuProtocol]] = ModbusRtuProtocol
    ascii_class: ClassVar[type[ModbusAsciiProtocol]] = ModbusAsciiProtocol
    rtu_over_tcp_class: ClassVar[type[ModbusRtuOverTcpProtocol]] = ModbusRtuOverTcpProtocol
    """The same for serial lines, and for RTU frames in a TCP stream."""

    secure_class: ClassVar[type[Security]] = Security
    """Who may connect over TLS, and what each role may ask for."""

    FRAMINGS: ClassVar[Mapping[str, str]] = {
        "tcp": "protocol_class",
        "rtu": "rtu_class",
        "ascii": "ascii_class",
        "rtu+tcp": "rtu_over_tcp_class",
    }
    """The framing of each transport."""

    unit: int = 1
    """Address on a serial line, 1 to 247; a device connected directly to TCP does not look at it."""

    def __init__(
        self,
        *,
        coils: Bits | None = None,
        discrete_inputs: Bits | None = None,
        holding_registers: Registers | None = None,
        input_registers: Registers | None = None,
    ) -> None:
        self.coils = coils or Bits()
        self.discrete_inputs = discrete_inputs or Bits()
        self.holding_registers = holding_registers or Registers()
        self.input_registers = input_registers or Registers()
        self._counters = Counters()
        self.visitors = []
        # Functions of the class and not methods of self: a circle would keep the tables until a collection.
        self._handlers: list[Handler] = [type(self).unknown_function] * 256
        for function in self.functions:
            self._handlers[function] = getattr(type(self), self.HANDLERS[function])

    def serve(self, over: str = "tcp", keys: Path | None = None) -> Serve:
        """Return what makes the protocol of one connection over a transport.

        Args:
            over: the transport.
            keys: over TLS, the folder that `testbed keys mbaps` made; throw-away keys where there is none.
        """
        if over == "tls":
            return self.secure_class(self, keys).serve
        return partial(getattr(self, self.FRAMINGS[over]), self)

    def unknown_function(self, request: bytes) -> bytes:
        """Answer a function that this device does not serve (AP 7, exception 01)."""
        return self.refuse(request, ILLEGAL_FUNCTION)

    # Data

    def write_bits(self, request: bytes, address: int, quantity: int, data: bytes) -> None:  # noqa: ARG002
        """Set coils from packed bits, ignoring the bits behind the quantity (AP 6.11)."""
        self.coils.write(address, quantity, int.from_bytes(data, "little"))

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:  # noqa: ARG002
        """Set holding registers, all of them in one step (AP 6.6, 6.12, 6.16, 6.17)."""
        self.holding_registers.write(address, data)

    def write_then_read(self, request: bytes, read: tuple[int, int], address: int, data: bytes) -> bytearray:
        """Write before reading (AP 6.17); ``read`` is the address and quantity to read."""
        self.write_registers(request, address, data)
        return self.holding_registers.read(*read)

    # Functions

    def read_coils(self, request: bytes) -> bytes:
        """Function 01 (AP 6.1)."""
        return self.read_bits(request, self.coils, self.READ_COILS_MAX)

    def read_discrete_inputs(self, request: bytes) -> bytes:
        """Function 02 (AP 6.2)."""
        return self.read_bits(request, self.discrete_inputs, self.READ_DISCRETE_INPUTS_MAX)

    def read_holding_registers(self, request: bytes) -> bytes:
        """Function 03 (AP 6.3)."""
        return self.read_registers(request, self.holding_registers, self.READ_HOLDING_REGISTERS_MAX)

    def read_input_registers(self, request: bytes) -> bytes:
        """Function 04 (AP 6.4)."""
        return self.read_registers(request, self.input_registers, self.READ_INPUT_REGISTERS_MAX)

    def read_bits(self, request: bytes, table: Bits, maximum: int) -> bytes:
        """Functions 01 and 02 (AP Fig. 11, 12)."""
        if not self.length_is_right(request, 5):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        address, quantity = _two_words(request)
        if not self.quantity_is_legal(request, quantity, maximum):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        if not self.range_is_served(request, table, address, quantity):
            return self.refuse(request, ILLEGAL_DATA_ADDRESS)
        return self.values(request, self.pack_bits(request, table.read(address, quantity), quantity))

    def read_registers(self, request: bytes, table: Registers, maximum: int) -> bytes:
        """Functions 03 and 04 (AP Fig. 13, 14)."""
        if not self.length_is_right(request, 5):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        address, quantity = _two_words(request)
        if not self.quantity_is_legal(request, quantity, maximum):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        if not self.range_is_served(request, table, address, quantity):
            return self.refuse(request, ILLEGAL_DATA_ADDRESS)
        return self.values(request, table.read(address, quantity))

    def write_single_coil(self, request: bytes) -> bytes:
        """Function 05 (AP 6.5, Fig. 15)."""
        if not self.length_is_right(request, 5):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        address, value = _two_words(request)
        if not self.coil_value_is_legal(request, value):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        if not self.range_takes_writes(request, self.coils, address, 1):
            return self.refuse(request, ILLEGAL_DATA_ADDRESS)
        self.write_bits(request, address, 1, bytes((value == COIL_ON,)))
        return self.echo(request)

    def write_single_register(self, request: bytes) -> bytes:
        """Function 06 (AP 6.6, Fig. 16); every value is legal (AP 7, code 03)."""
        if not self.length_is_right(request, 5):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        address, _ = _two_words(request)
        if not self.range_takes_writes(request, self.holding_registers, address, 1):
            return self.refuse(request, ILLEGAL_DATA_ADDRESS)
        self.write_registers(request, address, request[3:])
        return self.echo(request)

    def write_multiple_coils(self, request: bytes) -> bytes:
        """Function 15 (AP 6.11, Fig. 21)."""
        if not self.length_is_right(request, _length_with_data(request, 5)):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        address, quantity = _two_words(request)
        if not (
            self.quantity_is_legal(request, quantity, self.WRITE_MULTIPLE_COILS_MAX)
            and self.byte_count_is_right(request, request[5], (quantity + 7) // 8)
        ):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        if not self.range_takes_writes(request, self.coils, address, quantity):
            return self.refuse(request, ILLEGAL_DATA_ADDRESS)
        self.write_bits(request, address, quantity, request[6:])
        return self.confirm(request)

    def write_multiple_registers(self, request: bytes) -> bytes:
        """Function 16 (AP 6.12, Fig. 22)."""
        if not self.length_is_right(request, _length_with_data(request, 5)):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        address, quantity = _two_words(request)
        if not (
            self.quantity_is_legal(request, quantity, self.WRITE_MULTIPLE_REGISTERS_MAX)
            and self.byte_count_is_right(request, request[5], 2 * quantity)
        ):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        if not self.range_takes_writes(request, self.holding_registers, address, quantity):
            return self.refuse(request, ILLEGAL_DATA_ADDRESS)
        self.write_registers(request, address, request[6:])
        return self.confirm(request)

    def mask_write_register(self, request: bytes) -> bytes:
        """Function 22 (AP 6.16, Fig. 26); every pair of masks is legal."""
        if not self.length_is_right(request, 7):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        address, and_mask, or_mask = _three_words(request)
        if not self.range_takes_writes(request, self.holding_registers, address, 1):
            return self.refuse(request, ILLEGAL_DATA_ADDRESS)
        value = self.masked(self.holding_registers[address], and_mask, or_mask)
        self.write_registers(request, address, value.to_bytes(2))
        return self.echo(request)

    def read_write_multiple_registers(self, request: bytes) -> bytes:
        """Function 23 (AP 6.17, Fig. 27)."""
        if not self.length_is_right(request, _length_with_data(request, 9)):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        read_address, read_quantity, address, quantity = _four_words(request)
        if not (
            self.quantity_is_legal(request, read_quantity, self.READ_WRITE_READ_MAX)
            and self.quantity_is_legal(request, quantity, self.READ_WRITE_WRITE_MAX)
            and self.byte_count_is_right(request, request[9], 2 * quantity)
        ):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        if not (
            self.range_is_served(request, self.holding_registers, read_address, read_quantity)
            and self.range_takes_writes(request, self.holding_registers, address, quantity)
        ):
            return self.refuse(request, ILLEGAL_DATA_ADDRESS)
        return self.values(
            request, self.write_then_read(request, (read_address, read_quantity), address, request[10:])
        )


def _length_with_data(request: bytes, byte_count_at: int) -> int:
    """Length of a PDU whose byte count stands at an offset; the least possible one where it is missing."""
    return byte_count_at + 1 + (request[byte_count_at] if len(request) > byte_count_at else 0)


Handler = Callable[[ModbusServer, bytes], bytes]
"""Answers a request PDU of its function with a response PDU; an empty one means silence."""
