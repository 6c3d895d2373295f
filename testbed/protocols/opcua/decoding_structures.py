"""Arrays, enumerations and structures from bytes, by their layouts (OPC 10000-6 1.05.04, 5.2.4 to 5.2.7)."""

from collections.abc import Sequence
from enum import IntFlag
from functools import cache
from struct import Struct
from typing import Any

from testbed.protocols.opcua.cursor import Cursor
from testbed.protocols.opcua.decoding import BUILT_IN, NUMBERS, Reader
from testbed.protocols.opcua.errors import DecodeError
from testbed.protocols.opcua.layout import MISTAKEN, Kind, Layout, layout_of


@cache
def reader(kind: Kind) -> Reader:
    """Read a field of a type."""
    if kind.is_array:
        return array_reader(kind)
    if not kind.built_in:
        assert kind.cls is not None  # noqa: S101 - a field has one or the other
        return structure_reader(kind.cls)
    if kind.cls is None:
        return BUILT_IN[kind.built_in]
    return _enumeration_reader(kind.cls, BUILT_IN[kind.built_in])


@cache
def array_reader(kind: Kind) -> Reader:
    """Read an array; null as asyncua has it: None for built-in types, an empty list for others."""
    if kind.cls is None and kind.built_in in NUMBERS:
        return _numbers_reader(NUMBERS[kind.built_in])
    of_built_in, of_one = kind.cls is None, Kind(kind.built_in, kind.cls)

    def read(cursor: Cursor) -> list[Any] | None:
        length = cursor.length()
        if length <= 0:
            return None if length and of_built_in else []
        one = reader(of_one)  # not earlier: a structure may hold arrays of itself
        cursor.count(length * _fields(of_one))
        return [one(cursor) for _ in range(length)]

    return read


@cache
def _fields(kind: Kind) -> int:
    """How many values there are in one of a type, an array as one: that many are made to read it."""
    if kind.is_array or kind.built_in or kind.cls is None:
        return 1
    return sum(_fields(one.kind) for one in layout_of(kind.cls).members) or 1


def _numbers_reader(layout: Struct) -> Reader:
    code, size = layout.format[-1:], layout.size

    def read(cursor: Cursor) -> list[Any] | None:
        length = cursor.length()
        if length < 0:
            return None
        at = cursor.at
        if length * size > len(cursor.data) - at:
            raise DecodeError(f"an array of {length} does not fit the message", at - 4, at)
        cursor.at = at + length * size
        return list(Struct(f"<{length}{code}").unpack_from(cursor.data, at))

    return read


def _enumeration_reader(cls: type, read_number: Reader) -> Reader:
    """Read an enumeration; a number that it does not name stays a number, for the service to refuse."""
    if issubclass(cls, IntFlag):
        return lambda cursor: cls(read_number(cursor))
    members = cls._value2member_map_  # type: ignore[attr-defined]  # of every enumeration

    def read(cursor: Cursor) -> Any:
        number = read_number(cursor)
        return members.get(number, number)

    return read


@cache
def structure_reader(cls: type) -> Reader:
    """Read a structure (5.2.6), or one with optional fields (5.2.7)."""
    layout = layout_of(cls)
    if layout.has_mask:
        return _optional_reader(layout)
    if any(one.name == MISTAKEN for one in layout.members):
        return _mistaken_reader(layout)
    return _compiled(cls, [reader(one.kind) for one in layout.members])


def _compiled(cls: type, readers: Sequence[Reader]) -> Reader:
    """Return `cls(r0(cursor), r1(cursor), ...)`, spelt out: a loop over them costs half as much again."""
    known: dict[str, Any] = {f"r{at}": one for at, one in enumerate(readers)} | {"cls": cls}
    read: Reader = eval(  # noqa: S307 - of names made here
        f"lambda cursor: cls({', '.join(f'r{at}(cursor)' for at in range(len(readers)))})", known
    )
    return read


def _optional_reader(layout: Layout) -> Reader:
    members = tuple((one.name, one.optional, reader(one.kind)) for one in layout.members)
    known = sum(one.optional for one in layout.members)

    def read(cursor: Cursor) -> Any:
        at = cursor.at
        mask = int.from_bytes(cursor.take(4), "little")
        if mask & ~known:
            raise DecodeError(f"mask 0x{mask:X} names fields that are none", at, cursor.at)
        return layout.cls(
            **{name: one(cursor) if not bit or mask & bit else None for name, bit, one in members}
        )

    return read


def _mistaken_reader(layout: Layout) -> Reader:
    """Read a structure with a field that asyncua's constructor does not take."""
    members = tuple((one.name, reader(one.kind)) for one in layout.members)

    def read(cursor: Cursor) -> Any:
        values = {name: one(cursor) for name, one in members}
        text = values.pop(MISTAKEN)
        found = layout.cls(**values)
        setattr(found, MISTAKEN, text)
        return found

    return read
