"""The laboratory's signed waivers as a run takes them: signature first, then every line of the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from testbed.bundle.certificates import UnknownSignerError
from testbed.bundle.errors import Refused
from testbed.bundle.waivers import LARGEST, Opened, open_signed
from testbed.bundle.writer import WAIVERS
from testbed.model.declaration import Device
from testbed.model.document import Complaint, DocumentError
from testbed.model.record import Header
from testbed.model.standard import Catalogue
from testbed.model.waiver import Waiver, read_waivers
from testbed.plugin.shelf import suites

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateRevocationList


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
            if one.speaks_of(device) and any(one.requirement in catalogue for catalogue in catalogues)
        )


def read_signed(
    path: Path, roots: Sequence[Certificate], revoked: Sequence[CertificateRevocationList] = ()
) -> SignedWaivers:
    """Read a signed `waivers.yaml`.

    Args:
        path: the file.
        roots: the authorities that are trusted.
        revoked: their lists of revoked certificates, as far as they are known.

    Raises:
        DocumentError: it cannot be read, or a waiver in it cannot be used.
        Refused: it is not what a laboratory signed.
        UnknownSignerError: none of the roots vouches for its signer.
    """
    opened = open_signed(read_bytes(path), roots, revoked=revoked)
    catalogues = [suite.catalogue for suite in suites().values()]
    return SignedWaivers(opened, read_waivers(opened.text, str(path), catalogues))


def unbacked(
    bundle: Path,
    header: Header,
    roots: Sequence[Certificate],
    revoked: Sequence[CertificateRevocationList] = (),
) -> str:
    """Say why the waivers of a record are not those that a laboratory signed; empty when they are."""
    path = bundle / WAIVERS
    if not path.exists() and not header.waivers and not header.waivers_sha256:
        return ""
    used = [
        suite.catalogue for suite in suites().values() if suite.catalogue.id in {u.id for u in header.suites}
    ]
    try:
        signed = read_signed(path, roots, revoked)
    except UnknownSignerError:
        return f"{WAIVERS} is signed by somebody for whom no given root vouches"
    except Refused as error:
        return f"{WAIVERS} {error}"
    except DocumentError as error:
        return str(error)
    stated = (header.waivers, header.waivers_sha256, header.waivers_fingerprint)
    opened = signed.opened
    if stated != (signed.about(header.declaration.device, used), opened.sha256, opened.fingerprint):
        return f"the record names other waivers than {WAIVERS}"
    return ""


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
