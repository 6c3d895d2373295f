"""The words of the Modbus standards that suites use."""

from collections.abc import Sequence

from testbed.protocols.modbus import (
    COIL_OFF,
    COIL_ON,
    ExceptionCode,
    MaskWriteRegister,
    ReadCoils,
    ReadDeviceIdentification,
    ReadDiscreteInputs,
    ReadFifoQueue,
    ReadFileRecord,
    ReadHoldingRegisters,
    ReadInputRegisters,
    ReadWriteMultipleRegisters,
    RecordReference,
    RecordWrite,
    Request,
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
SERVER_DEVICE_BUSY = ExceptionCode.SERVER_DEVICE_BUSY
SERVER_DEVICE_FAILURE = ExceptionCode.SERVER_DEVICE_FAILURE

NORMAL = Reaction.NORMAL
SILENCE = Reaction.SILENCE
CLOSED = Reaction.CLOSED

__all__ = [
    "CLOSED",
    "COIL_OFF",
    "COIL_ON",
    "ILLEGAL_DATA_ADDRESS",
    "ILLEGAL_DATA_VALUE",
    "ILLEGAL_FUNCTION",
    "NORMAL",
    "SERVER_DEVICE_BUSY",
    "SERVER_DEVICE_FAILURE",
    "SILENCE",
    "MaskWriteRegister",
    "ReadCoils",
    "ReadDeviceIdentification",
    "ReadDiscreteInputs",
    "ReadFifoQueue",
    "ReadFileRecord",
    "ReadHoldingRegisters",
    "ReadInputRegisters",
    "ReadWriteMultipleRegisters",
    "RecordReference",
    "RecordWrite",
    "WriteFileRecord",
    "WriteMultipleCoils",
    "WriteMultipleRegisters",
    "WriteSingleCoil",
    "WriteSingleRegister",
    "bits",
    "rewrite",
]


def bits(pattern: str) -> tuple[bool, ...]:
    """Return the values of coils, given as 0 and 1 in the order of their addresses."""
    return tuple(digit == "1" for digit in pattern if digit != " ")


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
