"""Impairments: named conditions of a network under which a device is judged.

What a stream shows needs no privilege: a relay between tester and device delays, throttles, cuts, joins,
freezes and breaks it. What packets show (loss, reordering, duplication, corruption, MTU) needs root.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from testbed.model.base import Frozen, Text
from testbed.model.packets import Packets
from testbed.model.stream import Stream

ImpairmentId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*@\d+$", max_length=64)]
"""Name and version: `plant-wifi@1`."""
Means = Literal["stream", "tun", "netem"]
"""By what an impairment is made: a relay of the stream, packets in this program, or the system's `netem`."""


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
        for name, part in (("stream", self.stream), ("packets", self.packets)):
            if part is not None and not part.model_fields_set:
                raise ValueError(f"`{name}` is empty: it impairs nothing")
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
