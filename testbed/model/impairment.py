"""Impairments: named conditions of a network under which a device is judged, in a stream and in its packets.

What a stream shows needs no privilege: a relay between tester and device delays, throttles, cuts, joins, freezes
and breaks it. What packets show (loss, reordering, duplication, corruption, MTU) needs the network of the system.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from testbed.model.base import Duration, Frozen, Text

ImpairmentId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*@\d+$", max_length=64)]
"""Name and version: `plant-wifi@1`."""
Share = Annotated[float, Field(ge=0, le=1)]
"""A probability."""
Time = Annotated[Duration, Field(ge=0, le=600)]
Direction = Literal["to_device", "from_device"]
DIRECTIONS: tuple[Direction, ...] = ("to_device", "from_device")
Means = Literal["stream", "tun", "netem"]
"""By what an impairment is made: a relay of the stream, packets in this program, or the system's `netem`."""

FARTHEST = {"uniform": 1.0, "normal": 3.0, "exponential": 7.0, "pareto": 10.0}
"""How many times the jitter a delay may lie above its middle, by its distribution: what would be farther is drawn
at that mark, so that the tester knows how long an answer may take (assumed; beyond lie 0.13 % of a normal, 0.09 %
of an exponential and 0.46 % of the Pareto distribution used here)."""


RETRANSMITTED = 3.0
"""Seconds in which TCP sends a lost segment again twice (RFC 6298, 2.1 and 5.5: 1 s, then 2 s)."""


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


class Burst(Frozen):
    """Losses that come together: a Gilbert-Elliott channel (RFC 6534, and E. O. Elliott, BSTJ 42, 1963)."""

    enter: Share
    """Probability that the channel turns bad, at each packet."""
    leave: Annotated[float, Field(gt=0, le=1)]
    """Probability that it turns good again: the mean length of a burst is its inverse, in packets."""
    lost: Share = 1.0
    """Share lost while it is bad."""
    else_lost: Share = 0.0
    """Share lost while it is good."""

    @property
    def share(self) -> float:
        """Share that is lost in the long run."""
        bad = self.enter / (self.enter + self.leave)
        return bad * self.lost + (1 - bad) * self.else_lost


class Reorder(Frozen):
    """Some packets are held back, so that later ones overtake them."""

    share: Share
    by: Annotated[Duration, Field(gt=0, le=10)]


class Corrupt(Frozen):
    """In some packets one bit is wrong."""

    share: Share
    checksum: Literal["wrong", "right"] = "wrong"
    """`right` as by a device that changes the payload and works the checksum out anew: TCP does not notice."""


class Packets(Frozen):
    """What becomes of the packets of a link, in each direction."""

    delay: Delay | None = None
    loss: Share = 0.0
    """Each packet alike; or in bursts."""
    burst: Burst | None = None
    reorder: Reorder | None = None
    duplicate: Share = 0.0
    corrupt: Corrupt | None = None
    rate: int | None = Field(default=None, ge=100, le=10**10)
    """Bytes a second."""
    mtu: int = Field(default=1500, ge=576, le=9000)
    """Bytes of the largest packet; 576 every host of IPv4 takes (RFC 791, 3.1)."""
    black_hole: bool = False
    """Whether larger packets vanish and nobody is told, as behind a router whose ICMP is filtered."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.loss and self.burst:
            raise ValueError("`loss` and `burst` exclude each other")
        return self

    @property
    def longest(self) -> float:
        """Seconds by which an answer may be late, there and back; of losses only the usual repetition."""
        late = 2 * (self.delay.most if self.delay else 0.0)
        late += 2 * (self.reorder.by if self.reorder else 0.0)
        return late + (RETRANSMITTED if self.loss or self.burst or self.corrupt else 0.0)


class Impairment(Frozen):
    """A scenario: what a network does to the traffic between tester and device."""

    id: ImpairmentId
    title: Text
    summary: Text
    sources: tuple[str, ...] = Field(min_length=1)
    """Where the numbers come from; `assumed: …` where nobody has measured them."""
    stream: Stream | None = None
    packets: Packets | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.stream is None and self.packets is None:
            raise ValueError("needs `stream` or `packets`")
        return self

    @property
    def alters(self) -> bool:
        """Whether the bytes that arrive may be others than those that were sent."""
        corrupt = self.packets.corrupt if self.packets else None
        return corrupt is not None and corrupt.checksum == "right"


class Impaired(Frozen):
    """The impairment under which a run was made, as its record says it."""

    id: ImpairmentId
    title: Text
    summary: Text
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """Digest of the scenario as written."""
    seed: int
    means: Means
    lengthened_s: float = 0.0
    """Seconds by which the tester waited longer for each answer than the device declares."""
