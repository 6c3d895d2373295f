"""The words of the Modbus standards that suites use."""

from collections.abc import Sequence

from testbed.protocols.modbus import (
    COIL_OFF,
    COIL_ON,
    AsciiAdu,
    Diagnostics,
    ExceptionCode,
    GetCommEventCounter,
    GetCommEventLog,
    MaskWriteRegister,
    ReadCoils,
    ReadDeviceIdentification,
    ReadDiscreteInputs,
    ReadExceptionStatus,
    ReadFifoQueue,
    ReadFileRecord,
    ReadHoldingRegisters,
    ReadInputRegisters,
    ReadWriteMultipleRegisters,
    RecordReference,
    RecordWrite,
    ReportServerId,
    Request,
    RtuAdu,
    SubFunction,
    WriteFileRecord,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus.reply import Reaction

ILLEGAL_FUNCTION = ExceptionCode.ILLEGAL_FUNCTION
ILLEGAL_DATA_ADDRESS = ExceptionCode.ILLEGAL_DATA_ADDRESS
ILLEGAL_DATA_VALUE = ExceptionCode.ILLEGAL_DATA_VALUE
GATEWAY_PATH_UNAVAILABLE = ExceptionCode.GATEWAY_PATH_UNAVAILABLE
GATEWAY_TARGET_FAILED = ExceptionCode.GATEWAY_TARGET_FAILED
SERVER_DEVICE_BUSY = ExceptionCode.SERVER_DEVICE_BUSY
SERVER_DEVICE_FAILURE = ExceptionCode.SERVER_DEVICE_FAILURE

NORMAL = Reaction.NORMAL
SILENCE = Reaction.SILENCE
CLOSED = Reaction.CLOSED

__all__ = [
    "CLOSED",
    "COIL_OFF",
    "COIL_ON",
    "GATEWAY_PATH_UNAVAILABLE",
    "GATEWAY_TARGET_FAILED",
    "ILLEGAL_DATA_ADDRESS",
    "ILLEGAL_DATA_VALUE",
    "ILLEGAL_FUNCTION",
    "NORMAL",
    "SERVER_DEVICE_BUSY",
    "SERVER_DEVICE_FAILURE",
    "SILENCE",
    "Diagnostics",
    "GetCommEventCounter",
    "GetCommEventLog",
    "MaskWriteRegister",
    "ReadCoils",
    "ReadDeviceIdentification",
    "ReadDiscreteInputs",
    "ReadExceptionStatus",
    "ReadFifoQueue",
    "ReadFileRecord",
    "ReadHoldingRegisters",
    "ReadInputRegisters",
    "ReadWriteMultipleRegisters",
    "RecordReference",
    "RecordWrite",
    "ReportServerId",
    "SubFunction",
    "WriteFileRecord",
    "WriteMultipleCoils",
    "WriteMultipleRegisters",
    "WriteSingleCoil",
    "WriteSingleRegister",
    "ascii_frame",
    "bits",
    "observation",
    "rewrite",
    "rtu",
]


def bits(pattern: str) -> tuple[bool, ...]:
    """Return the values of coils, given as 0 and 1 in the order of their addresses."""
    return tuple(digit == "1" for digit in pattern if digit != " ")


def rtu(unit: int, pdu: bytes) -> bytes:
    """Return an RTU frame, however long."""
    return RtuAdu(unit, pdu).encode()


def ascii_frame(unit: int, pdu: bytes) -> bytes:
    """Return an ASCII frame, however long."""
    return AsciiAdu(unit, pdu).encode()


def rewrite(function: str, address: int, values: Sequence[int], *, file: int = 0) -> Request:
    """Return a request of a write function that leaves the value at an address as it is.

    Args:
        function: `fc05`, `fc06`, `fc15`, `fc16`, `fc21`, `fc22` or `fc23`.
        address: of the value, or its record.
        values: the value that stands there, one register or one coil.
        file: the file of the record.
    """
    value = values[0]
    requests: dict[str, Request] = {
        "fc05": WriteSingleCoil(address, COIL_ON if value else COIL_OFF),
        "fc06": WriteSingleRegister(address, value),
        "fc15": WriteMultipleCoils(address, (bool(value),)),
        "fc16": WriteMultipleRegisters(address, (value,)),
        "fc21": WriteFileRecord((RecordWrite(file, address, (value,)),)),
        "fc22": MaskWriteRegister(address, 0xFFFF, 0),
        "fc23": ReadWriteMultipleRegisters(address, 1, address, (value,)),
    }
    return requests[function]


def observation(function: str) -> Request:
    """Return a request that changes nothing and is answered with what a device keeps of its communication.

    Args:
        function: `fc07`, `fc11`, `fc12`, `fc17`, or a sub-function of function 08 as `fc08/11`.
    """
    name, _, code = function.partition("/")
    if code:
        return Diagnostics(int(code))
    requests: dict[str, Request] = {
        "fc07": ReadExceptionStatus(),
        "fc11": GetCommEventCounter(),
        "fc12": GetCommEventLog(),
        "fc17": ReportServerId(),
    }
    return requests[name]
