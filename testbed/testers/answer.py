"""What came from a device, as every protocol's cases look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from testbed.model.base import Text
from testbed.testers.trouble import Undecided


class Reaction(Enum):
    """What a device did, other than refusing with a code."""

    NORMAL = "a normal response"
    SILENCE = "no answer"
    CLOSED = "the connection closed"


@dataclass(frozen=True, slots=True, eq=False)
class Instead:
    """Stands where a reply lacks what was asked of it; equal to nothing but itself."""

    said: str
    said_ko: str

    def __getattr__(self, name: str) -> Any:
        """A case that goes on from what did not come judges nothing; AttributeError for special names."""
        if name.startswith("_"):
            raise AttributeError(name)
        raise NothingThereError(self._undecided)

    def __iter__(self) -> Iterator[Any]:
        """Likewise."""
        raise Undecided(self._undecided)

    def __getitem__(self, index: int) -> Any:
        """Likewise."""
        raise Undecided(self._undecided)

    @property
    def _undecided(self) -> Text:
        return Text(
            en=f"a step before the one judged: {self.said}", ko=f"판정 대상 이전의 단계: {self.said_ko}"
        )


class NothingThereError(Undecided, AttributeError):
    """A part was asked of an answer that did not come; `getattr` with a default takes that instead."""


class Answer:
    """A reply whose attributes were read from bytes of one frame."""

    number: int
    """Its frame number in the capture."""

    def span(self, attribute: str) -> tuple[int, int]:
        """Return the bytes of the frame that an attribute is read from: first, and first after."""
        raise NotImplementedError


class Array(tuple[Any, ...]):
    """Values of an array, which are said as they are and not as registers."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """What became of a sequence of requests; `agrees` is what a case asserts."""

    expected: Text | None = None
    """What the last request of the failing sequence was expected to be met with; None where none failed."""
    received: Text | None = None
    """What it was met with."""
    guilty: tuple[int, int, int] | None = None
    """Frame number, first guilty byte and first after, where an answer came."""
    is_absence: bool = False
    """Whether it failed because nothing came."""

    @property
    def agrees(self) -> bool:
        """Whether the device did nothing but what it should."""
        return self.received is None
