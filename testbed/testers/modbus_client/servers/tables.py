"""What an independent server holds: four tables from address 0 on, filled for what a client is to read."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from testbed.model.client import Task
from testbed.model.declaration import ADDRESSES, Table
from testbed.testers.modbus_client.numbers import registers_of

BEYOND = 16
"""Values behind the last one that a client is told to reach (assumed; so that its neighbour exists, too)."""
REGISTER = 0xFFFF
TABLE_OF: dict[str, Table] = {
    "fc01": "coils",
    "fc02": "discrete_inputs",
    "fc03": "holding_registers",
    "fc04": "input_registers",
    "fc05": "coils",
    "fc06": "holding_registers",
    "fc15": "coils",
    "fc16": "holding_registers",
}
"""The table that a function reads or writes (AP 4.3, 6)."""


@dataclass(frozen=True)
class Tables:
    """The values of each table, from address 0 on; a table without values is one that is not there."""

    coils: tuple[int, ...] = ()
    discrete_inputs: tuple[int, ...] = ()
    holding_registers: tuple[int, ...] = ()
    input_registers: tuple[int, ...] = ()

    def of(self, table: Table) -> tuple[int, ...]:
        """Return the values of a table."""
        found: tuple[int, ...] = getattr(self, table)
        return found

    def holding(self, task: Task, values: Sequence[float]) -> Tables:
        """Return the same, with the values of a task where it reads or writes them."""
        words = tuple(int(one) for one in values) if task.is_bits else registers_of(task, values)
        table = TABLE_OF[task.does]
        held = self.of(table)
        return replace(self, **{table: (*held[: task.at], *words, *held[task.at + len(words) :])})

    def without(self, table: Table) -> Tables:
        """Return the same without one table."""
        return replace(self, **{table: ()})


def filled(tasks: Collection[Task], chance: random.Random) -> Tables:
    """Return tables that reach as far as a client is told to, with values by chance."""

    def size(table: Table) -> int:
        ends = [task.at + task.quantity for task in tasks if TABLE_OF[task.does] == table]
        return min(max(ends, default=0) + BEYOND, ADDRESSES)

    def bits(table: Table) -> tuple[int, ...]:
        return tuple(chance.randrange(2) for _ in range(size(table)))

    def registers(table: Table) -> tuple[int, ...]:
        return tuple(chance.randrange(REGISTER + 1) for _ in range(size(table)))

    return Tables(
        bits("coils"), bits("discrete_inputs"), registers("holding_registers"), registers("input_registers")
    )


_SIZES = {"uint16": 16, "int16": 16, "uint32": 32, "int32": 32, "uint64": 64, "int64": 64}
_EIGHTHS = 1 << 20
"""Floating-point numbers are so many eighths at most: they fit a single exactly."""


def values_of(task: Task, chance: random.Random, *, high: bool) -> tuple[float, ...]:
    """Return values for a task to read; the high ones and the low ones differ at every place.

    Bits are not all alike. Numbers lie anywhere in their type: the high ones have its highest bit set, so
    that signed ones are negative. Whole numbers stay whole: 64 bits do not fit a float.
    """
    if task.is_bits:
        return tuple((high + at % 3 % 2) % 2 for at in range(task.count))
    if task.type not in _SIZES:
        sign = -1 if high else 1
        return tuple(sign * chance.randrange(1, _EIGHTHS) / 8 for _ in range(task.count))
    half = 1 << _SIZES[task.type] - 1
    first = -half if task.type.startswith("int") else half
    return tuple(chance.randrange(half) + (first if high else 0) for _ in range(task.count))
