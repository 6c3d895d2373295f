"""What a profile demands of performance, and what was measured: a plant sets these limits, no standard."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from testbed.model.base import Duration, Frozen, Text

Percentile = Annotated[str, StringConstraints(pattern=r"^p(50|90|95|99|99\.9)$")]
"""A percentile by its usual name: `p99`."""
_Rate = Annotated[float, Field(gt=0, le=100_000)]

STEPS_MOST = 60
"""Rates that a search tries at most."""
SLOTS_MOST = 120
"""Stretches into which the time of a load is divided for its drawing."""
STALLS_MOST = 50
POINTS_MOST = 60
HISTOGRAM_MOST = 1 << 16
"""Characters of a histogram (assumed; 3 digits over an hour need some 10,000)."""


class Steady(Frozen):
    """Load at one rate for some seconds."""

    rate: _Rate
    """Requests a second."""
    seconds: float = Field(gt=0, le=86_400)


class Throughput(Frozen):
    """How many requests a second a device must take within a limit, and how far it is asked for more."""

    at_least: _Rate
    up_to: _Rate
    share: Percentile = "p99"
    within: Duration


class Soak(Steady):
    """Load for a long time."""

    drift: float = Field(default=1.5, gt=1, le=100)
    """How many times as long a percentile of the last third may be as that of the first."""


class Churn(Steady):
    """Connections that come and go: so many a second."""

    within: Duration
    """From the intended opening to the first answer, for 95 in 100."""


class Performance(Frozen):
    """What a profile demands. Limits are the plant's, times are seconds."""

    steady: Steady
    latency: dict[Percentile, Duration] = Field(min_length=1)
    stall: Duration
    """The longest stretch in which no request is answered in this time."""
    throughput: Throughput
    soak: Soak
    churn: Churn
    extra: int = Field(default=1, ge=1, le=16)
    """Connections tried beyond the declared sessions."""

    @property
    def within(self) -> float:
        """Seconds that the longest case may take."""
        longest_step = 4.0 + 300 / min(self.throughput.at_least, self.steady.rate)
        return 2 * (self.steady.seconds + self.soak.seconds + self.churn.seconds) + STEPS_MOST * longest_step


class Quantile(Frozen):
    """A percentile with its one-sided 95 % bounds, in milliseconds; None where so many were not answered."""

    share: float
    value: float | None
    low: float | None
    high: float | None


class Slot(Frozen):
    """A stretch of a load."""

    at: float
    """Seconds from the start."""
    requests: int
    median: float | None
    """Milliseconds; None where nobody was answered."""
    worst: float | None
    unanswered: int


class Stall(Frozen):
    """A stretch in which every request waited longer than the limit for stalls."""

    at: float
    """Seconds from the start."""
    seconds: float
    requests: int


class Step(Frozen):
    """One rate that a search tried."""

    rate: float
    held: bool
    """Whether the device kept the limit, answered all, and did not fall behind."""
    value: float | None
    """The percentile in milliseconds; None where so many were not answered."""
    unanswered: int


class Harness(Frozen):
    """What the tester itself added, measured in the same run."""

    workers: int
    loop: str
    """The library of the event loop."""
    late_p99: float
    """Milliseconds by which the engine was late to take requests up, 99 in 100 of them."""
    late_worst: float
    floor: tuple[Quantile, ...] = ()
    """The same load on a loopback responder that does nothing else."""


class Measurement(Frozen):
    """One load and what came of it, as a page draws it."""

    kind: Literal["steady", "search", "soak", "churn", "sessions"]
    rate: float
    """Requests a second, intended; of a search the highest rate that held."""
    seconds: float
    connections: int
    transactions: int
    seed: int
    requests: int
    unanswered: int
    wrong: int
    lost: int = 0
    """Connections that ended though nobody closed them."""
    strange: int = 0
    """Frames that answered no pending request."""
    quantiles: tuple[Quantile, ...] = ()
    curve: Annotated[tuple[tuple[float, float], ...], Field(max_length=POINTS_MOST)] = ()
    """Pairs of a share of all requests and the milliseconds that it did not exceed."""
    series: Annotated[tuple[Slot, ...], Field(max_length=SLOTS_MOST)] = ()
    stalls: Annotated[tuple[Stall, ...], Field(max_length=STALLS_MOST)] = ()
    steps: Annotated[tuple[Step, ...], Field(max_length=STEPS_MOST)] = ()
    limit: float | None = None
    """Milliseconds that the search held against."""
    knee: float | None = None
    """Requests a second at which the limit stopped being kept; None where it was kept up to the last rate."""
    extra: dict[str, int] = Field(default_factory=dict)
    """What became of connections beyond the declared sessions."""
    harness: Harness
    histogram: Annotated[str, Field(max_length=HISTOGRAM_MOST)] = ""
    """Nanoseconds as an HdrHistogram, version 2, compressed, in base64."""

    @property
    def title(self) -> Text:
        """What kind of load it was."""
        return _TITLES[self.kind]


_TITLES = {
    "steady": Text(en="Load at the intended rate", ko="목표 요청률 부하"),
    "search": Text(en="Search for the throughput knee", ko="처리량 한계점 탐색"),
    "soak": Text(en="Soak", ko="지속 부하"),
    "churn": Text(en="Connections that come and go", ko="연결 반복 개설·종료"),
    "sessions": Text(en="Beyond the declared sessions", ko="선언된 세션 수 초과"),
}
