"""How much the fuzzer may send: so many requests, or for so long."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_REQUESTS = 10_000_000
MOST_SECONDS = 86400.0
SLOWEST = 0.1
"""Seconds that a request takes on average at most; of a slower device, fewer are sent (assumed)."""
_SAID = re.compile(r"(\d{1,9})(?:\s*(s|min|h))?")
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Budget:
    """Requests and seconds; what is used up first ends it."""

    requests: int
    seconds: float

    @classmethod
    def of(cls, said: str) -> Budget:
        """Read `10000`, `60s`, `5min` or `1h`.

        Raises:
            ValueError: it says something else; the message says what to write.
        """
        found = _SAID.fullmatch(said.strip())
        if found is None or not int(found[1]):
            raise ValueError(
                f"`{said}` is no budget; write requests as `10000`, or a time as `60s` or `5min`"
            )
        number = int(found[1])
        if found[2] is None:
            if number > MOST_REQUESTS:
                raise ValueError(f"`{said}` is too much; a budget has at most {MOST_REQUESTS} requests")
            return cls(number, number * SLOWEST)
        seconds = number * _UNITS[found[2]]
        if seconds > MOST_SECONDS:
            raise ValueError(f"`{said}` is too much; a budget lasts at most a day")
        return cls(MOST_REQUESTS, seconds)

    def __str__(self) -> str:
        """Return what `of` reads."""
        return f"{self.seconds:.0f}s" if self.requests == MOST_REQUESTS else str(self.requests)


DEFAULT = Budget.of("200")
"""Of a run that names none: little, because every other case has looked already (assumed)."""
