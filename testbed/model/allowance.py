"""What a line that a declaration does not have yet would allow, counted from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from testbed.model.needs import least, missing
from testbed.model.standard import Requirement


def judged(requirements: Sequence[Requirement], facts: Mapping[str, int]) -> int:
    """Return how many requirements a run would judge on a device of which some facts are declared."""
    return sum(one.untestable is None and missing(one.needs, facts) is None for one in requirements)


def enough(requirements: Sequence[Requirement], facts: Mapping[str, int], name: str, most: int) -> int:
    """Return the smallest amount of a fact that allows as many requirements as the most of it does.

    Args:
        requirements: of every suite that will judge.
        facts: everything else that is declared.
        name: the fact, for example `scratch_registers`.
        most: the amount that the device could grant.
    """
    best = judged(requirements, {**facts, name: most})
    amounts = {least(one.needs, name) for one in requirements} | {1, most}
    fit = (amount for amount in sorted(amounts) if 0 < amount <= most)
    return next(one for one in fit if judged(requirements, {**facts, name: one}) == best)
