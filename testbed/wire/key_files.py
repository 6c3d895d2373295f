"""Files of keys and certificates: written whole or not at all, secret ones readable by their owner alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READABLE_BY_OTHERS = 0o077
LARGEST = 1 << 16
"""Bytes of a certificate, list or key (assumed; a key of 4096 bits takes three thousand)."""


class MaterialError(Exception):
    """A file of keys or certificates is missing, exposed, damaged, or does not fit another."""


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """Yield a new folder in which to write; at the end it becomes the wanted one, or is gone.

    Args:
        folder: does not exist yet, or is empty.

    Raises:
        MaterialError: the folder holds something; nothing was touched.
        OSError: it cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # mkdtemp grants 0700
    try:
        yield making
        try:
            making.rename(folder)
        except OSError as error:
            if folder.exists():
                said = f"{folder} already holds something; keys are never overwritten"
                raise MaterialError(said) from error
            raise
    except BaseException:
        shutil.rmtree(making)
        raise


def write_new(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file that must not exist, with its final mode from the first instant."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)


def read_whole(path: Path, remedy: str, *, is_secret: bool) -> bytes:
    """Return the bytes of a file.

    Args:
        path: of the file.
        remedy: what makes a new one.
        is_secret: whether others must not be able to read it.

    Raises:
        MaterialError: it is missing, cannot be read, is exposed, empty, or too large.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise MaterialError(f"{path} is missing; {remedy}") from None
    except OSError as error:
        raise MaterialError(f"{path} cannot be read: {error.strerror}") from None
    if is_secret:
        check_private(path, mode)
    if not data or len(data) > LARGEST:
        raise MaterialError(f"{path} is empty or larger than {LARGEST} bytes; {remedy}")
    return data


def check_private(path: Path, mode: int) -> None:
    """Hold that nobody but its owner may open a file, where the system has such rights.

    Raises:
        MaterialError: others may; with the command that ends it.
    """
    if os.name == "posix" and mode & READABLE_BY_OTHERS:
        said = f"{path} is open to other users (mode {mode & 0o777:04o}); run: chmod 600 {path}"
        raise MaterialError(said)
