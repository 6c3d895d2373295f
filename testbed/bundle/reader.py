"""Reads a bundle back. A record comes from a file that anyone may have changed, so every line is checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from testbed.bundle.writer import RESULTS
from testbed.model.record import LINE, CaseRecord, Footer, Header

LARGEST = 256 << 20
"""Bytes of the largest record that is read (assumed; a large run has a few megabytes)."""


class BundleError(ValueError):
    """A bundle that cannot be read, with file, line and fault."""


@dataclass(frozen=True)
class Record:
    """A run as its record tells it."""

    header: Header
    cases: tuple[CaseRecord, ...]
    footer: Footer | None


def read_record(folder: Path) -> Record:
    """Read results.jsonl.

    Raises:
        BundleError: it is missing, too large, or a line of it is not what it must be.
    """
    path = folder / RESULTS
    try:
        if path.stat().st_size > LARGEST:
            raise BundleError(f"{path} is larger than {LARGEST >> 20} MiB")
        text = path.read_bytes().decode()
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}; is {folder} a bundle?") from error
    except UnicodeDecodeError as error:
        raise BundleError(f"{path} is not UTF-8 text: {error.reason}") from error
    header: Header | None = None
    footer: Footer | None = None
    cases: list[CaseRecord] = []
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
        try:
            entry = LINE.validate_json(line)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            raise BundleError(f"{path}: line {number}: {fault['msg']} at {fault['loc']}") from None
        if footer is not None or isinstance(entry, Header) == (number > 1):
            raise BundleError(f"{path}: line {number}: a {entry.kind} cannot stand here")
        if isinstance(entry, Header):
            header = entry
        elif isinstance(entry, Footer):
            footer = entry
        else:
            cases.append(entry)
    if header is None:
        raise BundleError(f"{path} is empty")
    return Record(header, tuple(cases), footer)
