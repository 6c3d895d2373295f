"""The monitor: what must hold for every frame, watched under every case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from testbed.model.base import Text


@dataclass(frozen=True, slots=True)
class Breach:
    """A frame that broke an invariant: the requirement, what was expected, what came, in which frame."""

    requirement: str
    expected: Text
    received: Text
    frame: int
    start: int = 0
    """First guilty byte of the frame."""
    end: int = 0
    """First byte after the guilty ones."""
    is_stump: bool = False
    """Whether what came is the beginning of a frame whose rest did not come."""


class Monitor(Protocol):
    """Watches all traffic of one case."""

    breaches: list[Breach]

    def sent(self, connection: int, data: bytes, number: int) -> None:
        """Take note of bytes that the tester sent, right or wrong on purpose."""

    def received(self, connection: int, frame: bytes, number: int, *, followed: bool) -> bool:
        """Judge a frame that the device sent; `followed` says that bytes behind it make no frame.

        Returns whether it answers what `forget` gave up: nobody waits for it any more.
        """

    def incomplete(self, connection: int, stump: bytes, number: int) -> None:
        """Judge bytes of a frame that never became whole."""

    def flooded(self, connection: int, number: int) -> None:
        """Take note that a device sent so much, up to a frame, that it was not read any more."""

    def expects(self, connection: int) -> bool:
        """Say whether an answer is due on a connection."""

    def forget(self, connection: int) -> None:
        """Stop waiting for what was asked."""
