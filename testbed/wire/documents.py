"""Files that somebody wrote, read to their bound."""

from __future__ import annotations

from pathlib import Path

from testbed.model.document import LARGEST, Complaint, DocumentError


def read_document(path: Path) -> str:
    """Return the text of a file that somebody wrote, read to its bound.

    Raises:
        DocumentError: it cannot be read, is too large, or is not UTF-8.
    """
    name = str(path)
    try:
        with path.open("rb") as file:  # a device file has no size, so no more is read than is taken
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise DocumentError(name, [Complaint(0, f"is larger than {LARGEST >> 20} MiB")])
        return data.decode()
    except OSError as error:
        raise DocumentError(name, [Complaint(0, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise DocumentError(name, [Complaint(0, f"is not UTF-8 text ({error.reason})")]) from error
