"""How a reader of bundles says no, and how it quotes hostile text while doing so."""

QUOTED_LIMIT = 200
LINE_LIMIT = 2000
"""Characters of a whole line of ours in which something is quoted."""


class Refused(Exception):  # noqa: N818  (the word for what happens to a forgery: it is refused)
    """What was read is not what was signed, or is not in the one form that is accepted."""


def printable(text: str, most: int = QUOTED_LIMIT) -> str:
    """Return `text` fit for a terminal: so many characters at most, controls and surrogates escaped."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:most])
    return shown[:most]
