"""The files of a bundle, read as a stranger's: never through a link, never without a bound."""

from __future__ import annotations

import os
import stat
from hashlib import file_digest
from typing import TYPE_CHECKING

from testbed.bundle.errors import Refused, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from io import BufferedRandom, BufferedReader
    from pathlib import Path

MAX_EVIDENCE = 4 << 30  # bytes of one file that is hashed, never held in memory
MAX_STRANGERS = 100  # problems reported of files nobody listed

# Follow no link, wait for no pipe, translate no line end (each where the system knows the flag).
_CAREFUL = sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


def read(path: Path, limit: int) -> bytes:
    """Return the content of a regular file of at most `limit` bytes.

    Raises:
        Refused: It is missing, larger, or no regular file.
    """
    with _open(path, limit) as file:
        return file.read(limit)


def digest(path: Path) -> str:
    """Return the SHA-256 of a regular file in hexadecimal.

    Raises:
        Refused: It is missing, larger than `MAX_EVIDENCE`, or no regular file.
    """
    with _open(path, MAX_EVIDENCE) as file:
        return file_digest(file, "sha256").hexdigest()


def update(path: Path) -> BufferedRandom:
    """Open a regular file to be read and written on.

    Raises:
        Refused: It is missing, or no regular file.
    """
    return os.fdopen(_descriptor(path, MAX_EVIDENCE, os.O_RDWR), "r+b")


def strangers(directory: Path, listed: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield whatever stands in `directory` without being listed, as relative path and what is wrong.

    Args:
        directory: The bundle.
        listed: Relative POSIX paths of all files that may be there.

    Raises:
        Refused: A directory cannot be read.
    """
    folders = {parent for name in listed for parent in parents(name)}
    found = 0
    for folder in ("", *sorted(folders)):
        for name, problem in _strangers_in(directory, folder, listed, folders):
            found += 1
            if found > MAX_STRANGERS:
                yield folder or ".", f"there are more than {MAX_STRANGERS} problems of this kind"
                return
            yield name, problem


def parents(name: str) -> Iterator[str]:
    """Yield the folders that `name` lies in, the innermost first."""
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _strangers_in(
    directory: Path, folder: str, listed: Collection[str], folders: Collection[str]
) -> Iterator[tuple[str, str]]:
    path = directory / folder
    try:
        if not stat.S_ISDIR(path.lstat().st_mode):  # a link or a file: named where its parent is listed
            return
        with os.scandir(path) as entries:
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_symlink():
                    yield printable(name), "is a symbolic link"
                elif not (name in folders if entry.is_dir(follow_symlinks=False) else name in listed):
                    yield printable(name), "is not part of the bundle"
    except FileNotFoundError:  # then every file listed in it is missing, and is named as such
        return
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}") from error


def _open(path: Path, limit: int) -> BufferedReader:
    return os.fdopen(_descriptor(path, limit, os.O_RDONLY), "rb")


def _descriptor(path: Path, limit: int, how: int) -> int:
    try:
        descriptor = os.open(path, how | _CAREFUL)
    except FileNotFoundError:
        raise Refused("is missing") from None
    except ValueError:  # a NUL in its name
        raise Refused("is no name of a file") from None
    except OSError as error:
        raise Refused(f"cannot be read as a regular file: {error.strerror}") from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
        os.close(descriptor)
        raise Refused(f"is not a regular file of at most {limit} bytes")
    return descriptor
