"""What a rule is, what a page is held against, and how all rules are applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from reports.lint.sheet import Paper, Sheet
from testbed.model.lab import Laboratory, Reissue
from testbed.model.record import Header

PAPERS: frozenset[Paper] = frozenset({"report", "self_test", "confirmation"})
TESTED: frozenset[Paper] = frozenset({"report", "self_test"})
REPORT: frozenset[Paper] = frozenset({"report"})
SELF_TEST: frozenset[Paper] = frozenset({"self_test"})
CONFIRMATION: frozenset[Paper] = frozenset({"confirmation"})


@dataclass(frozen=True)
class Signed:
    """Who signed a page, out of its own signature."""

    name: str
    fingerprint: str
    is_test: bool


@dataclass(frozen=True)
class Known:
    """What a page is compared with, as far as it is at hand: its signature, and the bundle around it."""

    signer: Signed | None = None
    header: Header | None = None
    lab: Laboratory | None = None
    reissue: Reissue | None = None
    number: str = ""
    """Of the report, out of the record."""
    ended: str = ""
    outcome: str = ""
    counts: Mapping[str, int] | None = None
    departures: int | None = None
    report_sha256: str = ""
    """Of the report that a confirmation confirms."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong on a page, and the line of its file; 0 where something is missing."""

    what: str
    line: int = 0


Check = Callable[[Sheet, Known], Iterator[Fault]]


@dataclass(frozen=True)
class Rule:
    """One demand on a paper."""

    id: str
    clause: str
    demand: str
    papers: frozenset[Paper]
    otherwise: str
    """Why it does not apply to other papers."""
    check: Check


@dataclass(frozen=True)
class Problem:
    """One rule that a page breaks."""

    rule: Rule
    fault: Fault


RULES: dict[str, Rule] = {}


def rule(
    name: str, clause: str, demand: str, papers: frozenset[Paper] = TESTED, otherwise: str = ""
) -> Callable[[Check], Check]:
    """Enter a check among the rules.

    Args:
        name: its id without the prefix `LINT-`.
        clause: where the demand stands.
        demand: what a paper must have, in a sentence.
        papers: to which it applies.
        otherwise: why not to the others.
    """

    def enter(check: Check) -> Check:
        one = Rule(f"LINT-{name}", clause, demand, papers, otherwise, check)
        if one.id in RULES:
            raise ValueError(f"{one.id} stands twice")
        RULES[one.id] = one
        return check

    return enter
