"""Independent products of others, run as their users run them: their names, and what they say."""

from __future__ import annotations

from typing import ClassVar

from testbed.model.base import Text
from testbed.testers.trouble import NotTestable, Unanswered, Undecided

MOST_SAID = 200
"""Characters kept of what a product says; some of it may be the device's own words."""
LEAVE_WITHIN = 5.0
"""Seconds that a product may take beyond its own time-out (assumed)."""


class Product:
    """One product as installed here."""

    name: ClassVar[str]

    def __init__(self, product_version: str) -> None:
        self.version = product_version

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def says(self, what: str) -> Unanswered:
        """Return what the product says against the device."""
        said = f"{self}: {readable(what)}"
        return Unanswered(Text(en=said, ko=said))

    def broke(self, error: Exception) -> Undecided:
        """Return that the product broke down by itself."""
        said = f"{self} broke down: {readable(f'{type(error).__name__}: {error}')}"
        return Undecided(Text(en=said, ko=f"클라이언트 자체 오류, {said}"))


def readable(what: str) -> str:
    """Return one short line without control characters."""
    return " ".join("".join(one if one.isprintable() else " " for one in what).split())[:MOST_SAID]


def not_installed(name: str) -> NotTestable:
    """Return that a product is not here."""
    return NotTestable(Text(en=f"{name} is not installed", ko=f"설치되지 않음: {name}"))
