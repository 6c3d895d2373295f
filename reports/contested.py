"""Clauses that can be read in two ways, where they touched a verdict of this run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.face import JUDGED
from reports.requirements import QUIET
from testbed.model.ambiguity import Ambiguity
from testbed.model.record import Judged
from testbed.model.standard import Catalogue


@dataclass(frozen=True)
class Contested:
    """One open question, and the requirements judged here by one of its readings."""

    ambiguity: Ambiguity
    touched: tuple[Judged, ...]

    @property
    def is_loud(self) -> bool:
        """Whether one of them did not simply pass."""
        return any(one.verdict not in QUIET for one in self.touched)


def contested(catalogues: Sequence[Catalogue], judged: Sequence[Judged]) -> tuple[Contested, ...]:
    """Return the questions whose answer would weigh on a verdict, those with a finding first."""
    found = []
    for catalogue in catalogues:
        verdicts = {one.requirement.id: one for one in judged if one.suite == catalogue.id}
        for ambiguity in catalogue.ambiguities:
            touched = [verdicts[name] for name in ambiguity.requirements if name in verdicts]
            if weighed := tuple(one for one in touched if one.verdict in JUDGED):
                found.append(Contested(ambiguity, weighed))
    return tuple(sorted(found, key=lambda one: not one.is_loud))
