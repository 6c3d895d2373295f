"""The words of the Modbus standards that suites use."""

from testbed.protocols.modbus import (
    ExceptionCode,
    ReadCoils,
    ReadDiscreteInputs,
    ReadHoldingRegisters,
    ReadInputRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus.reply import Reaction

ILLEGAL_FUNCTION = ExceptionCode.ILLEGAL_FUNCTION
ILLEGAL_DATA_ADDRESS = ExceptionCode.ILLEGAL_DATA_ADDRESS
ILLEGAL_DATA_VALUE = ExceptionCode.ILLEGAL_DATA_VALUE
SERVER_DEVICE_BUSY = ExceptionCode.SERVER_DEVICE_BUSY

NORMAL = Reaction.NORMAL
SILENCE = Reaction.SILENCE
CLOSED = Reaction.CLOSED

__all__ = [
    "CLOSED",
    "ILLEGAL_DATA_ADDRESS",
    "ILLEGAL_DATA_VALUE",
    "ILLEGAL_FUNCTION",
    "NORMAL",
    "SERVER_DEVICE_BUSY",
    "SILENCE",
    "ReadCoils",
    "ReadDiscreteInputs",
    "ReadHoldingRegisters",
    "ReadInputRegisters",
    "WriteSingleCoil",
    "WriteSingleRegister",
]
