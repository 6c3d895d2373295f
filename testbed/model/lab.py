"""The laboratory's side of a paper: who tested for whom, where, on whose word (ISO/IEC 17025:2017, 7.8).

Without such a file a run is its vendor's own, and the paper says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from testbed.model.base import Frozen, Text

LONGEST = 300
"""Characters of one setting (assumed: three lines of a face that has to stay one sheet)."""

_Line = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, strip_whitespace=True)]


def _both(value: object) -> object:
    """Let what reads the same in both languages be written once."""
    return {"en": value, "ko": value} if isinstance(value, str) else value


def _bounded(value: Text) -> Text:
    if not value.en.strip() or not value.ko.strip():
        raise ValueError("is empty in one of its languages")
    if max(len(value.en), len(value.ko)) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    return value


Said = Annotated[Text, BeforeValidator(_both, json_schema_input_type=_Line | Text), AfterValidator(_bounded)]
"""A sentence of a laboratory: `{ en: ..., ko: ... }`, or one line that serves both languages."""


class Client(Frozen):
    """Who asked for the test (7.8.2.1 e)."""

    name: Said
    contact: _Line
    address: Said | None = None


class Site(Frozen):
    """Where the work was done (7.8.2.1 c)."""

    at: Literal["laboratory", "customer", "remote"] = "laboratory"
    place: Said | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.at != "laboratory" and self.place is None:
            raise ValueError(f"work done at `{self.at}` needs its `place`, for example a city and a hall")
        return self


class Item(Frozen):
    """The item as the laboratory received it (7.8.2.1 g and h)."""

    received: date
    condition: Said


class Person(Frozen):
    """Somebody with a part in the paper."""

    name: _Line
    role: Said


class People(Frozen):
    """Who tested, who reviewed, and who authorises the paper (7.8.2.1 o)."""

    tester: Person
    reviewer: Person | None = None
    approver: Person


class Provider(Frozen):
    """Somebody outside the laboratory, and which results are theirs (7.8.2.1 p)."""

    name: _Line
    results: Said


class Opinion(Frozen):
    """An interpretation, marked as such, on what it rests and whose it is (7.8.3.1 d, 7.8.7)."""

    text: Said
    basis: Said
    by: _Line


class Accreditation(Frozen):
    """What a laboratory may claim by its accreditation, and for what; absent unless it says so itself."""

    body: _Line
    number: _Line
    scope: Said


class Laboratory(Frozen):
    """One `lab.yaml`: the laboratory and the order that it works on."""

    name: Said
    address: Said
    contact: _Line
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,11}$")] = "R"
    """With it the number of each report begins."""
    client: Client
    item: Item
    site: Site = Site()
    people: People
    environment: Said
    providers: tuple[Provider, ...] = Field(default=(), max_length=20)
    opinions: tuple[Opinion, ...] = Field(default=(), max_length=20)
    accreditation: Accreditation | None = None

    @property
    def approver(self) -> Person:
        """Who authorises the paper."""
        return self.people.approver


class Change(Frozen):
    """One setting that a re-issue corrects."""

    field: str
    was: str
    now: str


class Replaced(Frozen):
    """The paper that a re-issue replaces, beyond doubt."""

    report: _Line
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """Digest of the replaced file as a whole, its signature included."""
    issued: date


class Reissue(Frozen):
    """One `reissue.yaml`: a corrected paper about an unchanged record (7.8.8)."""

    revision: int = Field(ge=2, le=999, strict=True)
    replaces: Replaced
    issued: date
    reason: Said
    changes: tuple[Change, ...] = ()


def changes(before: Laboratory | None, after: Laboratory | None) -> tuple[Change, ...]:
    """Return every setting in which two laboratories' files differ, by its path (`client.name.en`)."""
    was, now = dict(_flat(before)), dict(_flat(after))
    return tuple(
        Change(field=path, was=was.get(path, ""), now=now.get(path, ""))
        for path in dict.fromkeys([*was, *now])
        if was.get(path) != now.get(path)
    )


def _flat(lab: Laboratory | None) -> Iterator[tuple[str, str]]:
    def walk(part: Any, path: str) -> Iterator[tuple[str, str]]:
        if isinstance(part, Mapping):
            for key, inner in part.items():
                yield from walk(inner, f"{path}.{key}" if path else key)
        elif isinstance(part, Sequence) and not isinstance(part, str):
            for number, inner in enumerate(part, 1):
                yield from walk(inner, f"{path}.{number}")
        elif part is not None:
            yield path, str(part)

    if lab is not None:
        yield from walk(lab.model_dump(mode="json"), "")
