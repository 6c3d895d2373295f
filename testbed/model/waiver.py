"""Waivers: narrow, mortal, and the laboratory's. Waived is a disposition over FAIL; the raw verdict stays."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from testbed.model.base import Frozen
from testbed.model.standard import RequirementId
from testbed.model.verdict import Verdict

_Said = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Waiver(Frozen):
    """One FAIL of one requirement on one firmware of one device, accepted by a named person until a day."""

    requirement: RequirementId
    model: _Said
    firmware: _Said
    reason: _Said
    link: _Said
    approver: _Said
    expires: date

    def covers(self, requirement: str, model: str, firmware: str, on: date) -> bool:
        """Say whether this waiver accepts a FAIL of a requirement on a device on a day."""
        return (self.requirement, self.model, self.firmware) == (
            requirement,
            model,
            firmware,
        ) and on <= self.expires

    def is_stale(self, verdict: Verdict | None, on: date) -> bool:
        """Say whether this waiver has expired or no longer bites: the requirement does not FAIL any more."""
        return on > self.expires or verdict is not Verdict.FAIL
