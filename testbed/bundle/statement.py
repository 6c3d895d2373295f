"""What is signed: an in-toto Statement v1 in canonical JSON (RFC 8785), naming files by their SHA-256."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import rfc8785

from testbed.bundle.errors import Refused, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = "https://mother-factory.example"
"""Namespace of our predicate types; RFC 2606 keeps `.example` from ever belonging to somebody else."""

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
MAX_SUBJECTS = 100_000

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PART = (
    r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}"  # no "..", nothing hidden, nothing a shell or a drive would read
)
_NAME = re.compile(rf"(?=.{{1,255}}\Z){_PART}(?:/{_PART})*(#[a-z]+)?")


class PredicateType(StrEnum):
    """What a statement claims, and so which page carries it."""

    TEST_REPORT = f"{PROJECT}/test-report/v1"
    CONFIRMATION = f"{PROJECT}/confirmation/v1"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as signed.

    A subject is a file of the bundle under its relative POSIX path, or, where a `#` is in the name, something
    that is no whole file: `report.html#visible` is that page without its signature block.
    """

    subjects: Mapping[str, str]
    """Name to SHA-256 in hexadecimal, in the signed order."""
    predicate_type: PredicateType
    predicate: Mapping[str, Any]

    @property
    def files(self) -> Mapping[str, str]:
        """The subjects that are whole files of the bundle."""
        return {name: digest for name, digest in self.subjects.items() if "#" not in name}


def build(subjects: Mapping[str, str], predicate: Mapping[str, Any], kind: PredicateType) -> bytes:
    """Return the canonical JSON of a statement.

    Args:
        subjects: Name to SHA-256 (64 lower-case hexadecimal digits), in the order to be signed.
        predicate: What is claimed of them; JSON values, integers within 2^53 (counters as strings).
        kind: The predicate's type.

    Raises:
        ValueError: A name, a digest or a value that no reader would accept.
    """
    problem = _subject_problem(subjects)
    if problem:
        raise ValueError(problem)
    payload = rfc8785.dumps(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects.items()],
            "predicateType": str(kind),
            "predicate": dict(predicate),
        }
    )
    try:
        parse(payload)  # a float of 2^53 is written as the integer that no reader would take
    except Refused as error:
        raise ValueError(str(error)) from error
    return payload


def parse(payload: bytes) -> Statement:
    """Read a statement, accepting only what `build` writes.

    Raises:
        Refused: With the first thing that is wrong.
    """
    try:
        found = json.loads(payload)
        canonical = rfc8785.dumps(found)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise Refused(f"the statement is not canonical JSON: {printable(str(error))}") from error
    if canonical != payload:
        raise Refused("the statement is not in canonical form (RFC 8785)")
    match found:
        case {
            "_type": str(form),
            "subject": list(subjects),
            "predicateType": str(kind),
            "predicate": dict(predicate),
            **rest,
        } if not rest and form == STATEMENT_TYPE and kind in set(PredicateType):
            return Statement(_subjects(subjects), PredicateType(kind), predicate)
    raise Refused("the statement is not an in-toto Statement v1 of a known predicate type")


def _subjects(found: list[Any]) -> dict[str, str]:
    subjects: dict[str, str] = {}
    for entry in found:
        match entry:
            case {"name": str(name), "digest": {"sha256": str(digest), **more}, **rest} if (
                not more and not rest
            ):
                if name in subjects:
                    raise Refused(f"the statement names {printable(name)} twice")
                subjects[name] = digest
            case _:
                raise Refused("a subject of the statement is not a name with one SHA-256 digest")
    problem = _subject_problem(subjects)
    if problem:
        raise Refused(problem)
    return subjects


def _subject_problem(subjects: Mapping[str, str]) -> str | None:
    if not 1 <= len(subjects) <= MAX_SUBJECTS:
        return f"a statement has 1 to {MAX_SUBJECTS} subjects, not {len(subjects)}"
    for name, digest in subjects.items():
        if not _NAME.fullmatch(name):
            return f"{printable(name)!r} is not a portable relative path"
        if not _DIGEST.fullmatch(digest):
            return f"the digest of {name} is not 64 lower-case hexadecimal digits"
    return None
