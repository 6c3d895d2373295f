"""What is to be asked of a device, and when: a schedule of intended send times, made before the first one."""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass, replace

SECOND = 1_000_000_000
"""Nanoseconds."""
MOST_REQUESTS = 5_000_000
"""Requests of one plan, as in `testbed.model.performance`; each takes 24 bytes here."""
MOST_CONNECTIONS = 1000
"""As many as a declaration may name sessions."""
DRAIN = 2.0
"""Seconds behind the last request in which answers still count, where a plan names none (assumed)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One load on one device."""

    host: str
    port: int
    request: bytes
    """One request from the unit identifier on: what stands behind it in the MBAP header is added."""
    answer_size: int
    """Bytes of the whole frame that answers it."""
    rate: float
    """Requests a second, intended."""
    seconds: float
    connections: int = 1
    transactions: int = 1
    """Requests that one connection may have pending."""
    poisson: bool = False
    """Whether the times between two requests are exponential rather than equal."""
    seed: int = 0
    drain: float = DRAIN
    """Seconds behind the last request in which answers still count."""
    churn: bool = False
    """Whether each request has a connection of its own, opened for it and closed behind it."""
    extra: int = 0
    """Connections opened half-way beside the others: more than the device declares to serve."""

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST_REQUESTS:
            raise ValueError(f"a plan has 1 to {MOST_REQUESTS} requests, not {self.count}")
        if not 1 <= self.connections <= MOST_CONNECTIONS or not 0 <= self.extra <= MOST_CONNECTIONS:
            raise ValueError(
                f"a plan has 1 to {MOST_CONNECTIONS} connections, and as many extra ones at most"
            )

    @property
    def count(self) -> int:
        """How many requests there are."""
        return round(self.rate * self.seconds)

    def schedule(self) -> array[int]:
        """Return the intended time of each request in nanoseconds from the start, ascending."""
        step = SECOND / self.rate
        if not self.poisson:
            return array("q", (round(number * step) for number in range(self.count)))
        chance = random.Random(self.seed)  # noqa: S311 - reproducible
        times, at = array("q"), 0.0
        for _ in range(self.count):
            times.append(round(at))
            at += chance.expovariate(1.0) * step
        return times

    def shares(self, workers: int) -> list[Plan]:
        """Return the connections of each worker; worker k of n sends each n-th request from the k-th on."""
        workers = min(workers, self.connections)
        base, more = divmod(self.connections, workers)
        return [
            replace(self, connections=base + (number < more), extra=self.extra if number == 0 else 0)
            for number in range(workers)
        ]
