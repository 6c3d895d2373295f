"""Standards as data: documents, requirements by clause, and the catalogue of a suite."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from testbed.model.ambiguity import Ambiguity
from testbed.model.base import Frozen, RequirementId, Text
from testbed.model.connect import Over
from testbed.model.needs import Needs
from testbed.model.verdict import Basis, Level

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
    proven_in: str = ""
    """The suite whose mutants prove it, where several suites include it; empty where that is its own."""


class Part(Frozen):
    """What several suites share: the demands and cases of a document that holds on every transport."""

    facts: tuple[str, ...] = ()
    proven_in: str
    """The suite whose mutants prove it."""


class Catalogue(Frozen):
    """A suite: the documents that it covers and the requirements that it judges."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    protocol: str
    section: Literal["conformance", "interoperability", "performance"] = "conformance"
    documents: dict[str, Document] = Field(min_length=1)
    includes: tuple[str, ...] = ()
    """Parts, folders beside its own, whose requirements, facts and cases it shares with other suites."""
    over: tuple[Over, ...] = ()
    """The transports of the devices that it judges; whatever there are where none is named."""
    facts: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    """Where its documents can be read in two ways."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        seen: set[str] = set()
        for requirement in self.requirements:
            if requirement.id in seen:
                raise ValueError(f"{requirement.id} stands twice")
            seen.add(requirement.id)
            if unknown := {key.split("@")[0] for key in requirement.clause} - self.documents.keys():
                raise ValueError(f"{requirement.id} cites {sorted(unknown)}, which suite.yaml does not list")
        for ambiguity in self.ambiguities:
            if strange := [one for one in ambiguity.requirements if one not in seen]:
                raise ValueError(f"{ambiguity.id} speaks of {strange[0]}, which this suite does not have")
            if unknown := ambiguity.clause.keys() - self.documents.keys():
                raise ValueError(f"{ambiguity.id} cites {sorted(unknown)}, which suite.yaml does not list")
        ids = [one.id for one in self.ambiguities]
        if twice := [one for at, one in enumerate(ids) if one in ids[:at]]:
            raise ValueError(f"{twice[0]} stands twice")
        return self

    def __getitem__(self, requirement: str) -> Requirement:
        return self._by_id[requirement]

    def __contains__(self, requirement: object) -> bool:
        return requirement in self._by_id

    def contested(self, requirement: str) -> tuple[Ambiguity, ...]:
        """Return the questions on which a requirement's verdict depends."""
        return tuple(one for one in self.ambiguities if requirement in one.requirements)

    @cached_property
    def _by_id(self) -> dict[str, Requirement]:
        return {requirement.id: requirement for requirement in self.requirements}


def clause_order(requirement: Requirement) -> tuple[object, ...]:
    """Return a key that sorts requirements by document and clause number, as the standard stands."""
    document, clause = next(iter(requirement.clause.items()))
    parts = re.findall(r"\d+|[^\d.\s]+", clause)
    return (document, [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts], requirement.id)
