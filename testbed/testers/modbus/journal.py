"""What a run has to put back, kept where a stop of any kind cannot lose it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Journal(Protocol):
    """Keeps the values that a case found in its scratch area until it has put them back."""

    def leased(self, table: str, first: int, values: Sequence[int], *, single: bool) -> int:
        """Keep what stands in an area before anything is written there; blocks until a disk has it.

        Args:
            table: `registers` or `coils`.
            first: address of the first value.
            values: as they were read.
            single: whether the device takes one value a request only.

        Returns the number of the entry.
        """

    def restored(self, number: int) -> None:
        """Mark the values of an entry as put back."""
