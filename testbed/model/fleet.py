"""A fleet: simulated devices by the thousand, as one file says them.

Each entry is a group of devices of one kind. A `+` behind an address, a port or a unit counts upward from
there, one for each device: `{ kind: transmitter, count: 500, address: 127.0.1.1+, port: 5020 }`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from testbed.model.base import Duration, Frozen, Text
from testbed.model.counting import Addresses, Ports, Units

MOST = 20_000
"""Devices of one fleet (assumed: twenty times the largest plant floor that anybody asked for)."""
_REGISTER_MAX = 0xFFFF

Table = Literal["coils", "discrete_inputs", "holding_registers", "input_registers"]


class Signal(Frozen):
    """A value that a process moves: around a mean, up and down by its swing, never beyond.

    A register holds the value times `scale`, rounded; a bit is on from 0.5 upward. What a kind measures by
    itself, such as the temperature of a transmitter in °C, has no table.
    """

    table: Table | None = None
    address: int = Field(default=0, ge=0, le=0xFFFF, strict=True)
    around: float = Field(allow_inf_nan=False, strict=True)
    swing: float = Field(default=0.0, ge=0, allow_inf_nan=False, strict=True)
    every: Duration = Field(default=600.0, ge=1.0, json_schema_extra={"default": "10 min"})
    """Seconds of one full turn, at least one."""
    scale: float = Field(default=1.0, gt=0, allow_inf_nan=False, strict=True)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        low, high = ((self.around + way * self.swing) * self.scale for way in (-1, 1))
        if (
            self.table is not None
            and self.table.endswith("registers")
            and not 0 <= low <= high <= _REGISTER_MAX
        ):
            raise ValueError(f"goes from {low:g} to {high:g}, and a register holds 0 to 65535; see `scale`")
        return self


class Group(Frozen):
    """Devices of one kind."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
    """`plc`, `transmitter`, `io-block` or any mutant of `testbed mutants`."""
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$", max_length=11)] | None = None
    """With a hyphen and a number it names each device; at most eleven characters, so that the tag of a
    transmitter holds it. Groups of the same name go on counting. Unless given, the kind."""
    count: int = Field(default=1, ge=1, le=MOST, strict=True)
    """How many; behind gateways, how many behind each."""
    address: Addresses = Field(default="127.0.0.1", validate_default=True)
    port: Ports
    unit: Units | None = None
    """Puts the devices behind a gateway: it listens at the address and port and routes by unit identifier."""
    gateways: int = Field(default=1, ge=1, le=MOST, strict=True)
    """How many gateways, each with as many devices as `count`; address and port count the gateways."""
    signals: tuple[Signal, ...] = Field(default=(), max_length=64)

    @property
    def size(self) -> int:
        """How many devices these are."""
        return self.count * self.gateways

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        listeners = self.count if self.unit is None else self.gateways
        if self.unit is None and self.gateways > 1:
            raise ValueError("gateways route by unit identifier; add `unit: 1+`")
        if listeners > 1 and not (self.address.counts or self.port.counts or self.port.first == 0):
            who = "devices" if self.unit is None else "gateways"
            raise ValueError(
                f"{listeners} {who} cannot share {self.address.first} port {self.port.first}; "
                f"write `address: {self.address.first}+` or `port: {self.port.first}+`"
            )
        if self.unit is not None and self.count > 1 and not self.unit.counts:
            raise ValueError(
                f"{self.count} devices cannot share unit {self.unit.first}; write `unit: {self.unit.first}+`"
            )
        for word, numbers, places in (
            ("address", self.address, listeners),
            ("port", self.port, listeners),
            ("unit", self.unit, self.count),
        ):
            if numbers is not None and not numbers.reaches(places):
                raise ValueError(f"`{word}: {numbers}` has room for {numbers.room}, and {places} are wanted")
        return self


class Post(NamedTuple):
    """One device in its place."""

    name: str
    group: int
    listener: int
    """Which listener of its group serves it, counted from 0."""
    address: str
    port: int
    unit: int | None
    """The unit identifier behind a gateway, or None for a device that listens itself."""


class Fleet(Frozen):
    """One `fleet.yaml`."""

    name: Text
    seed: int = Field(default=0, ge=0, lt=2**64, strict=True)
    """Of everything that moves: the same seed moves the same values at the same time."""
    pace: Duration = Field(default=1.0, ge=0.1, le=60.0, json_schema_extra={"default": "1 s"})
    """Seconds from one value of a signal to the next."""
    devices: tuple[Group, ...] = Field(max_length=1000, json_schema_extra={"minItems": 1})

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not self.devices:
            raise ValueError("`devices` is empty; a fleet has one at least")
        if (size := sum(group.size for group in self.devices)) > MOST:
            raise ValueError(f"has {size} devices; one fleet has at most {MOST}")
        return self

    def posts(self) -> Iterator[Post]:
        """Give each device its name and place, in the order of the file."""
        named: Counter[str] = Counter()
        for at, group in enumerate(self.devices):
            name = group.name or group.kind
            for place in range(group.size):
                named[name] += 1
                if group.unit is None:
                    listener, unit = place, None
                else:
                    listener, unit = place // group.count, group.unit.nth(place % group.count)
                address, port = group.address.nth(listener), group.port.nth(listener)
                yield Post(f"{name}-{named[name]}", at, listener, address, port, unit)
