"""The waivers of a run, new or going on: signed by whom its own signer may trust."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.x509 import Certificate, CertificateRevocationList

from testbed.bundle.certificates import UnknownSignerError, issued, load_roots, root_of
from testbed.bundle.errors import Refused
from testbed.bundle.keys import Signer
from testbed.bundle.revocation import LIST, check_entry, load_list
from testbed.bundle.writer import WAIVERS
from testbed.commands.asked import Asked
from testbed.commands.sealed import Sealed
from testbed.commands.signing import keys_folder
from testbed.model.document import Complaint, DocumentError
from testbed.model.record import Header
from testbed.plugin.waivers import SignedWaivers, read_signed, unbacked


def accepting(all_asked: list[Asked], file: Path | None, keys: Path | None, holder: Signer) -> list[Asked]:
    """Give the runs their waivers; of one that goes on, check those that it was begun with.

    Args:
        all_asked: the devices to be judged.
        file: the signed `waivers.yaml`, where one was named.
        keys: folder of the laboratory's keys, as chosen.
        holder: who will sign the reports; only the root that vouches for him may vouch for the waivers.

    Raises:
        DocumentError: with one message fit for a terminal.
    """
    taken = all_asked[0].taken
    if taken is not None:
        try:
            check_backed(taken.folder, taken.record.header, keys, holder)
        except DocumentError:
            taken.leave()
            raise
        return all_asked
    if file is None:
        return all_asked
    signed = _read(file, keys, holder)
    return [replace(one, setup=replace(one.setup, waivers=signed)) for one in all_asked]


def check_backed(bundle: Path, header: Header, keys: Path | None, holder: Signer) -> None:
    """Check, before somebody signs a report on a record, that its waivers are signed as his own must be.

    Raises:
        DocumentError: they are not.
    """
    if not header.waivers and not header.waivers_sha256 and not (bundle / WAIVERS).exists():
        return
    if trouble := unbacked(bundle, header, *_trusted(keys, holder)):
        raise DocumentError(str(bundle), [Complaint(0, f"{trouble}; start a new run with signed waivers")])


def check_own(report: Path, sealed: Sealed | None, keys: Path | None, holder: Signer) -> None:
    """Check, before somebody replaces a paper, that his own authority let it be signed and stands by it.

    The signer's certificate may have expired since: a correction years later is a correction.

    Raises:
        DocumentError: somebody else's paper, or one whose signer was revoked.
    """
    if sealed is None:
        return
    (root,), lists = _trusted(keys, holder)
    certificate = sealed.container.certificate
    trouble = ""
    if not issued(root, certificate):
        trouble = f"was signed by somebody for whom the root of {holder.name} does not vouch"
    try:
        check_entry(certificate, lists)
    except Refused as error:
        trouble = str(error)
    if trouble:
        raise DocumentError(str(report), [Complaint(0, f"{trouble}: such a paper is not re-issued")])


def _read(file: Path, keys: Path | None, holder: Signer) -> SignedWaivers:
    try:
        return read_signed(file, *_trusted(keys, holder))
    except Refused as error:
        raise DocumentError(str(file), [Complaint(0, str(error))]) from error
    except UnknownSignerError:
        root = keys_folder(keys) / "root.pem"
        what = (
            f"is not signed by a laboratory for whom {root} vouches, as it does for this run's signer; "
            "sign it with `testbed waivers sign`"
        )
        raise DocumentError(str(file), [Complaint(0, what)]) from None


def _trusted(keys: Path | None, holder: Signer) -> tuple[list[Certificate], list[CertificateRevocationList]]:
    """Return the one root that vouches for the run's own signer, and its list of revoked certificates."""
    path = keys_folder(keys) / "root.pem"
    listed = path.with_name(LIST)
    try:
        own = root_of(holder.certificate, load_roots(path), datetime.now(UTC))
        return [own], [load_list(listed, [own])] if listed.is_file() else []
    except Refused as error:
        raise DocumentError(str(path), [Complaint(0, str(error))]) from error
    except UnknownSignerError:
        what = f"does not vouch for {holder.name}, who would sign the report"
        raise DocumentError(str(path), [Complaint(0, what)]) from None
