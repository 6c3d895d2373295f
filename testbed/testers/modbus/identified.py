"""What a device tells by function 43/14, over one answer or a chain of them (AP 6.21).

Answers are read as far as anyhow possible, so that a wrong count is a wrong count and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from testbed.testers.modbus.reply import Instead, Reply

MOST_PARTS = 256
"""Answers of one chain: there are no more objects, and an answer without any brings nobody further."""

_BASIC, _NAMED, _PRIVATE, _END = 3, 7, 0x80, 0x100
"""First object ids past the basic ones and past those with a name, the first private one, and the end."""
_HEAD, _OBJECT_HEAD = 7, 2
_MORE = 0xFF


@dataclass(frozen=True)
class Part:
    """One answer. Objects are walked by their lengths to the end of the PDU, whatever their number says."""

    interface: int
    code: int
    conformity: int
    more_follows: int
    following: int
    objects: tuple[tuple[int, bytes], ...]
    is_whole: bool
    """Whether the number of objects is true, and the last one ends with the PDU."""


@dataclass(frozen=True)
class Identified:
    """The answers of one identification. Where one of them has no head, every attribute says so instead."""

    replies: tuple[Reply, ...]
    ends: bool = True
    """Whether the chain came to its end, and not back to an object that was asked for before."""

    @cached_property
    def parts(self) -> tuple[Part, ...] | Instead:
        """The answers, in the order in which they came."""
        parts: list[Part] = []
        for reply in self.replies:
            part = read(reply)
            if isinstance(part, Instead):
                return part
            parts.append(part)
        return tuple(parts)

    @property
    def interfaces(self) -> set[int] | Instead:
        """Interfaces that the answers carry; they are to echo the request's."""
        return self.parts if isinstance(self.parts, Instead) else {part.interface for part in self.parts}

    @property
    def codes(self) -> set[int] | Instead:
        """Access codes that the answers carry; they are to echo the request's."""
        return self.parts if isinstance(self.parts, Instead) else {part.code for part in self.parts}

    @property
    def conformity(self) -> set[int] | Instead:
        """Conformity levels that the answers carry."""
        return self.parts if isinstance(self.parts, Instead) else {part.conformity for part in self.parts}

    @property
    def miscounted(self) -> tuple[int, ...] | Instead:
        """Numbers of the answers, from 1 on, whose objects are not as many or as long as they say."""
        if isinstance(self.parts, Instead):
            return self.parts
        return tuple(number for number, part in enumerate(self.parts, 1) if not part.is_whole)

    @property
    def strange_flags(self) -> tuple[int, ...] | Instead:
        """Values of More Follows that are neither 00 nor FF."""
        if isinstance(self.parts, Instead):
            return self.parts
        return tuple(part.more_follows for part in self.parts if part.more_follows not in {0, _MORE})

    @property
    def gaps(self) -> tuple[int, ...] | Instead:
        """Next Object Ids with which the answer that was asked for by them does not begin."""
        if isinstance(self.parts, Instead):
            return self.parts
        pairs = zip(self.parts, self.parts[1:], strict=False)
        return tuple(one.following for one, then in pairs if _first(then) != one.following)

    @property
    def dangling(self) -> tuple[int, ...] | Instead:
        """Next Object Ids other than 00 of answers that say that no more follows."""
        if isinstance(self.parts, Instead):
            return self.parts
        return tuple(part.following for part in self.parts if part.following and not part.more_follows)

    @property
    def last(self) -> tuple[int, int] | Instead:
        """More Follows and Next Object Id of the last answer."""
        if isinstance(self.parts, Instead):
            return self.parts
        return self.parts[-1].more_follows, self.parts[-1].following

    @property
    def first(self) -> int | Instead:
        """Id of the first object; -1 where there is none."""
        return self.parts if isinstance(self.parts, Instead) else _first(self.parts[0])

    @property
    def ids(self) -> tuple[int, ...] | Instead:
        """Ids of all objects, in the order in which they came."""
        return self._within(0, _END)

    @property
    def repeated(self) -> tuple[int, ...] | Instead:
        """Ids that came more than once."""
        if isinstance(ids := self.ids, Instead):
            return ids
        return tuple(one for at, one in enumerate(ids) if one in ids[:at])

    @property
    def basic(self) -> tuple[int, ...] | Instead:
        """Ids of the basic objects, each once."""
        ids = self._within(0, _BASIC)
        return ids if isinstance(ids, Instead) else tuple(sorted(set(ids)))

    @property
    def past_basic(self) -> tuple[int, ...] | Instead:
        """Ids of objects beyond the basic ones."""
        return self._within(_BASIC, _END)

    @property
    def private(self) -> tuple[int, ...] | Instead:
        """Ids of the private objects."""
        return self._within(_PRIVATE, _END)

    @property
    def named(self) -> tuple[bytes, ...] | Instead:
        """Values of the objects whose meaning the standard gives, by id."""
        return self.values(range(_NAMED))

    @property
    def not_ascii(self) -> tuple[bytes, ...] | Instead:
        """Values of the objects that are to be ASCII strings and are none."""
        named = self.named
        return named if isinstance(named, Instead) else tuple(value for value in named if not value.isascii())

    def values(self, ids: Sequence[int]) -> tuple[bytes, ...] | Instead:
        """Values of some objects, in the order of their ids; those that did not come are left out."""
        if isinstance(self.parts, Instead):
            return self.parts
        held = {number: value for part in self.parts for number, value in part.objects}
        return tuple(held[one] for one in ids if one in held)

    def _within(self, first: int, stop: int) -> tuple[int, ...] | Instead:
        if isinstance(self.parts, Instead):
            return self.parts
        return tuple(one for part in self.parts for one, _ in part.objects if first <= one < stop)


def read(reply: Reply) -> Part | Instead:
    """Read one answer."""
    if (lack := reply.lacks(_HEAD)) is not None:
        return lack
    pdu, at = reply.pdu, _HEAD
    objects: list[tuple[int, bytes]] = []
    while at + _OBJECT_HEAD <= len(pdu):
        end = at + _OBJECT_HEAD + pdu[at + 1]
        objects.append((pdu[at], pdu[at + _OBJECT_HEAD : end]))
        at = end
    interface, code, conformity, more_follows, following, number = pdu[1:_HEAD]
    is_whole = at == len(pdu) and number == len(objects)
    return Part(interface, code, conformity, more_follows, following, tuple(objects), is_whole)


def _first(part: Part) -> int:
    return part.objects[0][0] if part.objects else -1
