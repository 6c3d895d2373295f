"""Hostile text made harmless to read: what a device says may not hide, reverse, forge or flood the page.

Markup is the templates' business (they escape everything). Here are the dangers that escaping leaves:
characters that cannot be seen, that turn the order of others round, or that never end.
"""

from __future__ import annotations

import re

LONGEST = 2000
"""Characters of one piece of text that a page shows (assumed: twenty lines of a requirement)."""

_UNSEEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f\xad"  # controls, soft hyphen
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"  # fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # zero width, separators, marks of direction
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufff0-\ufffb\ufffe\uffff"  # halves, private
    "\U000e0000-\U0010ffff"  # tags, variants, private planes
    "\u25c6"  # the page's own mark: what a client writes after one would pass for the laboratory's words
    "]"
)
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED = re.compile(f"({_MARK}{{3}}){_MARK}+")
"""More than three combining marks on one letter: they would be drawn over the lines around it."""


def visible(text: str, longest: int = LONGEST) -> str:
    """Return text that shows all it holds: unseen characters by their number, a cut by what it left out.

    Args:
        text: anything, of any length.
        longest: characters kept.
    """
    kept = text[:longest]
    shown = _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", kept)
    shown = _STACKED.sub(r"\1⟨…⟩", shown)
    return shown if len(text) <= longest else f"{shown}⟨… +{len(text) - longest}⟩"


def pieces(text: str) -> list[tuple[bool, str]]:
    """Cut a sentence at its backticks into pairs of "is code" and text; an unpaired one stays as it is."""
    parts = text[:LONGEST].split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    rest = [(False, f"⟨… +{len(text) - LONGEST}⟩")] if len(text) > LONGEST else []
    return [(bool(at % 2), part) for at, part in enumerate(parts) if part] + rest


def lines(text: str, most: int) -> tuple[list[str], int]:
    """Return the first lines of a text and the number of characters left out after the first `most`."""
    return text[:most].replace("\r\n", "\n").split("\n"), max(0, len(text) - most)
