"""The laboratory's signed waivers as a run takes them: signature first, then every line of the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from testbed.bundle.waivers import LARGEST, Opened, open_signed
from testbed.model.declaration import Device
from testbed.model.document import Complaint, DocumentError
from testbed.model.standard import Catalogue
from testbed.model.waiver import Waiver, read_waivers
from testbed.plugin.shelf import suites

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


@dataclass(frozen=True)
class SignedWaivers:
    """The waivers of all devices of a laboratory, in the file that it signed."""

    opened: Opened
    waivers: tuple[Waiver, ...]

    def about(self, device: Device, catalogues: Sequence[Catalogue]) -> tuple[Waiver, ...]:
        """Return those of one device and of the requirements of some suites; the others say nothing here."""
        return tuple(
            one
            for one in self.waivers
            if one.speaks_of(device.model, device.firmware)
            and any(one.requirement in catalogue for catalogue in catalogues)
        )


def read_signed(path: Path, roots: Sequence[Certificate], *, at: datetime | None = None) -> SignedWaivers:
    """Read a signed `waivers.yaml`.

    Args:
        path: the file.
        roots: the authorities that are trusted.
        at: the instant at which the signer's certificate must be valid; now unless given.

    Raises:
        DocumentError: it cannot be read, or a waiver in it cannot be used.
        Refused: it is not what a laboratory signed.
        UnknownSignerError: none of the roots vouches for its signer.
    """
    opened = open_signed(read_bytes(path), roots, at)
    catalogues = [suite.catalogue for suite in suites().values()]
    return SignedWaivers(opened, read_waivers(opened.text, str(path), catalogues))


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, no more than a signed document may have.

    Raises:
        DocumentError: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:  # a device file has no size, so no more is read than is taken
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise DocumentError(str(path), [Complaint(0, f"cannot be read: {error.strerror}")]) from error
    if len(data) > LARGEST:
        raise DocumentError(str(path), [Complaint(0, f"is larger than {LARGEST >> 20} MiB")])
    return data
