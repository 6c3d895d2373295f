"""Profiles: the suites that judge a class of device, and what its declaration must say (ISO/IEC 9646-7)."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from testbed.model.base import Frozen, Text
from testbed.model.needs import Need, Needs
from testbed.model.performance import Performance

ProfileId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9/-]*@\d+$")]
"""Name and version: `modbus-tcp-server@1`."""

Plain = Annotated[str, StringConstraints(pattern=r"^(m|o|o\.\d{1,2}|x|n/a)$")]
"""A status without a condition: mandatory, optional, optional as one of a group, prohibited, no matter."""

Status = Annotated[str, StringConstraints(pattern=r"^(m|o|o\.\d{1,2}|x|n/a|c\.\d{1,2})$")]
"""A status as a proforma of ISO/IEC 9646-7 prints it; `c.1` names a condition of the profile."""


class Item(Frozen):
    """One line of a profile's proforma: something that a device may claim, and whether it must."""

    item: Need
    """A fact of the declaration, or a size: `fc03`, `holding_registers`, `sessions >= 2`."""
    status: Status
    text: Text
    clause: dict[str, str] = Field(default_factory=dict)


class Condition(Frozen):
    """When a conditional item has which status."""

    when: Needs = Field(min_length=1)
    then: Plain
    otherwise: Plain
    text: Text
    """The condition in a sentence, as printed where it does not hold."""


class Choice(Frozen):
    """How many items of a group `o.n` must be claimed."""

    least: int = Field(default=1, ge=0)
    most: int | None = Field(default=None, ge=1)


class Control(Frozen):
    """A requirement of another standard, and what is evidence for it, or against it, never all of it."""

    id: str = Field(min_length=1, max_length=40)
    document: str = Field(min_length=1, max_length=100)
    title: Text
    requirements: tuple[str, ...] = Field(min_length=1)
    """Requirements of the profile's suites by id; `*` stands for any end."""

    def is_served_by(self, requirement: str) -> bool:
        """Say whether a finding about a requirement is evidence here."""
        return any(fnmatchcase(requirement, pattern) for pattern in self.requirements)


class Profile(Frozen):
    """A class of device, the suites that judge it, and the proforma that its declarations answer."""

    id: ProfileId
    title: Text
    suites: tuple[str, ...] = Field(min_length=1)
    items: tuple[Item, ...] = ()
    conditions: dict[Annotated[str, StringConstraints(pattern=r"^c\.\d{1,2}$")], Condition] = Field(
        default_factory=dict
    )
    choices: dict[Annotated[str, StringConstraints(pattern=r"^o\.\d{1,2}$")], Choice] = Field(
        default_factory=dict
    )

    controls: tuple[Control, ...] = ()
    """Of other standards, for who has to show evidence there."""
    performance: Performance | None = None
    """What it demands of performance, where its suites measure any."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        stated = [item.item for item in self.items]
        if twice := [name for at, name in enumerate(stated) if name in stated[:at]]:
            raise ValueError(f"`{twice[0]}` stands twice among the items")
        used = {item.status for item in self.items}
        for name in sorted(status for status in used if status.startswith("c.")):
            if name not in self.conditions:
                raise ValueError(f"`{name}` is the status of an item, but not among the conditions")
        used |= {status for one in self.conditions.values() for status in (one.then, one.otherwise)}
        if idle := sorted((self.conditions.keys() | self.choices.keys()) - used):
            raise ValueError(f"`{idle[0]}` is the status of no item")
        return self
