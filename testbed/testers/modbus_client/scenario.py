"""What the stand-in does about one request, step by step: an answer right or wrong on purpose."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from testbed.model.client import Task
from testbed.protocols.modbus import Adu, Frame
from testbed.testers.modbus_client.belief import Truth
from testbed.testers.modbus_client.numbers import Values, response_of

APART = 50
"""Distance between the first values of two answers: each has values of its own (125 of a request may overlap,
but never at the same place)."""


class Line(Protocol):
    """The connection on which a request came."""

    def send(self, data: bytes, *, comment: str = "") -> int:
        """Send bytes in one piece."""

    async def send_in_pieces(self, pieces: list[bytes], pause: float, *, comment: str = "") -> int:
        """Send bytes in several segments."""

    def close(self) -> None:
        """Close as a good server does."""

    def reset(self) -> None:
        """Break the connection with a TCP reset."""


@dataclass
class Scene:
    """One act of the client: its task, the values of each answer, and what was true of them."""

    task: Task
    random: random.Random
    timeout: float
    """Seconds for which the client waits for an answer, as declared."""
    values: Values | None = None
    """What every valid answer carries; values of its own each where None."""
    truth: Truth = field(init=False)
    _base: int = field(init=False)
    _poison: int = 0

    def __post_init__(self) -> None:
        self.truth = Truth(self.task)
        self._base = self.random.randrange(1000, 4000)

    def valid(self, number: int) -> Values:
        """Return the values of the valid answer to a request, counted from 0."""
        if number not in self.truth.valid:
            self.truth.valid[number] = self._made(number)
        return self.truth.valid[number]

    def _made(self, number: int) -> Values:
        if self.values is not None:
            return tuple(self.values[at % len(self.values)] for at in range(self.task.count))
        if self.task.is_bits:
            return tuple(
                float((0b1011001110001011 >> (number + at) % 16) & 1) for at in range(self.task.count)
            )
        first = self._base + APART * number
        return tuple(float(first + at) for at in range(self.task.count))

    def invalid(self, count: int | None = None) -> Values:
        """Return values that no valid answer carries, as many as were asked for or otherwise."""
        count = self.task.count if count is None else count
        self._poison += 1
        if self.task.is_bits:
            values = tuple(1.0 - one for one in self.valid(0)[:count])
        else:
            first = self._base + 5000 + APART * self._poison
            values = tuple(float(first + at) for at in range(count))
        self.truth.invalid.append(values)
        return values


@dataclass(frozen=True)
class Moment:
    """One request, and where it came."""

    scene: Scene
    number: int
    """Of the request in its act, counted from 0."""
    frame: Frame
    line: Line

    @property
    def unit(self) -> int:
        """The unit identifier that was asked."""
        return self.frame.unit or 0

    def right_pdu(self) -> bytes:
        """Return the PDU of the right answer; a write is answered with what it echoes (AP 6.5 to 6.12)."""
        if self.scene.task.reads:
            return response_of(self.scene.task, self.scene.valid(self.number))
        return self.frame.pdu[:5]

    def wrong_pdu(self) -> bytes:
        """Return a PDU of the right form whose values are those of no valid answer."""
        if self.scene.task.reads:
            return response_of(self.scene.task, self.scene.invalid())
        return self.right_pdu()

    def adu(self, pdu: bytes) -> Adu:
        """Return the ADU that carries a PDU back."""
        return Adu(self.frame.transaction, self.unit, pdu)


Make = Callable[[Moment], bytes]


@dataclass(frozen=True)
class Step:
    """One thing that the stand-in does."""

    make: Make | None = None
    """Makes bytes to be sent."""
    piece: int = 0
    """Bytes of each segment; all in one where 0."""
    pause: float = 0.0
    """Seconds between segments, or to wait where nothing is sent."""
    timeouts: float = 0.0
    """To wait, in declared time-outs of the client."""
    end: str = ""
    """`close` or `reset`."""


@dataclass(frozen=True)
class Answer:
    """Everything that the stand-in does about one request."""

    said: str
    steps: tuple[Step, ...] = ()

    def __add__(self, other: Answer) -> Answer:
        """Do one, then the other."""
        return Answer(f"{self.said}, {other.said}", self.steps + other.steps)
