"""What becomes of the bytes of a connection under an impairment, as TCP would hand them on."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from testbed.model.base import Duration, Frozen
from testbed.model.delay import Delay, Direction, Share, Span, Time, TimeSpan


class Throttle(Frozen):
    """A line of so many bytes a second, one way."""

    rate: int = Field(ge=1, le=10**10)
    """Bytes a second."""
    piece: int = Field(default=1460, ge=1, le=65535)
    """Bytes that arrive at once; of TCP over Ethernet 1460 (RFC 9293, 3.7.1)."""


class Split(Frozen):
    """A stream is cut into small pieces, each of which arrives alone."""

    into: Span
    """Bytes of a piece."""
    gap: Time = 0.0
    """Time between two pieces of one."""


class Stall(Frozen):
    """What TCP makes of a lost segment: nothing passes until it is sent again."""

    share: Share
    """Of the pieces; of each repetition as well."""
    time: Time
    """The first retransmission time-out."""
    doubled: int = Field(default=3, ge=0, le=6)
    """How often it is doubled at most (RFC 6298, 5.5)."""

    @property
    def most(self) -> float:
        """The longest that a piece is held up, in seconds."""
        return float(self.time * (2 ** (self.doubled + 1) - 1))


class Freeze(Frozen):
    """From time to time the link stands still, in both directions."""

    every: Annotated[Duration, Field(gt=0, le=3600)]
    """Mean time from the end of one to the next, exponentially distributed."""
    lasts: TimeSpan


class Break(Frozen):
    """Some connections end in the middle of something."""

    share: Share
    """Of the connections."""
    how: Literal["close", "reset", "silence"]
    """The end of the stream, a reset, or nothing any more on a connection that stays open."""
    after: Span | None = None
    """Bytes after which it happens: what comes behind is lost."""
    counted: Direction = "from_device"
    """In which direction those are counted."""
    time: TimeSpan | None = None
    """Or time since the connection was made."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.after is None) == (self.time is None):
            raise ValueError("needs either `after`, a span of bytes, or `time`, a span of times")
        return self


class Stream(Frozen):
    """What becomes of the bytes of a connection."""

    delay: Delay | None = None
    throttle: Throttle | None = None
    split: Split | None = None
    join: Annotated[Duration, Field(gt=0, le=60)] | None = None
    """Pieces that come within this time of the first arrive together."""
    stall: Stall | None = None
    freeze: Freeze | None = None
    breaks: tuple[Break, ...] = ()

    @model_validator(mode="after")
    def _fair(self) -> Self:
        if sum(one.share for one in self.breaks) > 1:
            raise ValueError("the shares of `breaks` are more than all connections")
        return self

    def longest(self, carried: int) -> float:
        """Return the seconds by which a piece of so many bytes may be late, one way, on an idle link."""
        late = (self.delay.most if self.delay else 0.0) + (self.stall.most if self.stall else 0.0)
        late += (self.join or 0.0) + (carried / self.throttle.rate if self.throttle else 0.0)
        if self.split:
            late += carried / max(self.split.into.least, 1) * self.split.gap
        return late + (self.freeze.lasts.most if self.freeze else 0.0)
