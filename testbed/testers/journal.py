"""What a run has to put back, kept where a stop of any kind cannot lose it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Journal(Protocol):
    """Keeps the values that a case found in its scratch area until it has put them back."""

    def leased(  # noqa: PLR0913 - the parts of an entry
        self, table: str, first: int, values: Sequence[int], *, single: bool, file: int = 0, node: str = ""
    ) -> int:
        """Keep what stands in an area before anything is written there; blocks until a disk has it.

        Args:
            table: `registers`, `coils`, `files`, or `nodes` of OPC UA.
            first: address of the first value, or its record.
            values: as they were read; of a node, the bytes of its Variant.
            single: whether the device takes one value a request only.
            file: the file whose records they are; 0 where it is a table.
            node: the node whose value it is, in the standard's text form.

        Returns the number of the entry.
        """

    def restored(self, number: int) -> None:
        """Mark the values of an entry as put back."""


class Leased(Protocol):
    """Values as a journal keeps them."""

    @property
    def number(self) -> int:
        """The number of the entry."""

    @property
    def table(self) -> str:
        """`registers`, `coils`, `files` or `nodes`."""

    @property
    def file(self) -> int:
        """The file whose records they are; 0 where it is a table."""

    @property
    def first(self) -> int:
        """Address of the first value, or its record."""

    @property
    def node(self) -> str:
        """The node whose value it is; empty where it is none."""

    @property
    def values(self) -> tuple[int, ...]:
        """As they were found."""

    @property
    def single(self) -> bool:
        """Whether the device takes one value a request only."""
