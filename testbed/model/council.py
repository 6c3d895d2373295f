"""The council's side of a confirmation: who decides, by which rules, how long (ISO/IEC 17065, 7.6, 7.7)."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import Field, StringConstraints

from testbed.model.base import Frozen
from testbed.model.lab import LONGEST, Laboratory, Person, Said

_Line = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, strip_whitespace=True)]


class Council(Frozen):
    """One `council.yaml`: the body that confirms what a laboratory reported."""

    name: Said
    address: Said
    contact: _Line
    scheme: Said
    """The rules by which it decides."""
    members: tuple[Person, ...] = Field(min_length=1, max_length=20)
    """Who decided; nobody who took part in the testing (7.6.2)."""
    approver: Person
    valid_years: int = Field(default=1, ge=1, le=10, strict=True)
    """Years that a confirmation holds (assumed where not set: no document of a council sets a term yet)."""

    def partial(self, lab: Laboratory | None) -> tuple[str, ...]:
        """Name those who would decide on a test in which they took part."""
        if lab is None:
            return ()
        people = (lab.people.tester, lab.people.reviewer, lab.people.approver)
        tested = {_same(person.name) for person in people if person is not None}
        return tuple(one.name for one in (*self.members, self.approver) if _same(one.name) in tested)


def _same(name: str) -> str:
    """Return a name as it compares: Hangul composed or not, a second blank and case are no other person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
