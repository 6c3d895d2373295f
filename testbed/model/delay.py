"""What impairments are made of: shares, spans, and delays with their distribution."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from testbed.model.base import Duration, Frozen

Share = Annotated[float, Field(ge=0, le=1)]
"""A probability."""
Time = Annotated[Duration, Field(ge=0, le=600)]
Direction = Literal["to_device", "from_device"]
DIRECTIONS: tuple[Direction, ...] = ("to_device", "from_device")

FARTHEST = {"uniform": 1.0, "normal": 3.0, "exponential": 7.0, "pareto": 10.0}
"""How many times the jitter a delay may lie from its middle, by its distribution.

What would be farther is drawn at that mark, so that the tester knows how long an answer may take (assumed:
beyond lie 0.13 % of a normal, 0.09 % of an exponential, 0.46 % of the Pareto distribution used here).
"""


class Span(Frozen):
    """Two ends, between which every value is equally likely."""

    least: int = Field(ge=0, le=1 << 32)
    most: int = Field(ge=0, le=1 << 32)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.least > self.most:
            raise ValueError(f"`least` {self.least} is more than `most` {self.most}")
        return self


class TimeSpan(Frozen):
    """Two times, between which every time is equally likely."""

    least: Time
    most: Time

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.least > self.most:
            raise ValueError(f"`least` {self.least:g} s is more than `most` {self.most:g} s")
        return self


class Delay(Frozen):
    """What each piece waits, one way."""

    time: Time
    """The middle; with an exponential or a Pareto distribution the least."""
    jitter: Time = 0.0
    """Half the width (uniform), standard deviation (normal), or mean above the least."""
    distribution: Literal["uniform", "normal", "exponential", "pareto"] = "normal"

    @property
    def most(self) -> float:
        """The longest that is ever drawn, in seconds."""
        return self.time + FARTHEST[self.distribution] * self.jitter
