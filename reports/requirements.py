"""Requirements as the page lists them: by suite, document and clause; and what of each clause was covered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.face import JUDGED
from reports.words import word
from testbed.model.base import Text
from testbed.model.record import Judged
from testbed.model.standard import Catalogue, Document, Requirement, clause_order
from testbed.model.verdict import Basis, Verdict
from testbed.model.waiver import Waiver

QUIET = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE})
"""The verdicts that need no finding on the page."""

_REASONS = 3
"""Reasons printed in one row; the finding has them all."""


@dataclass(frozen=True)
class Row:
    """One requirement of the table."""

    requirement: Requirement
    suite: str
    verdict: Verdict
    clauses: tuple[str, ...]
    basis: Text | None
    reasons: tuple[Text, ...]
    has_finding: bool
    waiver: Waiver | None

    @property
    def key(self) -> str:
        """What tells this requirement from all others of the page, fit for a fragment identifier."""
        return f"{self.suite}-{self.requirement.id}"


@dataclass(frozen=True)
class Group:
    """The requirements of one suite whose first clause is in one document."""

    number: int
    catalogue: Catalogue
    document: Document
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Clause:
    """How many requirements of one clause ended how."""

    clause: str
    requirements: int
    verified: int
    undecided: int
    not_applicable: int
    not_tested: int
    untestable: int


@dataclass(frozen=True)
class Coverage:
    """The clauses of one document that a suite covers, in order, and their sum."""

    number: int
    suite: str
    document: Document
    clauses: tuple[Clause, ...]
    total: Clause

    @property
    def verified(self) -> int:
        """Clauses of which at least one requirement was judged."""
        return sum(clause.verified > 0 for clause in self.clauses)


def rows(judged: Iterable[Judged], waivers: Sequence[Waiver]) -> dict[tuple[str, str], Row]:
    """Return one row for each requirement, by suite and id."""
    by_requirement = {waiver.requirement: waiver for waiver in waivers}
    return {(one.suite, one.requirement.id): _row(one, by_requirement) for one in judged}


def _row(one: Judged, waivers: dict[str, Waiver]) -> Row:
    requirement = one.requirement
    reasons = list(one.reasons[:_REASONS]) if one.verdict is not Verdict.PASS else []
    if requirement.untestable is not None:
        kind = "wire" if requirement.untestable == "not observable on the wire" else "bed"
        reasons.insert(0, word(f"untestable.{kind}"))
    elif one.verdict is Verdict.NOT_TESTED and not reasons:
        reasons.append(word("requirements.no_case"))
    return Row(
        requirement=requirement,
        suite=one.suite,
        verdict=one.verdict,
        clauses=tuple(_cited(document, clause) for document, clause in requirement.clause.items()),
        basis=None if requirement.basis is Basis.READ else word(f"basis.{requirement.basis}"),
        reasons=tuple(reasons),
        has_finding=bool(one.findings) and one.verdict not in QUIET,
        waiver=waivers.get(requirement.id) if one.verdict is Verdict.FAIL else None,
    )


def _cited(document: str, clause: str) -> str:
    name, _, edition = document.partition("@")
    return f"{name} ({edition}) {clause}" if edition else f"{name} {clause}"


def groups(catalogues: Sequence[Catalogue], table: dict[tuple[str, str], Row]) -> tuple[Group, ...]:
    """Return the tables of the page: suites as given, documents and clauses in the standard's order."""
    result: list[Group] = []
    for catalogue in catalogues:
        found: dict[str, list[Row]] = {}
        for requirement in sorted(catalogue.requirements, key=clause_order):
            document = next(iter(requirement.clause)).partition("@")[0]
            found.setdefault(document, []).append(table[catalogue.id, requirement.id])
        for name, members in found.items():
            result.append(Group(len(result) + 1, catalogue, catalogue.documents[name], tuple(members)))
    return tuple(result)


def coverage(catalogues: Sequence[Catalogue], table: dict[tuple[str, str], Row]) -> tuple[Coverage, ...]:
    """Return what each document's clauses came to; a requirement counts in each clause that it cites."""
    result: list[Coverage] = []
    for catalogue in catalogues:
        clauses: dict[str, dict[str, list[Row]]] = {}
        for requirement in sorted(catalogue.requirements, key=clause_order):
            for document, clause in requirement.clause.items():
                of_document = clauses.setdefault(document.partition("@")[0], {})
                of_document.setdefault(clause, []).append(table[catalogue.id, requirement.id])
        for name, by_clause in clauses.items():
            ordered = tuple(_clause(clause, members) for clause, members in _in_order(by_clause))
            every = {row.key: row for members in by_clause.values() for row in members}
            result.append(
                Coverage(
                    len(result) + 1,
                    catalogue.id,
                    catalogue.documents[name],
                    ordered,
                    _clause("", list(every.values())),
                )
            )
    return tuple(result)


def _in_order(by_clause: dict[str, list[Row]]) -> list[tuple[str, list[Row]]]:
    def key(item: tuple[str, list[Row]]) -> tuple[object, ...]:
        requirement = item[1][0].requirement
        return clause_order(requirement.model_copy(update={"clause": {"": item[0]}, "id": ""}))

    return sorted(by_clause.items(), key=key)


def _clause(clause: str, members: Sequence[Row]) -> Clause:
    testable = [row.verdict for row in members if row.requirement.untestable is None]
    return Clause(
        clause=clause,
        requirements=len(members),
        verified=sum(verdict in JUDGED for verdict in testable),
        undecided=sum(verdict in {Verdict.INCONCLUSIVE, Verdict.ERROR} for verdict in testable),
        not_applicable=testable.count(Verdict.NOT_APPLICABLE),
        not_tested=testable.count(Verdict.NOT_TESTED),
        untestable=len(members) - len(testable),
    )
