"""What a verification has found: a status, every problem by its file, and who signed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from testbed.bundle.statement import Statement


class Status(IntEnum):
    """What `testbed verify` says, as its exit status."""

    GOOD = 0
    REFUSED = 1
    SIGNER_UNKNOWN = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one file (a path relative to the bundle, fit for a terminal)."""

    file: str
    reason: str
    status: Status = Status.REFUSED


@dataclass(frozen=True, slots=True)
class SignedPage:
    """A page whose container could be opened: who says so, and what; true only where the status is GOOD."""

    file: str
    name: str
    fingerprint: str
    is_test: bool
    signed_at: datetime
    statement: Statement
    payload: bytes


@dataclass(frozen=True, slots=True)
class Verification:
    """The result: good only if no problem was found."""

    problems: tuple[Problem, ...]
    pages: tuple[SignedPage, ...]
    """The report first, then the council's certificate, as far as they could be opened."""

    @property
    def status(self) -> Status:
        """REFUSED if anything is refused, else SIGNER_UNKNOWN if a signer is unknown, else GOOD."""
        found = {problem.status for problem in self.problems}
        return next((s for s in (Status.REFUSED, Status.SIGNER_UNKNOWN) if s in found), Status.GOOD)

    @property
    def name(self) -> str | None:
        """The first page's signer, or None if it could not be opened."""
        return self.pages[0].name if self.pages else None

    @property
    def fingerprint(self) -> str | None:
        """SHA-256 of the first page's signing certificate, or None if the page could not be opened."""
        return self.pages[0].fingerprint if self.pages else None

    @property
    def is_test(self) -> bool:
        """Whether a test key signed any of the pages."""
        return any(signed.is_test for signed in self.pages)
