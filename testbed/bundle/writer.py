"""Writes a run into its folder while it goes on: append-only, captures named by their digests."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import IO

from testbed.bundle.locking import lock
from testbed.model.performance import Measurement
from testbed.model.record import CaseRecord, Footer, Header, Resumed
from testbed.model.saved_case import FOLDER, SavedCase

RESULTS = "results.jsonl"
CAPTURES = "wire"
LOADS = "load"
"""What each load showed; only in the bundle of a run that made some."""
DECLARATION = "declaration.yaml"
PROFILE = "profile.yaml"
LAB = "lab.yaml"
WAIVERS = "waivers.yaml"
"""With its own signature; only in the bundle of a run that was given waivers."""
IMPAIRMENT = "impairment.yaml"
"""The scenario as used; only in the bundle of a run under one."""
REISSUE = "reissue.yaml"
"""Only in the bundle of a re-issue: which paper it replaces, and why."""


class BundleExistsError(FileExistsError):
    """The folder already holds a run, which is never overwritten."""


class BundleWriter:
    """The evidence part of a bundle: results.jsonl, wire/, declaration.yaml, profile.yaml, lab.yaml.

    A line is with the system once it is written, so that killing the program loses none; header, footer and
    the line at which a run goes on are on the disk.
    """

    folder: Path
    _results: IO[bytes]

    def __init__(  # noqa: PLR0913 - the documents of a run
        self,
        folder: Path,
        *,
        declaration: bytes,
        profile: bytes,
        lab: bytes = b"",
        waivers: bytes = b"",
        impairment: bytes = b"",
    ) -> None:
        """Begin a bundle; what it was made from goes in verbatim.

        Raises:
            BundleExistsError: the folder already holds a run or anything else.
            OSError: it cannot be written.
        """
        if folder.exists() and any(folder.iterdir()):
            raise BundleExistsError(f"{folder} already holds a run; name another folder or leave --out away")
        try:
            (folder / CAPTURES).mkdir(parents=True)
        except FileExistsError:  # another run has begun here meanwhile
            raise BundleExistsError(f"{folder} already holds a run; name another folder") from None
        (folder / DECLARATION).write_bytes(declaration)
        (folder / PROFILE).write_bytes(profile)
        for name, text in ((LAB, lab), (WAIVERS, waivers), (IMPAIRMENT, impairment)):
            if text:
                (folder / name).write_bytes(text)
        self.folder = folder
        self._results = (folder / RESULTS).open("xb")
        lock(self._results)

    @classmethod
    def on(cls, folder: Path, results: IO[bytes]) -> BundleWriter:
        """Return what writes on a record that was opened and locked, from where it stands."""
        writer = cls.__new__(cls)
        writer.folder, writer._results = folder, results  # noqa: SLF001 - its own
        return writer

    def keep(self, capture: bytes) -> str:
        """Keep a capture; return its path in the bundle."""
        path = f"{CAPTURES}/{hashlib.sha256(capture).hexdigest()}.pcapng"
        _write(self.folder / path, capture)
        return path

    def keep_sequence(self, sequence: SavedCase) -> None:
        """Keep a failing sequence as a file of its own; the record holds it as well."""
        (self.folder / FOLDER).mkdir(exist_ok=True)
        _write(self.folder / sequence.path, sequence.written().encode())

    def keep_measurement(self, measurement: Measurement) -> None:
        """Keep what a load showed as a file of its own, named by its digest; the record holds it as well."""
        data = measurement.model_dump_json(indent=1).encode()
        (self.folder / LOADS).mkdir(exist_ok=True)
        _write(self.folder / LOADS / f"{hashlib.sha256(data).hexdigest()}.json", data)

    def line(self, record: Header | CaseRecord | Resumed | Footer) -> None:
        """Append one line."""
        self._results.write(record.model_dump_json(exclude_defaults=False).encode() + b"\n")
        self._results.flush()
        if not isinstance(record, CaseRecord):
            os.fsync(self._results.fileno())

    def discard(self) -> None:
        """Take a bundle back in which nothing was written: no case ran."""
        self._results.close()
        for name in (DECLARATION, PROFILE, LAB, WAIVERS, IMPAIRMENT, RESULTS):
            (self.folder / name).unlink(missing_ok=True)
        (self.folder / CAPTURES).rmdir()
        self.folder.rmdir()

    def close(self) -> None:
        """Close the record; nothing can be added any more."""
        self._results.close()


def _write(path: Path, data: bytes) -> None:
    """Write a file by the system's own calls: Ctrl-C in the middle leaves no open file object behind."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)
