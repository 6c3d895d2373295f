"""Proficiency testing of a laboratory: sealed devices, its verdicts, and how many agree (ISO/IEC 17043).

The assigned value of a device is no consensus of laboratories but known from its making: the reference breaks
nothing, a mutant exactly what it was built to break. Verdicts are qualitative: an item is concordant or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from testbed.model.base import Frozen
from testbed.model.record import Sha256, SuiteUsed

MOST_ITEMS = 500
"""Devices of one round (assumed; a laboratory judges some twenty)."""

ItemName = Annotated[str, StringConstraints(pattern=r"^device-\d{2,3}$")]


class Assigned(Frozen):
    """What a sealed device is: the part of a round that nobody sees before it is scored."""

    item: ItemName
    simulator: str
    suite: str = ""
    """The suite whose requirements it breaks; empty for the reference."""
    breaks: tuple[str, ...] = ()
    salt: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    """Random, so that nobody finds the device by hashing the names of all."""

    @property
    def commitment(self) -> str:
        """SHA-256 that the provider publishes before the round and cannot answer with another device."""
        said = "\0".join((self.item, self.simulator, self.suite, *self.breaks, self.salt))
        return hashlib.sha256(said.encode()).hexdigest()


class Dealt(Frozen):
    """One item of a round, as the laboratory sees it."""

    item: ItemName
    declaration_sha256: Sha256
    commitment: Sha256


class Round(Frozen):
    """What a provider hands out: items, commitments, and the answers under seal."""

    format: Literal[1] = 1
    id: Annotated[str, StringConstraints(pattern=r"^PT-[0-9TZ]{16}-[0-9a-f]{8}$")]
    dealt: str
    """ISO 8601, UTC."""
    tester: str
    suites: tuple[SuiteUsed, ...]
    items: tuple[Dealt, ...] = Field(min_length=1, max_length=MOST_ITEMS)
    sealed: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/=]+$", max_length=1 << 20)]
    """The list of `Assigned`, encrypted, in base64."""


class Submission(Frozen):
    """A laboratory's bundle for one item, after its signature and its record were checked."""

    bundle: str
    broken: Mapping[str, frozenset[str]] = Field(default_factory=dict)
    """Of each suite, the requirements that were found broken."""
    is_conformant: bool = True
    """Whether every demand was judged and holds; a run that could not tell finds nothing broken either."""
    refused: str = ""
    """Why it does not count: not as signed, cut short, of another suite, or an error of the bed itself."""


class Mark(StrEnum):
    """How an item came out."""

    CONCORDANT = "CONCORDANT"
    DISCORDANT = "DISCORDANT"
    REFUSED = "REFUSED"
    MISSING = "MISSING"


class Scored(Frozen):
    """One item with its mark."""

    item: str
    mark: Mark
    simulator: str
    bundle: str = ""
    missed: tuple[str, ...] = ()
    """Broken, and not found: what a laboratory with such a test bed would let pass."""
    accused: tuple[str, ...] = ()
    """Found broken, and whole: what it would reject without ground."""
    why: str = ""


def score(assigned: Sequence[Assigned], submitted: Mapping[str, Sequence[Submission]]) -> tuple[Scored, ...]:
    """Mark each item of a round.

    Args:
        assigned: what the devices are.
        submitted: the laboratory's bundles by item.

    An item is concordant when the requirements found broken are exactly those that the device breaks, in the
    suite that it breaks; the reference must be found whole by every suite, so a run that left it open is no
    answer. Two bundles for one item are refused: a laboratory answers once.
    """
    return tuple(_mark(one, submitted.get(one.item, ())) for one in assigned)


def _mark(one: Assigned, bundles: Sequence[Submission]) -> Scored:
    if not bundles:
        return Scored(
            item=one.item, mark=Mark.MISSING, simulator=one.simulator, why="no bundle was handed in"
        )
    if len(bundles) > 1:
        why = f"{len(bundles)} bundles were handed in; a laboratory answers once"
        return Scored(item=one.item, mark=Mark.REFUSED, simulator=one.simulator, why=why)
    (bundle,) = bundles
    if bundle.refused:
        return Scored(
            item=one.item,
            mark=Mark.REFUSED,
            simulator=one.simulator,
            bundle=bundle.bundle,
            why=bundle.refused,
        )
    judged = [one.suite] if one.suite else list(bundle.broken)
    found = frozenset[str]().union(*(bundle.broken.get(suite, frozenset()) for suite in judged))
    breaks = frozenset(one.breaks)
    is_open = not breaks and not found and not bundle.is_conformant
    return Scored(
        item=one.item,
        mark=Mark.CONCORDANT if found == breaks and not is_open else Mark.DISCORDANT,
        simulator=one.simulator,
        bundle=bundle.bundle,
        missed=tuple(sorted(breaks - found)),
        accused=tuple(sorted(found - breaks)),
        why="the device is whole, and the run left open whether it is" if is_open else "",
    )
