"""The words of cases that judge a Modbus client: answers of the stand-in, and what a client may believe."""

from testbed.protocols.modbus import (
    COIL_OFF,
    COIL_ON,
    ReadCoils,
    ReadDiscreteInputs,
    ReadHoldingRegisters,
    ReadInputRegisters,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus_client.answers import (
    closing,
    codeless,
    counted,
    echo,
    foreign,
    function,
    garbage,
    good,
    in_pieces,
    late,
    of_registers,
    refusal,
    resetting,
    silent,
    slow,
    truncated,
    twice,
    unsolicited_before,
)
from testbed.testers.modbus_client.belief import Belief
from testbed.testers.modbus_client.requests import due

RIGHT = Belief.RIGHT
DONE = Belief.DONE
ERROR = Belief.ERROR
NOTHING = Belief.NOTHING
NO_VALUE = (Belief.ERROR, Belief.NOTHING)
"""What a client may make of an answer that is not valid."""
NOT_FOOLED = (Belief.RIGHT, Belief.ERROR, Belief.NOTHING)
"""What it may make of a valid answer among others that are not."""

__all__ = [
    "COIL_OFF",
    "COIL_ON",
    "DONE",
    "ERROR",
    "NOTHING",
    "NOT_FOOLED",
    "NO_VALUE",
    "RIGHT",
    "ReadCoils",
    "ReadDiscreteInputs",
    "ReadHoldingRegisters",
    "ReadInputRegisters",
    "WriteMultipleCoils",
    "WriteMultipleRegisters",
    "WriteSingleCoil",
    "WriteSingleRegister",
    "closing",
    "codeless",
    "counted",
    "due",
    "echo",
    "foreign",
    "function",
    "garbage",
    "good",
    "in_pieces",
    "late",
    "of_registers",
    "refusal",
    "resetting",
    "silent",
    "slow",
    "truncated",
    "twice",
    "unsolicited_before",
]
