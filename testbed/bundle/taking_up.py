"""Takes a stopped run up again: what of its record is whole, what it left undone, who may write now.

Nothing in the folder is changed before everything was found in order.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path, PurePosixPath

from testbed.bundle import files
from testbed.bundle.errors import Refused, printable
from testbed.bundle.journal import JOURNAL, FileJournal, Leased, Undone, read_journal
from testbed.bundle.locking import lock
from testbed.bundle.reader import LARGEST, BundleError, Record, parse_record
from testbed.bundle.verify import REPORT, STATEMENT
from testbed.bundle.writer import (
    CAPTURES,
    DECLARATION,
    IMPAIRMENT,
    LAB,
    PROFILE,
    RESULTS,
    WAIVERS,
    BundleWriter,
)
from testbed.model.declaration import Area, Declaration
from testbed.model.files import FileArea


@dataclass(frozen=True)
class Taken:
    """A run that can go on; nobody else can write into its bundle meanwhile."""

    folder: Path
    record: Record
    undone: Undone
    cut: int
    """Bytes at the end of the record that are no whole evidence."""
    _file: BufferedRandom

    @property
    def ran_s(self) -> float:
        """Seconds that the run had taken, as far as its record tells."""
        ends = [case.at + case.duration_s for case in self.record.cases]
        ends += [one.ran_s for one in self.record.resumed]
        ends += [self.record.footer.duration_s] if self.record.footer else []
        return round(max(ends, default=0.0), 6)

    def go_on(self) -> BundleWriter:
        """Cut off what is not whole, clear away what no line names, and return what writes on."""
        self._file.truncate(self._file.seek(-self.cut, os.SEEK_END))
        named = {case.capture for case in self.record.cases} | {self.record.header.preflight_capture}
        for path in (self.folder / CAPTURES).iterdir():
            if f"{CAPTURES}/{path.name}" not in named:
                path.unlink()
        for name in (REPORT, STATEMENT):  # of the stopped run; the finished one gets its own
            (self.folder / name).unlink(missing_ok=True)
        if self.undone.whole:
            os.truncate(self.folder / JOURNAL, self.undone.whole)
        return BundleWriter.on(self.folder, self._file)

    def journal(self) -> FileJournal:
        """Return its journal, to be kept on."""
        return FileJournal(self.folder, self.undone.last)

    def leave(self) -> None:
        """Let go of it unchanged."""
        self._file.close()


def take_up(folder: Path) -> Taken:
    """Read a stopped run, and keep others from writing on it.

    Raises:
        BundleError: it cannot go on: it has ended, somebody still writes it, or it is not what was written.
    """
    path = folder / RESULTS
    try:
        file = files.update(path)
    except Refused as error:
        raise BundleError(f"{path}: {error}; is {folder} a bundle?") from error
    try:
        return _taken(folder, file)
    except BaseException:
        file.close()
        raise


def _taken(folder: Path, file: BufferedRandom) -> Taken:
    path = folder / RESULTS
    if not lock(file):
        raise BundleError(f"{folder}: another process is still writing this run; wait until it has ended")
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise BundleError(f"{path} is larger than {LARGEST >> 20} MiB")
    whole = data[: data.rfind(b"\n") + 1]
    if not whole:
        raise BundleError(
            f"{folder}: nothing was judged before this run stopped; start it anew in another folder"
        )
    record = parse_record(whole, path)
    whole = whole[: _sound(folder, record, whole)]
    record = parse_record(whole, path)
    if record.footer is not None and not record.footer.interrupted and os.path.lexists(folder / REPORT):
        raise BundleError(
            f"{folder}: this run has ended and its report is signed; there is nothing to resume"
        )
    header = record.header
    documents = {
        DECLARATION: header.declaration_sha256,
        PROFILE: header.profile_sha256,
        LAB: header.lab_sha256,
        WAIVERS: header.waivers_sha256,
        IMPAIRMENT: header.impairment.sha256 if header.impairment else "",
        header.preflight_capture: PurePosixPath(header.preflight_capture).stem,
    }
    for name, digest in documents.items():
        if digest:
            _check_document(folder / name, digest)
    _check_captures(folder / CAPTURES)
    undone = read_journal(folder)
    for one in undone.leased:
        if not _is_scratch(one, header.declaration):
            raise BundleError(f"{folder / JOURNAL}: {one} are no scratch values of the declaration")
    if header.selected_by_hand and not undone.chosen:
        said = "cases were chosen by hand, and which ones is not known any more; start a new run"
        raise BundleError(f"{folder}: {said}")
    return Taken(folder, record, undone, len(data) - len(whole), file)


def _sound(folder: Path, record: Record, whole: bytes) -> int:
    """Return how many bytes of a record come before the first case whose capture is not whole.

    A line is written after its capture, but a power cut may have taken the capture all the same.
    """
    spoilt = {case.capture for case in record.cases if not _is_whole(folder, case.capture)}
    size = 0
    for line in whole.splitlines(keepends=True):
        if any(capture.encode() in line for capture in spoilt):
            break
        size += len(line)
    return size


def _is_whole(folder: Path, capture: str) -> bool:
    try:
        return not capture or capture == f"{CAPTURES}/{files.digest(folder / capture)}.pcapng"
    except Refused:
        return False


def _check_document(path: Path, digest: str) -> None:
    try:
        found = files.digest(path)
    except Refused as error:
        raise BundleError(f"{path} {error}; put it back, or start a new run") from error
    if found != digest:
        raise BundleError(
            f"{path} was changed since this run began; put the old one back, or start a new run"
        )


def _check_captures(folder: Path) -> None:
    """Refuse a folder that is a link or holds more than files: what no line names there is cleared away."""
    if folder.is_symlink() or not folder.is_dir():
        raise BundleError(f"{folder} is no folder of its own; put it back, or start a new run")
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            raise BundleError(
                f"{folder} holds a folder, {printable(path.name)}, which no run makes; move it away"
            )


def _is_scratch(one: Leased, declaration: Declaration) -> bool:
    if one.table == "nodes":  # a value is the bytes of its Variant
        is_granted = any(node.scratch and node.id == one.node for node in declaration.nodes)
        return is_granted and max(one.values) <= 0xFF  # noqa: PLR2004 - a byte
    areas: Sequence[Area | FileArea] = [area for area in declaration.files if area.file == one.file]
    if one.table != "files":
        areas = (
            () if one.file else declaration.areas("coils" if one.table == "coils" else "holding_registers")
        )
    return any(area.scratch and area.holds(one.first, len(one.values)) for area in areas)
