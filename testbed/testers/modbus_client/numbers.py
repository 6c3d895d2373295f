"""Numbers in registers and in a product's words: longer values than one register lie as the vendor says."""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.model.client import Task
from testbed.model.known import FORMATS
from testbed.protocols.modbus import (
    ReadCoilsResponse,
    ReadDiscreteInputsResponse,
    ReadHoldingRegistersResponse,
    ReadInputRegistersResponse,
)
from testbed.testers.trouble import Undecided

if TYPE_CHECKING:
    import regex

Values = tuple[float, ...]
SEARCHED_WITHIN = 1.0
"""Seconds that one search in a product's output may take (assumed; it takes a millisecond)."""
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
    """Return every number that a pattern finds in a product's output; exactly, where it is a whole one.

    Raises:
        Undecided: the search takes too long.
    """
    found = []
    for match in _matches(pattern, text):
        said = match[1] if match.re.groups else match[0]
        if (number := _number(said or "")) is not None:
            found.append(number)
    return found


def holds(pattern: str, text: str) -> bool:
    """Say whether a text holds what a pattern looks for.

    Raises:
        Undecided: the search takes too long.
    """
    return bool(pattern) and next(_matches(pattern, text), None) is not None


def _matches(pattern: str, text: str) -> Iterator[regex.Match[str]]:
    """Yield what a pattern finds: what a product prints may take the search of a careless one for ages."""
    import regex  # noqa: PLC0415 - of use for clients alone; `re` knows no end

    until = time.monotonic() + SEARCHED_WITHIN
    try:
        for match in regex.finditer(pattern, text, regex.MULTILINE, timeout=SEARCHED_WITHIN):
            if time.monotonic() > until:
                raise _too_long(pattern)
            yield match
    except TimeoutError:
        raise _too_long(pattern) from None


def _too_long(pattern: str) -> Undecided:
    return Undecided(
        Text(
            en=f"the pattern `{pattern}` takes more than {SEARCHED_WITHIN:g} s in what the product shows",
            ko=f"제품 출력에서 패턴 `{pattern}` 검색이 {SEARCHED_WITHIN:g}초를 초과함",
        )
    )


_SAID = {"true": 1, "on": 1, "false": 0, "off": 0}


LONGEST = 64
"""Characters of a number (assumed; the longest of 64 bits has 20 digits)."""


def _number(said: str) -> float | None:
    word = said.strip().lower()
    if len(word) > LONGEST:
        return None
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
        return _number(value)
    return value if isinstance(value, float) else None
