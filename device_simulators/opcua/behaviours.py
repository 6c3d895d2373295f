"""What the methods of the devices do, by the names that the YAML of a device uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

Behaviour = Callable[..., Sequence[Any]]
"""Called with the device and the values of the inputs; gives those of the outputs."""


def add(_device: Any, one: float, other: float) -> Sequence[Any]:
    """Add two numbers."""
    return [one + other]


def nothing(_device: Any) -> Sequence[Any]:
    """Do nothing."""
    return []


def as_double(_device: Any, number: float) -> Sequence[Any]:
    """Return any number as a Double."""
    return [float(number)]


def total(_device: Any, numbers: Sequence[int]) -> Sequence[Any]:
    """Add the numbers of an array, modulo 2^64 as an Int64."""
    return [(sum(numbers) + (1 << 63)) % (1 << 64) - (1 << 63)]


BEHAVIOURS: Mapping[str, Behaviour] = MappingProxyType(
    {"add": add, "nothing": nothing, "as_double": as_double, "total": total}
)
