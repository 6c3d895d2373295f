"""The fewest items that still fail: delta debugging, sparing of the device that every try is sent to.

Hypothesis's own shrinker was seen to take a thousand requests for a sequence of four: it is made for
functions that cost nothing. A device has flash that wears out and a line that takes milliseconds, so that
what machines and the fuzzer find is shrunk here: leave out halves, then quarters, then single items (Zeller
and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28(2), 2002), then simplify the
rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def fewest(items: Sequence[Item], fails: Callable[[Sequence[Item]], bool]) -> list[Item]:
    """Leave out what is not needed to fail.

    Args:
        items: that fail together, in order.
        fails: tries some of them.

    Returns items of which none can be left out, where each try tells the truth.
    """
    kept, size = list(items), max(len(items) // 2, 1)
    while kept:
        at, before = 0, len(kept)
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            if fewer and fails(fewer):
                kept = fewer
            else:
                at += size
        if size == 1 and len(kept) == before:
            break
        size = max(min(size, len(kept)) // 2, 1)
    return kept


def simplest(
    items: Sequence[Item],
    simpler: Callable[[Item], Iterable[Item]],
    fails: Callable[[Sequence[Item]], bool],
) -> list[Item]:
    """Replace each item by the first simpler one that still fails with all others, until none does.

    Args:
        items: that fail together.
        simpler: candidates to stand for an item, the simplest first; each must be simpler than the item.
        fails: tries them.
    """
    kept = list(items)
    for at in range(len(kept)):
        found = True
        while found:
            found = False
            for candidate in simpler(kept[at]):
                if fails([*kept[:at], candidate, *kept[at + 1 :]]):
                    kept[at], found = candidate, True
                    break
    return kept
