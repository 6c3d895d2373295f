"""Values of method arguments in a declaration: `{ Double: 2.0 }`, `{ Int32: [1, 2, 3] }`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

Simple = Literal[
    "Boolean",
    "SByte",
    "Byte",
    "Int16",
    "UInt16",
    "Int32",
    "UInt32",
    "Int64",
    "UInt64",
    "Float",
    "Double",
    "String",
]
"""Types whose values a declaration can write."""
SIMPLE: tuple[Simple, ...] = get_args(Simple)

MOST_ELEMENTS = 1024
"""Elements of one argument (assumed)."""
_LONGEST = 4096
"""Characters of one argument (assumed)."""
_LARGEST_FLOAT = 3.4028234663852886e38

Plain = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True)]
    | Annotated[float, Field(strict=True)]
    | Annotated[str, Field(max_length=_LONGEST, strict=True)]
)
Value = Plain | Annotated[tuple[Plain, ...], Field(max_length=MOST_ELEMENTS)]


def _fits_integer(type_: str, value: object) -> bool:
    bits = {"SByte": 8, "Byte": 8}.get(type_) or int(re.sub(r"\D", "", type_))
    signed = type_ == "SByte" or type_.startswith("Int")
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _fits_number(type_: str, value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return type_ == "Double" or not math.isfinite(value) or abs(value) <= _LARGEST_FLOAT


_FITS: Mapping[str, Callable[[str, object], bool]] = {
    "Boolean": lambda _, value: isinstance(value, bool),
    "String": lambda _, value: isinstance(value, str),
    "Float": _fits_number,
    "Double": _fits_number,
}


def _checked(argument: dict[Simple, Value]) -> dict[Simple, Value]:
    ((type_, value),) = argument.items()
    for one in value if isinstance(value, tuple) else (value,):
        if not _FITS.get(type_, _fits_integer)(type_, one):
            raise ValueError(f"{one!r} is no {type_}")
    return argument


Argument = Annotated[dict[Simple, Value], Field(min_length=1, max_length=1), AfterValidator(_checked)]
"""One value under its type; a list is a one-dimensional array."""
Result = Argument | Annotated[str, Field(max_length=32)]
"""A value, or the name of a type alone."""
