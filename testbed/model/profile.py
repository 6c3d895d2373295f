"""Profiles: which suites a class of device is judged by."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from testbed.model.base import Frozen, Text
from testbed.model.needs import Needs

ProfileId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9/-]*@\d+$")]
"""Name and version: `modbus-tcp-server@1`."""


class Profile(Frozen):
    """A class of device, the suites that judge it and what it must at least claim."""

    id: ProfileId
    title: Text
    suites: tuple[str, ...] = Field(min_length=1)
    requires: Needs = ()
    """What a device of this class must at least claim; the static review will hold declarations to it."""
