"""The ambiguity register: where a standard can be read in two ways, and how we judge until it is settled.

A verdict is only as firm as the text behind it. Whoever is judged by a contested clause may know what the
other reading is, and who follows it; a standards body gets the same as a sheet of comments.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from testbed.model.base import Frozen, RequirementId, Text

AmbiguityId = Annotated[str, StringConstraints(pattern=r"^AMB(-[A-Z0-9]+)+$", max_length=64)]
ReadingKey = Annotated[str, StringConstraints(pattern=r"^[a-d]$")]

ACCEPTED = "either"
"""How a question is judged whose every reading is accepted."""


class Reading(Frozen):
    """One way to read the text."""

    text: Text
    """What a device owes under it."""
    ground: Text
    """The sentence, drawing or silence that speaks for it."""


class Practice(Frozen):
    """What one product was seen to do."""

    product: str
    """Name and version."""
    follows: ReadingKey | Literal["none"]
    seen: str
    """The bytes or the behaviour, in a line."""


class Ambiguity(Frozen):
    """One question that a standard leaves open."""

    id: AmbiguityId
    clause: dict[str, str] = Field(min_length=1)
    requirements: tuple[RequirementId, ...] = Field(min_length=1)
    """Whose verdicts depend on the answer."""
    question: Text
    readings: dict[ReadingKey, Reading] = Field(min_length=2)
    practice: tuple[Practice, ...] = ()
    judged: ReadingKey | Literal["either"]
    """The reading by which we judge, or `either` where each of them passes."""
    because: Text
    proposal: Text
    """The change of wording that would settle it."""
    settled: str = ""
    """Where a standards body has answered: document and date; empty while it is open."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for key in (self.judged, *(one.follows for one in self.practice)):
            if key not in {*self.readings, ACCEPTED, "none"}:
                raise ValueError(f"{self.id} has no reading `{key}`")
        return self
