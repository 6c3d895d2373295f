"""Whether a device agrees with a model of it, or with the invariants, over many requests."""

from __future__ import annotations

from dataclasses import dataclass

from testbed.model.base import Text


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
