"""What a run has to put back, kept where a stop of any kind cannot lose it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Journal(Protocol):
    """Keeps the values that a case found in its scratch area until it has put them back."""

    def leased(self, table: str, first: int, values: Sequence[int], *, single: bool, file: int = 0) -> int:
        """Keep what stands in an area before anything is written there; blocks until a disk has it.

        Args:
            table: `registers`, `coils` or `files`.
            first: address of the first value, or its record.
            values: as they were read.
            single: whether the device takes one value a request only.
            file: the file whose records they are; 0 where it is a table.

        Returns the number of the entry.
        """

    def restored(self, number: int) -> None:
        """Mark the values of an entry as put back."""
