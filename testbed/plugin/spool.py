"""Captures of tries that wait for more tries, on disk: a device that floods every case fills no memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from tempfile import TemporaryFile
from typing import IO

from testbed.plugin.case import Case, Result
from testbed.plugin.reproduction import Try, settle


@dataclass
class Spool:
    """A file without a name, gone with the engine."""

    _file: IO[bytes] = field(default_factory=TemporaryFile)

    def put(self, data: bytes) -> tuple[int, int]:
        """Keep some bytes; return where, and how many."""
        self._file.seek(0, 2)
        return self._file.tell(), self._file.write(data)

    def get(self, place: tuple[int, int]) -> bytes:
        """Return what stands in a place."""
        self._file.seek(place[0])
        return self._file.read(place[1])

    def close(self) -> None:
        """Forget everything."""
        self._file.close()


@dataclass(eq=False)
class Waiting:
    """A case whose result waits for more tries."""

    case: Case
    spool: Spool
    tries: list[Try] = field(default_factory=list)
    _places: list[tuple[int, int]] = field(default_factory=list)

    def add(self, one: Try) -> None:
        """Add a try."""
        self._places.append(self.spool.put(one.capture))
        self.tries.append(replace(one, capture=b""))

    def settled(self) -> Result:
        """Return what all tries amount to."""
        record, kept = settle(self.tries)
        return Result(record, self.spool.get(self._places[kept]))
