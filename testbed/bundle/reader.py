"""Reads a bundle back. A record comes from a file that anyone may have changed, so every line is checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from testbed.bundle.writer import RESULTS
from testbed.model.record import ALL_TRAFFIC, LINE, CaseRecord, Footer, Header, Resumed, in_order

LARGEST = 256 << 20
"""Bytes of the largest record that is read (assumed; a large run has a few megabytes)."""


class BundleError(ValueError):
    """A bundle that cannot be read, with file, line and fault."""


@dataclass(frozen=True)
class Record:
    """A run as its record tells it."""

    header: Header
    cases: tuple[CaseRecord, ...]
    """By suite and name, whatever the order in which they ended."""
    footer: Footer | None
    resumed: tuple[Resumed, ...] = ()
    """Each time that the run went on after it had been stopped."""


def read_record(folder: Path) -> Record:
    """Read results.jsonl.

    Raises:
        BundleError: it is missing, too large, or a line of it is not what it must be.
    """
    path = folder / RESULTS
    try:
        if path.stat().st_size > LARGEST:
            raise BundleError(f"{path} is larger than {LARGEST >> 20} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}; is {folder} a bundle?") from error
    try:
        return parse_record(data, path)
    except BundleError as error:
        if data and not data.endswith(b"\n"):
            raise BundleError(f"{error}; its last line was cut off: `testbed run --resume` goes on") from None
        raise


def parse_record(data: bytes, path: Path) -> Record:
    """Read the bytes of a record.

    Where a run went on after a footer, that footer no longer counts, nor does what the monitor said then.

    Args:
        data: one line after the other.
        path: the name to complain about.

    Raises:
        BundleError: a line is not what it must be, or stands where it must not.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise BundleError(f"{path} is not UTF-8 text: {error.reason}") from error
    header: Header | None = None
    footer: Footer | None = None
    cases: dict[tuple[str, str], CaseRecord] = {}
    resumed: list[Resumed] = []
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
        entry = _entry(line, f"{path}: line {number}")
        ended = footer is not None and not isinstance(entry, Resumed)
        if ended or isinstance(entry, Header) == (number > 1):
            raise BundleError(f"{path}: line {number}: a {entry.kind} cannot stand here")
        match entry:
            case Header():
                header = entry
            case Footer():
                footer = entry
            case Resumed():
                footer = None
                resumed.append(entry)
                cases = {key: case for key, case in cases.items() if key[1] != ALL_TRAFFIC}
            case CaseRecord() if (entry.suite, entry.case) in cases:
                said = f"{entry.suite}/{entry.case}"[:200]
                raise BundleError(f"{path}: line {number}: case {said!r} stands there twice")
            case CaseRecord():
                cases[entry.suite, entry.case] = entry
    if header is None:
        raise BundleError(f"{path} is empty")
    return Record(header, in_order(header, cases.values()), footer, tuple(resumed))


def _entry(line: str, where: str) -> Header | CaseRecord | Resumed | Footer:
    try:
        return LINE.validate_json(line)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise BundleError(f"{where}: {fault['msg']} at {fault['loc']}") from None
