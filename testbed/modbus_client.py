"""The words of cases that judge a Modbus client: answers of the stand-in, and what a client may believe."""

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

RIGHT = Belief.RIGHT
DONE = Belief.DONE
ERROR = Belief.ERROR
NOTHING = Belief.NOTHING
NO_VALUE = (Belief.ERROR, Belief.NOTHING)
"""What a client may make of an answer that is not valid."""
NOT_FOOLED = (Belief.RIGHT, Belief.ERROR, Belief.NOTHING)
"""What it may make of a valid answer among others that are not."""

__all__ = [
    "DONE",
    "ERROR",
    "NOTHING",
    "NOT_FOOLED",
    "NO_VALUE",
    "RIGHT",
    "closing",
    "codeless",
    "counted",
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
