"""Verdicts, how they join, and what a run amounts to (ISO/IEC 9646 vocabulary)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Level(StrEnum):
    """How strongly the standard demands a requirement."""

    SHALL = "SHALL"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Basis(StrEnum):
    """How sure we are of a clause: its text read, read of in a secondary source, or remembered."""

    READ = "read"
    SECONDARY = "secondary"
    MEMORY = "memory"


class Verdict(StrEnum):
    """What was found, from the least to the worst; `NOT_TESTED` stands outside the order."""

    NOT_TESTED = "NOT_TESTED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    INFO = "INFO"
    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    WEAK = "WEAK"
    INCONCLUSIVE = "INCONCLUSIVE"
    ERROR = "ERROR"
    FAIL = "FAIL"


_ORDER = {verdict: rank for rank, verdict in enumerate(Verdict)}


def join(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts; of none, `NOT_TESTED`."""
    return max(verdicts, key=_ORDER.__getitem__, default=Verdict.NOT_TESTED)


def broken(level: Level, basis: Basis) -> Verdict:
    """Return the verdict of a broken requirement: the standard decides its severity, never the case.

    A clause that nobody has read again since it was written from memory gives INFO, whatever its level.
    """
    if basis is Basis.MEMORY:
        return Verdict.INFO
    return {Level.SHALL: Verdict.FAIL, Level.SHOULD: Verdict.WEAK, Level.MAY: Verdict.INFO}[level]


class Outcome(StrEnum):
    """What a whole run amounts to."""

    CONFORMANT = "CONFORMANT"
    CONFORMANT_WITH_WAIVERS = "CONFORMANT_WITH_WAIVERS"
    NOT_CONFORMANT = "NOT_CONFORMANT"
    INCOMPLETE = "INCOMPLETE"

    @property
    def exit_status(self) -> int:
        """The exit status of `testbed run`: 0 conformant, 1 not conformant, 2 incomplete."""
        return {Outcome.NOT_CONFORMANT: 1, Outcome.INCOMPLETE: 2}.get(self, 0)


BAD_INPUT = 64
"""Exit status for input that cannot be used (EX_USAGE of sysexits.h)."""


def outcome(
    judged: Iterable[tuple[Level, Verdict, bool]],
    *,
    finished: bool,
    selected_by_hand: bool = False,
    stale_waiver: bool = False,
) -> Outcome:
    """Roll the requirements of a run up.

    Args:
        judged: of each requirement its level, its verdict, and whether a FAIL of it is waived.
        finished: whether the run wrote its footer.
        selected_by_hand: whether somebody left cases out.
        stale_waiver: whether a waiver no longer bites or has expired.

    A FAIL of a SHALL that nobody waived outweighs everything else. WEAK, INFO and an inconclusive
    SHOULD never block.
    """
    demands = [(verdict, waived) for level, verdict, waived in judged if level is Level.SHALL]
    if any(verdict is Verdict.FAIL and not waived for verdict, waived in demands):
        return Outcome.NOT_CONFORMANT
    undecided = any(verdict in {Verdict.INCONCLUSIVE, Verdict.ERROR} for verdict, _ in demands)
    positive = any(verdict in {Verdict.PASS, Verdict.WEAK, Verdict.FAIL} for verdict, _ in demands)
    if undecided or not positive or not finished or selected_by_hand or stale_waiver:
        return Outcome.INCOMPLETE
    if any(verdict is Verdict.FAIL for verdict, _ in demands):
        return Outcome.CONFORMANT_WITH_WAIVERS
    return Outcome.CONFORMANT
