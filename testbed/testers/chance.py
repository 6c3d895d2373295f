"""Hypothesis with one source of chance: the seed of a run and the name of a case.

Left alone, hypothesis also draws numbers that it finds in the source files of whatever is imported, and keeps
them in a folder beside the user's files: the same seed would send other frames on another machine. A backend
of our own draws from the seed alone, and half of all numbers near a border, where servers go wrong.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Literal

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.internal import entropy
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, PrimitiveProvider
from hypothesis.internal.intervalsets import IntervalSet

BACKEND = "testbed"
LONGEST = 300
"""Characters or bytes of one drawn value where its strategy names no bound (assumed; an ADU has 260)."""
_UNBOUNDED = 1 << 16

_source: ContextVar[random.Random] = ContextVar("source")


@contextmanager
def drawn_from(seed: str) -> Iterator[None]:
    """Let hypothesis draw from a seed, in this thread, until the end of the block."""
    token = _source.set(random.Random(seed))  # noqa: S311 - reproducible on purpose
    try:
        yield
    finally:
        _source.reset(token)


def bounded(examples: int, steps: int = 50) -> settings:
    """Return settings that generate so many examples, keep nothing, print nothing, and watch no clock."""
    return settings(
        backend=BACKEND,
        max_examples=examples,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
    )


class Seeded(PrimitiveProvider):
    """Draws from the seed that `drawn_from` names."""

    lifetime: ClassVar[Literal["test_function"]] = "test_function"

    def __init__(self, conjecturedata: Any, /) -> None:
        super().__init__(conjecturedata)
        self._random = _source.get()

    def draw_boolean(self, p: float = 0.5) -> bool:
        """Draw True with a probability."""
        return self._random.random() < p

    def draw_integer(
        self,
        min_value: int | None = None,
        max_value: int | None = None,
        *,
        weights: dict[int, float] | None = None,
        shrink_towards: int = 0,
    ) -> int:
        """Draw a number, of a wide range one near its borders half of the time."""
        if weights and self._random.random() < sum(weights.values()):
            return self._random.choices(list(weights), list(weights.values()))[0]
        low = min_value if min_value is not None else min(max_value or 0, shrink_towards) - _UNBOUNDED
        high = max_value if max_value is not None else max(low, shrink_towards) + _UNBOUNDED
        if high - low >= 0xFF and self._random.random() < 0.5:  # noqa: PLR2004 - a byte, and one half
            return self._random.choice((low, low + 1, high - 1, high))
        return self._random.randint(low, high)

    def draw_float(
        self,
        *,
        min_value: float = -math.inf,
        max_value: float = math.inf,
        allow_nan: bool = True,  # noqa: ARG002 - hypothesis's interface
        smallest_nonzero_magnitude: float,  # noqa: ARG002 - hypothesis's interface
    ) -> float:
        """Draw a finite number."""
        return self._random.uniform(max(min_value, -1e9), min(max_value, 1e9))

    def draw_string(self, intervals: IntervalSet, *, min_size: int = 0, max_size: int = LONGEST) -> str:
        """Draw text out of the allowed characters."""
        size = self._size(min_size, max_size)
        return "".join(chr(intervals[self._random.randrange(len(intervals))]) for _ in range(size))

    def draw_bytes(self, min_size: int = 0, max_size: int = LONGEST) -> bytes:
        """Draw bytes."""
        return self._random.randbytes(self._size(min_size, max_size))

    def _size(self, least: int, most: int) -> int:
        return self._random.randint(least, min(most, max(least, LONGEST)))


class _EveryState(set[Any]):
    """All states of Python's own random numbers, as hypothesis is to know them.

    It takes a state that it does not know for a strategy's doing, and warns; but libraries in other threads
    (pyModbusTCP numbers requests so) move that state while a strategy draws, and ours draws from the seed.
    """

    def __contains__(self, state: object) -> bool:
        return True


AVAILABLE_PROVIDERS[BACKEND] = Seeded
entropy._known_random_state_hashes = _EveryState()  # noqa: SLF001 - there is no public way
