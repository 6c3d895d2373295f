"""Values in a JSON document, named by JSON Pointers (RFC 6901); the document is a stranger's."""

from __future__ import annotations

import json
from collections.abc import Sequence

from testbed.testers.modbus_client.numbers import number_of
from testbed.testers.modbus_client.pages import UnreadableError

MOST_DEEP = 64
"""Arrays and objects within each other (assumed; a product's page has some four)."""
MOST_VALUES = 2000
"""Values of one pointer (AP 6.1: the bits of one request)."""


def values_at(pointers: Sequence[str], text: bytes) -> tuple[float, ...] | None:
    """Return the numbers that pointers name, in their order; None where one names none.

    A number may stand as text, and `NaN` and `Infinity` as well, which JSON lacks (RFC 8259, 6) and many a
    product writes.

    Raises:
        UnreadableError: it is no JSON document, or one without end.
    """
    document = _document(text)
    found: list[float] = []
    for pointer in pointers:
        place = resolved(document, pointer)
        numbers = [number_of(one) for one in (place[:MOST_VALUES] if isinstance(place, list) else [place])]
        if not numbers or None in numbers:
            return None
        found += [one for one in numbers if one is not None]
    return tuple(found)


def _document(text: bytes) -> object:
    depth = deepest = 0
    for byte in text.translate(None, delete=_ORDINARY):
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    if deepest > MOST_DEEP:  # brackets in strings count as well: who writes so many shows no values
        raise UnreadableError(
            f"a JSON document nested more than {MOST_DEEP} deep", f"{MOST_DEEP}단계보다 깊이 중첩된 JSON"
        )
    try:
        return json.loads(text)
    except (
        ValueError,
        RecursionError,
    ) as error:  # the first also for text that is not UTF-8, or huge numbers
        raise UnreadableError(f"no JSON document: {error}", f"JSON이 아님: {error}") from error


_ORDINARY = bytes(one for one in range(256) if one not in b"[]{}")


def resolved(document: object, pointer: str) -> object:
    """Return what a pointer names (RFC 6901, 4); None where there is nothing."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(name)
        elif isinstance(document, list) and name.isascii() and name.isdigit() and len(name) <= len("999999"):
            is_index = name == "0" or not name.startswith("0")
            document = document[int(name)] if is_index and int(name) < len(document) else None
        else:
            return None
    return document
