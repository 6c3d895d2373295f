"""What a run that is stopped would leave undone: scratch values to put back, and which cases were chosen.

A file of its own beside the record, gone once the run has ended: it speaks of the bed's duties, not of the
device. Each entry is on the disk before the first write that makes it necessary.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TextIO

from pydantic import Field, TypeAdapter, ValidationError

from testbed.bundle import files
from testbed.bundle.errors import Refused
from testbed.bundle.reader import BundleError
from testbed.model.base import Frozen

JOURNAL = "journal.jsonl"
LARGEST = 64 << 20
"""Bytes of the largest journal that is read (assumed; a long run has some 100 kB)."""
_MOST_VALUES = 0x10000
_LONGEST_NODE = 4200
"""Characters of a node id: an identifier of 4,096 (10000-3, 8.2.4) and its namespace's index or URI."""


class Chosen(Frozen):
    """The cases that were chosen by hand."""

    kind: Literal["chosen"] = "chosen"
    cases: tuple[str, ...]


class Leased(Frozen):
    """Values that a case found in its scratch area."""

    kind: Literal["leased"] = "leased"
    number: int
    table: Literal["registers", "coils", "files", "nodes"]
    file: Annotated[int, Field(ge=0, le=0xFFFF)] = 0
    """The file whose records they are; 0 where it is a table."""
    node: Annotated[str, Field(max_length=_LONGEST_NODE)] = ""
    """The node whose value it is, in the standard's text form; empty where it is a table."""
    first: Annotated[int, Field(ge=0, le=0xFFFF)]
    values: Annotated[
        tuple[Annotated[int, Field(ge=0, le=0xFFFF)], ...], Field(min_length=1, max_length=_MOST_VALUES)
    ]
    single: bool

    def __str__(self) -> str:
        if self.node:
            return f"node {self.node}"
        tables = {"registers": "holding registers", "files": f"file {self.file}, records"}
        table = tables.get(self.table, self.table)
        return f"{table} {self.first} to {self.first + len(self.values) - 1}"


class Restored(Frozen):
    """An entry whose values stand again where they were found."""

    kind: Literal["restored"] = "restored"
    number: int


_ENTRY: TypeAdapter[Chosen | Leased | Restored] = TypeAdapter(
    Annotated[Chosen | Leased | Restored, Field(discriminator="kind")]
)


@dataclass(frozen=True)
class Undone:
    """What a journal says is still to be done."""

    leased: tuple[Leased, ...] = ()
    """Entries without their end, in the order in which they were made."""
    chosen: tuple[str, ...] = ()
    """Cases chosen by hand; none where all were run."""
    last: int = 0
    """The highest number of an entry."""
    whole: int = 0
    """Bytes of whole lines; a line that was cut in the middle comes behind them."""


class FileJournal:
    """A journal in a bundle; the file is made with the first entry."""

    def __init__(self, folder: Path, last: int = 0) -> None:
        self._path = folder / JOURNAL
        self._last = last
        self._file: TextIO | None = None
        self._lock = threading.Lock()

    def chosen(self, cases: Sequence[str]) -> None:
        """Keep which cases were chosen by hand."""
        with self._lock:
            self._write(Chosen(cases=tuple(cases)), sync=True)

    def leased(  # noqa: PLR0913 - the parts of an entry
        self, table: str, first: int, values: Sequence[int], *, single: bool, file: int = 0, node: str = ""
    ) -> int:
        """Keep what a case found; return the number of the entry once a disk has it."""
        with self._lock:
            self._last += 1
            found = {
                "table": table,
                "file": file,
                "node": node,
                "first": first,
                "values": list(map(int, values)),
            }
            self._write(Leased.model_validate({"number": self._last, "single": single, **found}), sync=True)
            return self._last

    def restored(self, number: int) -> None:
        """Mark an entry as put back; lost in a power cut, the same values are only written once more."""
        with self._lock:
            self._write(Restored(number=number), sync=False)

    def close(self, *, done: bool) -> None:
        """Close the file, and remove it where nothing is left to be done."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
        if done:
            self._path.unlink(missing_ok=True)

    def _write(self, entry: Chosen | Leased | Restored, *, sync: bool) -> None:
        if self._file is None:
            self._file = self._path.open("a", encoding="utf-8", newline="\n")
        self._file.write(entry.model_dump_json() + "\n")
        self._file.flush()
        if sync:
            os.fsync(self._file.fileno())


def read_journal(folder: Path) -> Undone:
    """Read what a stopped run left undone; a last line that was cut in the middle is not taken.

    Raises:
        BundleError: it is not what a run writes.
    """
    path = folder / JOURNAL
    if not os.path.lexists(path):
        return Undone()
    try:
        data = files.read(path, LARGEST)
    except Refused as error:
        raise BundleError(f"{path} {error}") from error
    whole = data[: data.rfind(b"\n") + 1]
    leased: dict[int, Leased] = {}
    chosen: tuple[str, ...] = ()
    last = 0
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            entry = _ENTRY.validate_json(line)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            raise BundleError(f"{path}: line {number}: {fault['msg']} at {fault['loc']}") from None
        match entry:
            case Chosen():
                chosen = entry.cases
            case Leased():
                leased[entry.number] = entry
                last = max(last, entry.number)
            case Restored():
                leased.pop(entry.number, None)
    return Undone(tuple(leased.values()), chosen, last, len(whole))
