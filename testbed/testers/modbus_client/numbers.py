"""Numbers in registers and in a product's words: longer values than one register lie as the vendor says."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Sequence

from testbed.model.client import Task
from testbed.model.known import FORMATS
from testbed.protocols.modbus import (
    ReadCoilsResponse,
    ReadDiscreteInputsResponse,
    ReadHoldingRegistersResponse,
    ReadInputRegistersResponse,
)

Values = tuple[float, ...]
TOLERANCE = 1e-6
"""How far what a product prints of a floating-point number may lie away, as a share of it: a single has
seven digits, and `%g` prints six (assumed to be enough to tell values apart)."""

_SLACK = {"float32": TOLERANCE * 10, "float64": TOLERANCE * 10}


def registers_of(task: Task, values: Sequence[float]) -> tuple[int, ...]:
    """Return the registers that hold values, in the type and order of a task."""
    found: list[int] = []
    code = FORMATS[task.type]
    for value in values:
        data = struct.pack(f">{code}", value if "float" in task.type else int(value))
        words = [data[at : at + 2] for at in range(0, len(data), 2)]
        if task.order in {"CDAB", "DCBA"}:
            words.reverse()
        if task.order in {"BADC", "DCBA"}:
            words = [word[::-1] for word in words]
        found += [int.from_bytes(word) for word in words]
    return tuple(found)


def response_of(task: Task, values: Sequence[float]) -> bytes:
    """Return the PDU that answers a read with values (AP 6.1 to 6.4)."""
    if task.does == "fc01":
        return ReadCoilsResponse(tuple(bool(one) for one in values)).encode()
    if task.does == "fc02":
        return ReadDiscreteInputsResponse(tuple(bool(one) for one in values)).encode()
    registers = registers_of(task, values)
    if task.does == "fc03":
        return ReadHoldingRegistersResponse(registers).encode()
    return ReadInputRegistersResponse(registers).encode()


def same(task: Task, told: Sequence[float], sent: Sequence[float]) -> bool:
    """Say whether a product tells the values that were sent."""
    slack = _SLACK.get(task.type, 0.0)
    return len(told) == len(sent) and all(
        _alike(one, other, slack) for one, other in zip(told, sent, strict=True)
    )


def _alike(told: float, sent: float, slack: float) -> bool:
    if math.isnan(sent) or math.isnan(told):
        return math.isnan(sent) and math.isnan(told)
    return told == sent or (math.isfinite(sent) and abs(told - sent) <= slack * abs(sent))


def read_numbers(pattern: str, text: str) -> list[float]:
    """Return every number that a pattern finds in a product's output; exactly, where it is a whole one."""
    found = []
    for match in re.finditer(pattern, text, re.MULTILINE):
        said = match[1] if match.re.groups else match[0]
        if (number := _number(said or "")) is not None:
            found.append(number)
    return found


MOST_SAID = 100
"""Characters of a number that stands as text (assumed; a double has 17 digits)."""
_SAID = {"true": 1, "on": 1, "false": 0, "off": 0}


def _number(said: str) -> float | None:
    word = said.strip().lower()
    if word in _SAID:
        return _SAID[word]
    try:
        return int(word, 0)  # 64 bits do not fit a float
    except ValueError:
        pass
    try:
        return float(word)
    except ValueError:
        return None


def number_of(value: object) -> float | None:
    """Return the number that a typed value is, or says; None where it is none."""
    if isinstance(value, int):  # a truth value is one, too
        return int(value)
    if isinstance(value, str):
        return _number(value[:MOST_SAID])
    return value if isinstance(value, float) else None
