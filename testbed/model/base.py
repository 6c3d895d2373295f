"""What all values of the model have in common: frozen, closed, bilingual where a person reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "ko")


class Frozen(BaseModel):
    """A value that cannot change and refuses keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values; what the old ones let work out once is not copied with them."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():  # of a `cached_property`
            del copied.__dict__[name]
        return copied


RequirementId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$", max_length=64)]
"""Mnemonic and permanent; clause numbers and editions are data beside it."""


class Text(Frozen):
    """One sentence in the two languages of the bed."""

    en: str
    ko: str

    def in_language(self, language: Language) -> str:
        """Return the sentence in one language."""
        return self.ko if language == "ko" else self.en


_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|s|min)")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0}
_DIGITS = 9
"""Decimals of a second that are kept: a nanosecond, so that a time written and read again is the same."""


def _seconds(value: object) -> object:
    if isinstance(value, str):
        found = _DURATION.fullmatch(value.strip())
        if found is None:
            raise ValueError("is not a duration; write a number and its unit, for example `500 ms` or `2 s`")
        return round(float(found[1]) * _SECONDS[found[2]], _DIGITS)
    if isinstance(value, bool):
        raise ValueError("is not a duration; write a number and its unit, for example `500 ms` or `2 s`")  # noqa: TRY004 - pydantic wants ValueError
    if isinstance(value, int | float):
        raise ValueError(f"has no unit; write `{value} ms` or `{value} s`")  # noqa: TRY004 - pydantic wants ValueError
    return value


def _written(seconds: float) -> str:
    return f"{seconds:.{_DIGITS}f}".rstrip("0").rstrip(".") + " s"


Duration = Annotated[
    float,
    BeforeValidator(
        _seconds, json_schema_input_type=Annotated[str, Field(pattern=r"^\d+(\.\d+)?\s*(us|ms|s|min)$")]
    ),
    PlainSerializer(_written, return_type=str, when_used="json"),
]
"""A time in seconds, written with its unit: `500 ms`, `2 s`."""
