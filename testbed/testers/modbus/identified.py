"""What a device tells by function 43/14, over one answer or a chain of them (AP 6.21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from testbed.protocols.modbus import DecodeError, DeviceObject, ReadDeviceIdentificationResponse
from testbed.testers.modbus.reply import Instead, Reply

MOST_PARTS = 256
"""Answers of one chain: there are no more objects, and an answer of none brings nobody further."""

_BASIC, _RESERVED, _PRIVATE = 3, 7, 0x80
"""First object ids past the basic ones and past those with a name, and the first private one."""


@dataclass(frozen=True)
class Identified:
    """The parts of one identification. Where one of them cannot be read, every attribute says so instead."""

    replies: tuple[Reply, ...]
    ends: bool = True
    """Whether the chain came to its end, and not back to an object that was asked for before."""

    @cached_property
    def parts(self) -> tuple[ReadDeviceIdentificationResponse, ...] | Instead:
        """The answers, in the order in which they came."""
        parts: list[ReadDeviceIdentificationResponse] = []
        for reply in self.replies:
            part = read(reply)
            if isinstance(part, Instead):
                return part
            parts.append(part)
        return tuple(parts)

    @property
    def codes(self) -> set[int] | Instead:
        """Access codes that the answers carry; they are to echo the request's."""
        return self.parts if isinstance(self.parts, Instead) else {part.code for part in self.parts}

    @property
    def conformity(self) -> set[int] | Instead:
        """Conformity levels that the answers carry."""
        return self.parts if isinstance(self.parts, Instead) else {part.conformity for part in self.parts}

    @property
    def following(self) -> tuple[tuple[int, int], ...] | Instead:
        """More Follows and Next Object Id of each answer."""
        if isinstance(self.parts, Instead):
            return self.parts
        return tuple((part.more_follows, part.next_object_id) for part in self.parts)

    @property
    def continued(self) -> bool | Instead:
        """Whether each answer that was announced begins with the object that was announced."""
        if isinstance(self.parts, Instead):
            return self.parts
        announced = [part.next_object_id for part in self.parts[:-1]]
        return announced == [part.objects[0].object_id if part.objects else None for part in self.parts[1:]]

    @property
    def ids(self) -> tuple[int, ...] | Instead:
        """Ids of all objects, in the order in which they came."""
        return _ids(self._objects)

    @property
    def repeated(self) -> tuple[int, ...] | Instead:
        """Ids that came more than once."""
        ids = self.ids
        return (
            ids if isinstance(ids, Instead) else tuple(one for at, one in enumerate(ids) if one in ids[:at])
        )

    @property
    def basic(self) -> tuple[int, ...] | Instead:
        """Ids of the basic objects."""
        return self._within(0, _BASIC)

    @property
    def past_basic(self) -> tuple[int, ...] | Instead:
        """Ids of objects beyond the basic ones."""
        return self._within(_BASIC, 0x100)

    @property
    def private(self) -> tuple[int, ...] | Instead:
        """Ids of the private objects."""
        return self._within(_PRIVATE, 0x100)

    @property
    def named(self) -> tuple[bytes, ...] | Instead:
        """Values of the objects whose meaning the standard gives, by id."""
        return self._objects if isinstance(self._objects, Instead) else self._values(range(_RESERVED))

    @property
    def not_ascii(self) -> tuple[bytes, ...] | Instead:
        """Values of the objects that are to be ASCII strings and are none."""
        named = self.named
        return named if isinstance(named, Instead) else tuple(value for value in named if not value.isascii())

    def values(self, ids: Sequence[int]) -> tuple[bytes, ...] | Instead:
        """Values of some objects, in the order of their ids; those that did not come are left out."""
        return self._objects if isinstance(self._objects, Instead) else self._values(ids)

    @property
    def _objects(self) -> tuple[DeviceObject, ...] | Instead:
        parts = self.parts
        return parts if isinstance(parts, Instead) else tuple(one for part in parts for one in part.objects)

    def _values(self, ids: Sequence[int]) -> tuple[bytes, ...]:
        objects = () if isinstance(self._objects, Instead) else self._objects
        held = {one.object_id: one.value for one in objects}
        return tuple(held[one] for one in ids if one in held)

    def _within(self, first: int, stop: int) -> tuple[int, ...] | Instead:
        ids = self.ids
        return ids if isinstance(ids, Instead) else tuple(one for one in ids if first <= one < stop)


def read(reply: Reply) -> ReadDeviceIdentificationResponse | Instead:
    """Read one answer."""
    if (lack := reply.lacks(1)) is not None:
        return lack
    try:
        return ReadDeviceIdentificationResponse.decode(reply.pdu)
    except DecodeError as error:
        return Instead(str(error), f"해석할 수 없음: {error}")


def _ids(objects: tuple[DeviceObject, ...] | Instead) -> tuple[int, ...] | Instead:
    return objects if isinstance(objects, Instead) else tuple(one.object_id for one in objects)
