"""What becomes of the packets of a link under an impairment."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from testbed.model.base import Duration, Frozen
from testbed.model.delay import Delay, Share

RETRANSMITTED = 3.0
"""Seconds in which TCP sends a lost segment again twice (RFC 6298, 2.1 and 5.5: 1 s, then 2 s)."""


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
    """`right` as by a device that changes the payload and works the sum out anew: TCP does not notice."""


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
