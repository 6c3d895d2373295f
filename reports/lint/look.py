"""How rules look at a sheet: what is missing, what says something else, which day a field prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from reports.hostile import visible
from reports.lint.rule import Fault
from reports.lint.sheet import MARK, Field, Sheet
from reports.words import word

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def missing(sheet: Sheet, *names: str) -> Iterator[Fault]:
    """Complain about each field that is not there, or is empty in one of the languages."""
    for name in names:
        found = sheet.get(name)
        if found is None:
            yield Fault(f"`{name}` is missing")
        elif not found.ko or not found.en:
            yield Fault(f"`{name}` is empty in one of the languages", found.line)


def differs(field: Field | None, wanted: str) -> Iterator[Fault]:
    """Complain about a field that does not say what the bundle says; a missing one is not its business."""
    wanted = re.sub(r"\s+", " ", visible(wanted).replace(MARK, "")).strip()
    if field is not None and field.en != wanted:
        yield Fault(f"`{field.name}` is `{field.en[:80]}`, in the bundle it is `{wanted[:80]}`", field.line)


def own_number(sheet: Sheet) -> str:
    """Return the number of the paper itself."""
    return sheet.said("confirmation.id" if sheet.paper == "confirmation" else "report.id")


def day(field: Field | None) -> date | None:
    """Return the day that a field prints; None where it prints none."""
    found = _DAY.search(field.en) if field is not None else None
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def sentence(sheet: Sheet, name: str, key: str = "") -> Iterator[Fault]:
    """Complain about a standing sentence that is not there word for word."""
    wanted, found = word(key or f"notes.{name}"), sheet.get(f"notes.{name}")
    if found is None:
        yield Fault(f"the sentence `{wanted.en}` is missing")
    elif (found.ko, found.en) != (wanted.ko, wanted.en):
        yield Fault(f"`{found.text[:80]}` is not the sentence `{wanted.en}`", found.line)


def last_day(sheet: Sheet) -> date | None:
    """Return the day on which the test ended; None where the sheet prints none."""
    field = sheet.get("tested")
    stamps = STAMP.findall(field.en) if field is not None else []
    return date.fromisoformat(stamps[-1][:10]) if stamps and _real(stamps[-1]) else None


def _real(stamp: str) -> bool:
    try:
        date.fromisoformat(stamp[:10])
    except ValueError:
        return False
    return True
