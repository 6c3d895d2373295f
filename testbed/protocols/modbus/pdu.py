"""Decoding by function code, and exception responses (MODBUS Application Protocol V1.1b3, 4.1, 7)."""

from dataclasses import dataclass
from struct import Struct
from typing import Self, TypeVar

from testbed.protocols.modbus import encapsulated, files, reading, serial_line, writing
from testbed.protocols.modbus.base import NormalResponse, Pdu, Request, check_length, pack
from testbed.protocols.modbus.codes import ERROR_BIT, MAX_PDU, DecodeError, Function, UnknownFunction

_EXCEPTION = Struct(">BB")

_Type = TypeVar("_Type", Request, NormalResponse)


@dataclass(frozen=True, slots=True)
class ExceptionResponse(Pdu):
    """What a server answers when it did not do as asked (AP 7).

    Attributes:
        function: The function code asked for, 0 to 127, without the error bit.
        code: Why; any byte, should be one of `ExceptionCode`.
    """

    function: int
    code: int

    def encode(self) -> bytes:
        """See `Pdu.encode`."""
        return pack(_EXCEPTION, self.function | ERROR_BIT, self.code)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """See `Pdu.decode`."""
        if not pdu or pdu[0] < ERROR_BIT:
            raise DecodeError("not an exception response", 0)
        check_length(pdu, _EXCEPTION.size)
        return cls(pdu[0] ^ ERROR_BIT, pdu[1])


Response = NormalResponse | ExceptionResponse

REQUESTS: dict[int, type[Request]] = {
    request.function: request
    for request in (
        reading.ReadCoils,
        reading.ReadDiscreteInputs,
        reading.ReadHoldingRegisters,
        reading.ReadInputRegisters,
        writing.WriteSingleCoil,
        writing.WriteSingleRegister,
        writing.WriteMultipleCoils,
        writing.WriteMultipleRegisters,
        writing.MaskWriteRegister,
        writing.ReadWriteMultipleRegisters,
        serial_line.ReadExceptionStatus,
        serial_line.Diagnostics,
        serial_line.GetCommEventCounter,
        serial_line.GetCommEventLog,
        serial_line.ReportServerId,
        files.ReadFileRecord,
        files.WriteFileRecord,
        files.ReadFifoQueue,
    )
}

RESPONSES: dict[int, type[NormalResponse]] = {
    response.function: response
    for response in (
        reading.ReadCoilsResponse,
        reading.ReadDiscreteInputsResponse,
        reading.ReadHoldingRegistersResponse,
        reading.ReadInputRegistersResponse,
        writing.WriteSingleCoilResponse,
        writing.WriteSingleRegisterResponse,
        writing.WriteMultipleCoilsResponse,
        writing.WriteMultipleRegistersResponse,
        writing.MaskWriteRegisterResponse,
        reading.ReadWriteMultipleRegistersResponse,
        serial_line.ReadExceptionStatusResponse,
        serial_line.DiagnosticsResponse,
        serial_line.GetCommEventCounterResponse,
        serial_line.GetCommEventLogResponse,
        serial_line.ReportServerIdResponse,
        files.ReadFileRecordResponse,
        files.WriteFileRecordResponse,
        files.ReadFifoQueueResponse,
    )
}

# Function 43 is many: its second byte, the MEI type, tells which.
ENCAPSULATED_REQUESTS: dict[int, type[Request]] = {
    encapsulated.MeiType.CANOPEN_GENERAL_REFERENCE: encapsulated.CanopenGeneralReference,
    encapsulated.MeiType.READ_DEVICE_IDENTIFICATION: encapsulated.ReadDeviceIdentification,
}

ENCAPSULATED_RESPONSES: dict[int, type[NormalResponse]] = {
    encapsulated.MeiType.CANOPEN_GENERAL_REFERENCE: encapsulated.CanopenGeneralReferenceResponse,
    encapsulated.MeiType.READ_DEVICE_IDENTIFICATION: encapsulated.ReadDeviceIdentificationResponse,
}


def decode_request(pdu: bytes) -> Request:
    """Read a request.

    Raises:
        UnknownFunction: No public function; a server answers exception 01.
        DecodeError: The request breaks the function's layout or limits; a server answers exception 03.
    """
    _check_size(pdu)
    return _choice(pdu, REQUESTS, ENCAPSULATED_REQUESTS).decode(pdu)


def is_request(pdu: bytes) -> bool:
    """Say whether a PDU is a request that a good client could have sent."""
    try:
        decode_request(pdu)
    except DecodeError:
        return False
    return True


def decode_response(pdu: bytes, request: Request | None = None) -> Response:
    """Read a response; its size is held against the request where that is given, its echoes are not.

    Knowing the request also tells how many of the bits of functions 1 and 2 were asked for.

    Raises:
        UnknownFunction: No public function.
        DecodeError: The response breaks the function's layout, or answers another function or quantity.
    """
    _check_size(pdu)
    if request is not None and pdu[0] & ~ERROR_BIT != request.function:
        raise DecodeError(f"function code {pdu[0]} does not answer function code {request.function}", 0)
    if pdu[0] & ERROR_BIT:
        return ExceptionResponse.decode(pdu)
    response = _choice(pdu, RESPONSES, ENCAPSULATED_RESPONSES).decode(pdu)
    return response if request is None else _held_against(response, request)


def _choice(
    pdu: bytes, by_function: dict[int, type[_Type]], by_mei_type: dict[int, type[_Type]]
) -> type[_Type]:
    """The class of a PDU that is not empty."""
    code, *rest = pdu[:2]
    if code == Function.ENCAPSULATED_INTERFACE:
        if not rest:
            raise DecodeError("no MEI type", 1)
        if rest[0] not in by_mei_type:
            raise UnknownFunction(f"MEI type {rest[0]} is not public", 1)
        return by_mei_type[rest[0]]
    if code not in by_function:
        raise UnknownFunction(f"function code {code} is not public", 0)
    return by_function[code]


def _held_against(response: NormalResponse, request: Request) -> NormalResponse:
    """The response, its quantity checked where only the request tells it."""
    match request, response:
        case reading.ReadRequest(), reading.BitsResponse():
            return response.of_quantity(request.quantity)
        case reading.ReadRequest(), reading.RegistersResponse():
            quantity = request.quantity
        case writing.ReadWriteMultipleRegisters(), reading.RegistersResponse():
            quantity = request.read_quantity
        case files.ReadFileRecord(), files.ReadFileRecordResponse():
            if [len(group.values) for group in response.groups] != [group.length for group in request.groups]:
                raise DecodeError("the sub-responses do not answer the sub-requests one by one", 2)
            return response
        case _:
            return response
    if len(response.values) != quantity:
        raise DecodeError(f"{len(response.values)} registers do not answer a request for {quantity}", 1)
    return response


def _check_size(pdu: bytes) -> None:
    if not pdu:
        raise DecodeError("empty PDU", 0)
    if len(pdu) > MAX_PDU:
        raise DecodeError(f"PDU of {len(pdu)} bytes, longer than {MAX_PDU}", MAX_PDU)
