"""Values in words, for a reader: short, and escaped wherever a peer chose the characters."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from asyncua import ua

from testbed.protocols.opcua.status import Status

MOST_LETTERS = 120
"""Characters of one value."""
MOST_ELEMENTS = 8
"""Elements of an array that are shown."""
MOST_NESTED = 3
"""Levels of a value that are shown."""


def words(value: Any, level: int = 0) -> str:
    """A value in words of at most `MOST_LETTERS` characters."""
    said = _words(value, level)
    return said if len(said) <= MOST_LETTERS else f"{said[:MOST_LETTERS]}…"


def escaped(text: str) -> str:
    """Text without characters that do something, cut before it is escaped."""
    return repr(text[: MOST_LETTERS + 1])[1:-1]


def _words(value: Any, level: int) -> str:
    if value is None:
        return "null"
    if isinstance(value, Enum):
        return f"{value.value} ({value.name})"
    for kind, write in _PLAIN.items():
        if isinstance(value, kind):
            return write(value)
    return _held(value, level + 1) if level < MOST_NESTED else "…"


def _held(value: Any, level: int) -> str:
    """A value that holds others."""
    if isinstance(value, list | tuple):
        shown = ", ".join(words(one, level) for one in value[:MOST_ELEMENTS])
        return f"{len(value)} elements{': ' if shown else ''}{shown}{', …' * (len(value) > MOST_ELEMENTS)}"
    if isinstance(value, ua.Variant):
        dimensions = f" in dimensions {value.Dimensions[:MOST_ELEMENTS]}" if value.Dimensions else ""
        kind_name = f"{value.VariantType.name}{'[]' if value.is_array else ''}"
        return f"{kind_name}{dimensions} {words(value.Value, level)}"
    if is_dataclass(value):
        held = ((one.name, getattr(value, one.name)) for one in fields(value) if one.init)
        shown = ", ".join(f"{name} {words(one, level)}" for name, one in held if one is not None)
        return f"{type(value).__name__}{f' ({shown})' if shown else ''}"
    return escaped(str(value))


def _text(value: str) -> str:
    return f'"{escaped(value)}"'


def _octets(value: bytes) -> str:
    return f"{len(value)} bytes {value[:MOST_LETTERS].hex()}" if value else "0 bytes"


def _localized(value: Any) -> str:
    locale = "" if value.Locale is None else f" ({escaped(value.Locale)})"
    return f"{words(value.Text)}{locale}"


_PLAIN: dict[type, Callable[[Any], str]] = {
    bool: str,
    int: str,
    float: str,
    str: _text,
    bytes: _octets,
    datetime: datetime.isoformat,
    ua.StatusCode: lambda value: Status(value.value).title,
    ua.NodeId: lambda value: escaped(value.to_string()),
    ua.QualifiedName: lambda value: f"{value.NamespaceIndex}:{escaped(value.Name or '')}",
    ua.LocalizedText: _localized,
}
"""Values that hold no others."""
