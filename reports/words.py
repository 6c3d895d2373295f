"""The pages' own words in both languages, and dates as each language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

from testbed.model.base import LANGUAGES, Text
from testbed.model.document import parse


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the sentences of one language by `section.key`."""
    name = f"{language}.yaml"
    source = (files("reports") / "messages" / name).read_text(encoding="utf-8")
    sections, _ = parse(source, name)
    return {
        f"{section}.{key}": sentence for section, keys in sections.items() for key, sentence in keys.items()
    }


class Count(int):
    """A number that chooses its noun: `{n:case|cases}` gives `case` of one, `cases` of any other."""

    def __format__(self, spec: str) -> str:
        one, bar, many = spec.partition("|")
        return super().__format__(spec) if not bar else (one if self == 1 else many)


def word(key: str, **values: object) -> Text:
    """Return a sentence in both languages with its placeholders filled.

    Args:
        key: `section.key` of the catalogues.
        values: of the placeholders; whatever braces they hold stay text.

    Raises:
        KeyError: no such sentence, or a placeholder without its value.
    """
    values = {name: Count(value) if isinstance(value, int) else value for name, value in values.items()}
    en, ko = (catalogue(language)[key].format_map(values) for language in LANGUAGES)
    return Text(en=en, ko=ko)


def same(text: str) -> Text:
    """Return what reads the same in both languages."""
    return Text(en=text, ko=text)


def day_of(stamp: str) -> date | None:
    """Return the UTC day of an ISO 8601 time stamp; None when it is none."""
    moment = _moment(stamp)
    return moment.date() if moment else None


def written(day: date | None) -> Text:
    """Write a day: 2026-11-22 and 2026년 11월 22일."""
    if day is None:
        return word("page.no_date")
    return Text(en=day.isoformat(), ko=f"{day.year}년 {day.month}월 {day.day}일")


def stamped(stamp: str) -> Text:
    """Write a time stamp to the second in UTC; what is none is printed as it stands."""
    moment = _moment(stamp)
    if moment is None:
        return same(stamp)
    korean = f"{written(moment.date()).ko} {moment:%H:%M:%S} (UTC)"
    return Text(en=f"{moment:%Y-%m-%dT%H:%M:%S}Z", ko=korean)


def period(started: str, ended: str | None) -> Text:
    """Write from when to when, the day once if it is the same; up to nothing when the end is not known."""
    first, last = stamped(started), stamped(ended) if ended is not None else word("page.no_date")
    begin, end = _moment(started), _moment(ended) if ended is not None else None
    korean = (first.ko, last.ko)
    if begin is not None and end is not None and begin.date() == end.date():
        korean = (f"{written(begin.date()).ko} {begin:%H:%M:%S}", f"{end:%H:%M:%S} (UTC)")
    said = word("page.period", first=first.en, last=last.en)
    return said.model_copy(update={"ko": word("page.period", first=korean[0], last=korean[1]).ko})


def seconds(time: float) -> str:
    """Write a time with its unit: `1 s`, `0.25 s`."""
    return f"{time:.9f}".rstrip("0").rstrip(".") + " s"


def milliseconds(time: float | None) -> str:
    """Write a time in milliseconds with its unit: `1.23 ms`; a dash where there is none."""
    return "\u2013" if time is None else f"{time:,.2f} ms" if time >= 1 else f"{time:.3f} ms"


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
