"""Standards as data: documents, requirements by clause, and the catalogue of a suite."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from testbed.model.base import Frozen, Text
from testbed.model.needs import Needs
from testbed.model.verdict import Basis, Level

RequirementId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$", max_length=64)]
"""Mnemonic and permanent; clause numbers and editions are data beside it."""

Untestable = Literal["not observable on the wire", "the bed cannot express it yet"]


class Document(Frozen):
    """A document of a standard, as a suite cites it."""

    title: str
    edition: str
    international: str = ""
    publisher: str = ""


class Requirement(Frozen):
    """One demand of a standard, paraphrased, with the clause that makes it."""

    id: RequirementId
    clause: dict[str, str] = Field(min_length=1)
    level: Level
    basis: Basis
    needs: Needs = ()
    text: Text
    hint: Text | None = None
    untestable: Untestable | None = None
    invariant: bool = False
    reviewed_by: tuple[str, ...] = ()


class Catalogue(Frozen):
    """A suite: the documents that it covers and the requirements that it judges."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    protocol: str
    section: Literal["conformance", "interoperability"] = "conformance"
    documents: dict[str, Document] = Field(min_length=1)
    facts: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        seen: set[str] = set()
        for requirement in self.requirements:
            if requirement.id in seen:
                raise ValueError(f"{requirement.id} stands twice")
            seen.add(requirement.id)
            if unknown := {key.split("@")[0] for key in requirement.clause} - self.documents.keys():
                raise ValueError(f"{requirement.id} cites {sorted(unknown)}, which suite.yaml does not list")
        return self

    def __getitem__(self, requirement: str) -> Requirement:
        return self._by_id[requirement]

    def __contains__(self, requirement: object) -> bool:
        return requirement in self._by_id

    @property
    def _by_id(self) -> dict[str, Requirement]:
        return {requirement.id: requirement for requirement in self.requirements}


def clause_order(requirement: Requirement) -> tuple[object, ...]:
    """Return a key that sorts requirements by document and clause number, as the standard stands."""
    document, clause = next(iter(requirement.clause.items()))
    parts = re.findall(r"\d+|[^\d.\s]+", clause)
    return (document, [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts], requirement.id)
