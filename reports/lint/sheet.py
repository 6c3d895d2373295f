"""A finished page as the linter reads it: its fields, its numbers, the foot of its printed sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal

Paper = Literal["report", "self_test", "confirmation", ""]

MARK = "◆"
"""What the page prints after everything that the client declared."""

LARGEST = 32 << 20
"""Characters of the largest page that is read (assumed; fifty times a report of 300 cases)."""
DEEPEST = 40
"""Levels of nesting that are read (assumed; our pages have 20)."""
FIELDS = 4
"""Fields inside one another that are read; our pages have two."""

_TAG = re.compile(
    r"<(?:!doctype html|/[A-Za-z][A-Za-z0-9]*+|"
    r"[A-Za-z][A-Za-z0-9]*+(?:\s++[A-Za-z][A-Za-z-]*+(?:=\"[^\"<>]*+\")?+)*+\s*+/?+)>"
)
_UNSEEN = frozenset({"hidden", "style"})
"""Attributes by which a page could hold a sentence that nobody sees; ours has neither."""
_NEVER = frozenset({"script", "template", "noscript"})
_VOID = frozenset({"meta", "input", "br", "hr", "img", "link", "path", "rect", "circle", "use"})


@dataclass
class Field:
    """One marked place of a page: its text in both languages, and its line in the file."""

    name: str
    line: int
    _pieces: list[tuple[str, str]] = field(default_factory=list)

    def add(self, language: str, text: str) -> None:
        """Add a piece of text; an empty language is for text that serves both."""
        self._pieces.append((language, text))

    @property
    def is_declared(self) -> bool:
        """Whether the client's mark stands in it."""
        return any(MARK in text for _, text in self._pieces)

    @property
    def text(self) -> str:
        """All that stands there."""
        return self._said({"", "ko", "en"})

    @property
    def ko(self) -> str:
        """What a Korean reader sees."""
        return self._said({"", "ko"})

    @property
    def en(self) -> str:
        """What an English reader sees."""
        return self._said({"", "en"})

    def _said(self, languages: set[str]) -> str:
        said = "".join(text for language, text in self._pieces if language in languages)
        return re.sub(r"\s+", " ", said.replace(MARK, "")).strip()


@dataclass(frozen=True)
class Number:
    """A place where the page prints an amount: a marked one, or a cell of a table that holds nothing else."""

    text: str
    unit: str
    """As marked: `s`; `1` for a count, whose heading says of what; empty when nothing is marked."""
    line: int


@dataclass(frozen=True)
class Sheet:
    """One page."""

    paper: Paper
    fields: Sequence[Field]
    numbers: Sequence[Number]
    style: str
    text: str
    """All visible text."""
    last: str
    """Name of the last field of the page."""

    def all(self, name: str) -> list[Field]:
        """Return the fields of a name, in order."""
        return [one for one in self.fields if one.name == name]

    def get(self, name: str) -> Field | None:
        """Return the first field of a name."""
        return next(iter(self.all(name)), None)

    def said(self, name: str) -> str:
        """Return the text of a field; empty when it is not there."""
        found = self.get(name)
        return found.text if found else ""


def read(html: str) -> Sheet:
    """Take a page apart, up to `</html>`; whatever it holds, nothing of it is obeyed.

    Raises:
        ValueError: it is not written as this house writes pages.
    """
    visible, end, _ = html.partition("</html>")
    _check(visible)
    reader = _Reader()
    reader.feed(visible + end)
    reader.close()
    return Sheet(
        reader.paper,
        reader.fields,
        reader.numbers,
        "".join(reader.style),
        re.sub(r"\s+", " ", "".join(reader.text)),
        reader.fields[-1].name if reader.fields else "",
    )


def _check(html: str) -> None:
    """Refuse markup that our templates never write; the parser would take hours over some of it."""
    if len(html) > LARGEST:
        raise ValueError(f"is larger than {LARGEST >> 20} MiB")
    at = html.find("<")
    while at >= 0:
        if not _TAG.match(html, at):
            raise ValueError(f"line {html.count(chr(10), 0, at) + 1}: is not HTML as this house writes it")
        at = html.find("<", at + 1)


@dataclass
class _Open:
    """An element that has not ended yet."""

    tag: str
    language: str
    place: Field | None = None
    unit: str | None = None
    line: int = 0
    text: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paper: Paper = ""
        self.fields: list[Field] = []
        self.numbers: list[Number] = []
        self.style: list[str] = []
        self.text: list[str] = []
        self._open: list[_Open] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _NEVER or _UNSEEN & values.keys():
            raise ValueError(f"line {self.getpos()[0]}: holds what a reader does not see")
        if tag == "main":
            self.paper = _paper(values.get("data-paper", ""))
        if tag in _VOID:
            return
        if len(self._open) >= DEEPEST:
            raise ValueError(f"line {self.getpos()[0]}: is nested deeper than {DEEPEST} levels")
        if "data-field" in values and sum(one.place is not None for one in self._open) >= FIELDS:
            raise ValueError(f"line {self.getpos()[0]}: more than {FIELDS} fields stand in one another")
        language = self._open[-1].language if self._open else ""
        if values.get("class") in {"ko", "en"}:
            language = values["class"]
        opened = _Open(tag, language, line=self.getpos()[0])
        if "data-field" in values:
            opened.place = Field(values["data-field"], opened.line)
            self.fields.append(opened.place)
        if "data-unit" in values:
            opened.unit = values["data-unit"]
        elif tag == "td":
            opened.unit = ""
        self._open.append(opened)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            closed = self._open.pop()
            if closed.unit is not None:
                said = re.sub(r"\s+", " ", "".join(closed.text)).strip()
                self.numbers.append(Number(said, closed.unit, closed.line))
            if closed.tag == tag:
                break

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].tag == "style":
            self.style.append(data)
            return
        self.text.append(data)
        for opened in self._open:
            if opened.place is not None:
                opened.place.add(self._open[-1].language, data)
            if opened.unit is not None:
                opened.text.append(data)


def _paper(said: str) -> Paper:
    papers: tuple[Paper, ...] = ("report", "self_test", "confirmation")
    return next((paper for paper in papers if paper == said), "")
