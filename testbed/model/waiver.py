"""Waivers: narrow, mortal, and the laboratory's. Waived is a disposition over FAIL; the raw verdict stays."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from testbed.model.base import Frozen, RequirementId
from testbed.model.declaration import Device
from testbed.model.document import Complaint, DocumentError, load_list
from testbed.model.standard import Catalogue, Requirement
from testbed.model.verdict import Basis, Level, Verdict

LONGEST = 500
"""Characters of one part of a waiver (assumed); all of them are printed on the face of a page."""


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _narrow(said: str) -> str:
    if any(wild in said for wild in "*?") or said.lower() in {"any", "all"}:
        raise ValueError("a waiver is narrow: write the one vendor, model and firmware as declared")
    return said


def _written(said: object) -> object:
    """Refuse a day that nobody can read: pydantic takes `4102444800` for seconds since 1970."""
    if not isinstance(said, date) and not (isinstance(said, str) and _DAY.fullmatch(said)):
        raise ValueError("is not a day; write its year, month and day, for example `2027-01-31`")
    return said


_Day = Annotated[date, BeforeValidator(_written)]
_Said = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, strip_whitespace=True)]
_One = Annotated[_Said, AfterValidator(_narrow)]


class Waiver(Frozen):
    """One FAIL of one requirement on one firmware of one device, accepted by a named person until a day."""

    requirement: RequirementId
    vendor: _One
    model: _One
    firmware: _One
    reason: _Said
    link: _Said
    approver: _Said
    expires: _Day

    def covers(self, requirement: str, device: Device, on: date) -> bool:
        """Say whether this waiver accepts a FAIL of a requirement on a device on a day."""
        return self.requirement == requirement and self.speaks_of(device) and not self.has_expired(on)

    def speaks_of(self, device: Device) -> bool:
        """Say whether this waiver is about a device: vendor, model and firmware, letter by letter."""
        named = self.vendor, self.model, self.firmware
        return named == (device.vendor, device.model, device.firmware)

    def has_expired(self, on: date) -> bool:
        """Say whether its last day is over."""
        return on > self.expires

    def is_stale(self, verdict: Verdict | None, on: date) -> bool:
        """Say whether this waiver has expired or no longer bites: the requirement does not FAIL any more."""
        return self.has_expired(on) or verdict is not Verdict.FAIL


def read_waivers(text: str, source: str, catalogues: Sequence[Catalogue]) -> tuple[Waiver, ...]:
    """Read `waivers.yaml`, a list of waivers.

    Args:
        text: the document, without its signature.
        source: the name to complain about.
        catalogues: of all installed suites.

    Raises:
        DocumentError: a waiver that is not complete, not narrow, or about what cannot fail.
    """
    waivers, lines = load_list(Waiver, text, source)
    told = [
        Complaint(lines.get((at, "requirement"), lines[at,]), what)
        for at, what in _misplaced(waivers, catalogues)
    ]
    if told:
        raise DocumentError(source, told)
    return waivers


def _misplaced(waivers: Sequence[Waiver], catalogues: Sequence[Catalogue]) -> Iterator[tuple[int, str]]:
    """Yield the place of each waiver that no catalogue gives a reason for, and why."""
    known = {one.id: one for catalogue in catalogues for one in catalogue.requirements}
    seen: dict[tuple[str, ...], int] = {}
    for at, waiver in enumerate(waivers):
        of = waiver.requirement, waiver.vendor, waiver.model, waiver.firmware
        first = seen.setdefault(of, at)
        if first != at:
            yield at, f"{waiver.requirement} is waived for this device already, by entry {first + 1}"
        if waiver.requirement not in known:
            near = difflib.get_close_matches(waiver.requirement, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "`testbed catalogue` lists them"
            yield at, f"no installed suite has a requirement {waiver.requirement}; {hint}"
        elif reason := _harmless(known[waiver.requirement]):
            yield at, f"{waiver.requirement} needs no waiver: {reason}; take the entry out"


def _harmless(requirement: Requirement) -> str:
    """Say why a requirement can never fail a run; empty when it can."""
    if requirement.level is not Level.SHALL:
        return f"it is a {requirement.level}, which never blocks"
    if requirement.basis is Basis.MEMORY:
        return "nobody has read its clause, so it never gives FAIL"
    return f"it is not judged ({requirement.untestable})" if requirement.untestable else ""
