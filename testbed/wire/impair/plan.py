"""What a seed makes of a scenario: every random choice, a pure function of seed, name, connection, direction.

Nothing here looks at a clock: whoever carries the bytes says when they came.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from testbed.model.delay import FARTHEST, Delay, Direction, Span
from testbed.model.impairment import Impairment
from testbed.model.stream import Break, Freeze, Stall

_SHAPE = 3.0
"""Of the Pareto distribution of delays: its variance is finite (assumed, as in the tables of tc-netem)."""


@dataclass(frozen=True)
class Plan:
    """The choices of one scenario under one seed, for one name.

    Args:
        scenario: what is to happen.
        seed: of the run.
        name: of what is impaired, as a case and its try: each has choices of its own.
    """

    scenario: Impairment
    seed: int
    name: str = ""

    def random(self, *of: object) -> random.Random:
        """Return the source of choices about something."""
        said = " ".join(map(str, (self.scenario.id, self.seed, self.name, *of)))
        return random.Random(said)  # noqa: S311 - reproducible on purpose

    def breaks(self, connection: int) -> Broken | None:
        """Return how a connection is to break, if it is."""
        stream = self.scenario.stream
        if stream is None or not stream.breaks:
            return None
        choice = self.random(connection, "break")
        left = choice.random()
        for one in stream.breaks:
            if left < one.share:
                return Broken.of(one, choice)
            left -= one.share
        return None

    def freezes(self) -> Freezes:
        """Return when the link stands still; it does so for all connections at once."""
        stream = self.scenario.stream
        return Freezes(stream.freeze if stream else None, self.random("freeze"))


@dataclass(frozen=True)
class Broken:
    """How one connection breaks."""

    how: str
    counted: Direction
    after: int | None
    """Bytes in that direction behind which it breaks."""
    at: float | None
    """Seconds since the connection was made."""

    @classmethod
    def of(cls, one: Break, choice: random.Random) -> Broken:
        """Draw bytes or time of a break."""
        after = whole(one.after, choice) if one.after else None
        at = choice.uniform(one.time.least, one.time.most) if one.time else None
        return cls(one.how, one.counted, after, at)


@dataclass
class Freezes:
    """The times at which a link stands still, in seconds since it was first used."""

    freeze: Freeze | None
    choice: random.Random
    _windows: list[tuple[float, float]] = field(default_factory=list)

    def through(self, at: float) -> float:
        """Return when what arrives at a time passes."""
        if self.freeze is None:
            return at
        for begin, end in self.until(at):
            if begin <= at < end:
                return end
        return at

    def until(self, at: float) -> Iterator[tuple[float, float]]:
        """Yield the windows that begin up to some time."""
        if self.freeze is not None:
            lasts = self.freeze.lasts
            while not self._windows or self._windows[-1][0] <= at:
                last = self._windows[-1][1] if self._windows else 0.0
                begin = last + self.choice.expovariate(1 / self.freeze.every)
                self._windows.append((begin, begin + self.choice.uniform(lasts.least, lasts.most)))
        yield from (one for one in self._windows if one[0] <= at)


def drawn(delay: Delay | None, choice: random.Random) -> float:
    """Draw a delay, in seconds; one choice is used up whatever is drawn."""
    if delay is None:
        return 0.0
    match delay.distribution:
        case "uniform":
            far = choice.uniform(-1.0, 1.0)
        case "normal":
            far = choice.gauss(0.0, 1.0)
        case "exponential":
            far = choice.expovariate(1.0)
        case "pareto":  # shifted to begin at 0, with a mean of 1
            far = (choice.paretovariate(_SHAPE) - 1.0) * (_SHAPE - 1.0)
    most = FARTHEST[delay.distribution]
    return max(0.0, delay.time + max(-most, min(far, most)) * delay.jitter)


def stalled(stall: Stall | None, choice: random.Random) -> float:
    """Draw for how long a piece is held up by segments that are lost, in seconds."""
    if stall is None:
        return 0.0
    late, wait = 0.0, stall.time
    for _ in range(stall.doubled + 1):
        if choice.random() >= stall.share:
            break
        late, wait = late + wait, wait * 2
    return late


def whole(span: Span, choice: random.Random) -> int:
    """Draw a whole number."""
    return choice.randint(span.least, span.most)
