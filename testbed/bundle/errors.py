"""How a reader of bundles says no, and how it quotes hostile text while doing so."""

QUOTED_LIMIT = 200


class Refused(Exception):  # noqa: N818  (the word for what happens to a forgery: it is refused)
    """What was read is not what was signed, or is not in the one form that is accepted."""


def printable(text: str) -> str:
    """Return `text` fit for a terminal: at most 200 characters, controls and surrogates escaped."""
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:QUOTED_LIMIT]
    )
    return shown[:QUOTED_LIMIT]
