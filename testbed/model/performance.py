"""What a profile demands of performance, and what was measured: a plant sets these limits, no standard."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from testbed.model.base import Duration, Frozen, Text

Percentile = Annotated[str, StringConstraints(pattern=r"^p(50|90|95|99|99\.9)$")]
"""A percentile by its usual name: `p99`."""
_Rate = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
_Measured = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
"""A rate, seconds, or milliseconds of an hour at most: a record may come from anybody, and is drawn."""
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0)]

MOST_REQUESTS = 5_000_000
"""Requests of one load (assumed: an hour at 1,000 a second, with room); each takes 24 bytes."""
HICCUPS = 3
"""Times that a load is made, at most, where the tester itself was too late (assumed)."""
STEPS_MOST = 60
"""Rates that a search tries at most."""
SLOTS_MOST = 120
"""Stretches into which the time of a load is divided for its drawing."""
STALLS_MOST = 50
POINTS_MOST = 60
HISTOGRAM_MOST = 1 << 16
"""Characters of a histogram (assumed; 3 digits over an hour need some 10,000)."""


Arrivals = Literal["even", "random"]
"""Whether requests are due at equal distances, or at exponential ones as of many clients (Poisson)."""


class Steady(Frozen):
    """Load at one rate for some seconds."""

    rate: _Rate
    """Requests a second."""
    seconds: float = Field(gt=0, le=86_400, allow_inf_nan=False)
    arrivals: Arrivals = "even"

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        count = round(self.rate * self.seconds)
        if not 1 <= count <= MOST_REQUESTS:
            raise ValueError(
                f"{self.rate:g} requests a second for {self.seconds:g} s are {count:,} requests; "
                f"a load has 1 to {MOST_REQUESTS:,}"
            )
        return self


class Throughput(Frozen):
    """How many requests a second a device must take within a limit, and how far it is asked for more."""

    at_least: _Rate
    up_to: _Rate
    share: Percentile = "p99"
    within: Duration

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.up_to < self.at_least:
            raise ValueError(
                f"`up_to` {self.up_to:g} is below `at_least` {self.at_least:g}: no device could keep that"
            )
        return self


class Soak(Steady):
    """Load for a long time."""

    drift: float = Field(default=1.5, gt=1, le=100, allow_inf_nan=False)
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
    """The longest stretch in which requests wait and nothing is answered."""
    throughput: Throughput
    soak: Soak
    churn: Churn
    extra: int = Field(default=1, ge=1, le=16)
    """Connections tried beyond the declared sessions."""

    @property
    def within(self) -> float:
        """Seconds that the longest case may take."""
        longest_step = 4.0 + 300 / min(self.throughput.at_least, self.steady.rate)
        longest = max(2 * self.steady.seconds, self.soak.seconds, self.churn.seconds)
        return HICCUPS * 2 * longest + STEPS_MOST * longest_step


class Quantile(Frozen):
    """A percentile with its one-sided 95 % bounds, in milliseconds; None where so many were not answered."""

    share: _Share
    value: _Measured | None
    low: _Measured | None
    high: _Measured | None


class Slot(Frozen):
    """A stretch of a load."""

    at: _Measured
    """Seconds from the start."""
    requests: _Count
    median: _Measured | None
    """Milliseconds; None where nobody was answered."""
    worst: _Measured | None
    unanswered: _Count


class Stall(Frozen):
    """A stretch, longer than the limit, in which requests waited and nothing was answered."""

    at: _Measured
    """Seconds from the start."""
    seconds: _Measured
    requests: _Count


class Step(Frozen):
    """One rate that a search tried."""

    rate: _Measured
    held: bool
    """Whether the device kept the limit, answered all, and did not fall behind."""
    value: _Measured | None
    """The percentile in milliseconds; None where so many were not answered."""
    unanswered: _Count


class Harness(Frozen):
    """What the tester itself added, measured in the same run."""

    workers: _Count
    loop: str
    """The library of the event loop."""
    late_p99: _Measured
    """Milliseconds by which the engine was late to take requests up, 99 in 100 of them."""
    late_worst: _Measured
    floor: Annotated[tuple[Quantile, ...], Field(max_length=16)] = ()
    """The same load on a loopback responder that does nothing else."""


class Measurement(Frozen):
    """One load and what came of it, as a page draws it."""

    kind: Literal["steady", "search", "soak", "churn", "sessions"]
    rate: _Measured
    """Requests a second, intended; of a search the highest rate that held."""
    seconds: _Measured
    arrivals: Arrivals = "even"
    connections: _Count
    transactions: _Count
    seed: int
    requests: _Count
    unanswered: _Count
    wrong: _Count
    lost: _Count = 0
    """Connections that ended though nobody closed them."""
    strange: _Count = 0
    """Frames that answered no pending request."""
    quantiles: Annotated[tuple[Quantile, ...], Field(max_length=16)] = ()
    curve: Annotated[tuple[tuple[_Share, _Measured], ...], Field(max_length=POINTS_MOST)] = ()
    """Pairs of a share of all requests and the milliseconds that it did not exceed."""
    series: Annotated[tuple[Slot, ...], Field(max_length=SLOTS_MOST)] = ()
    stalls: Annotated[tuple[Stall, ...], Field(max_length=STALLS_MOST)] = ()
    steps: Annotated[tuple[Step, ...], Field(max_length=STEPS_MOST)] = ()
    limit: _Measured | None = None
    """Milliseconds that the search held against."""
    knee: _Measured | None = None
    """Requests a second at which the limit stopped being kept; None where it was kept up to the last rate."""
    extra: dict[str, _Count] = Field(default_factory=dict, max_length=16)
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
