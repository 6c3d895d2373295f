"""Keys and seals as commands use them: the laboratory's signature under a finished bundle."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path, PurePosixPath

import platformdirs

from reports.face import SignerFace
from testbed.bundle import page
from testbed.bundle.certificates import Role
from testbed.bundle.exports import EXPORTS, suite_name
from testbed.bundle.keys import KeysExist, KeyUnusable, Signer, create_keys, load_signer
from testbed.bundle.locking import lock
from testbed.bundle.predicate import predicate
from testbed.bundle.reader import BundleError
from testbed.bundle.verify import OWN_FILES, REPORT, SCRIPT, STATEMENT, script
from testbed.bundle.writer import RESULTS
from testbed.commands.drawing import read_evidence
from testbed.model.council import Council
from testbed.model.lab import Laboratory

PART = ".part"
"""Ending of a file that is still being written."""


class KeyTroubleError(Exception):
    """Keys that cannot be used; the message says why."""


def keys_folder(chosen: Path | None) -> Path:
    """Return where keys are kept: as chosen, else $TESTBED_KEYS, else the user's own folder."""
    if chosen is not None:
        return chosen
    named = os.environ.get("TESTBED_KEYS")
    return Path(named) if named else platformdirs.user_data_path("mother-factory") / "keys"


def laboratory(chosen: Path | None) -> Signer:
    """Return the laboratory's signer; where no keys were ever made, make test keys.

    Raises:
        KeyTroubleError: the keys cannot be used.
    """
    folder = keys_folder(chosen)
    if not folder.exists():
        try:
            create_keys(folder, test=True)
        except KeysExist:
            pass  # another run made them in this moment
        except OSError as error:
            raise KeyTroubleError(f"{folder}: test keys cannot be made: {error.strerror}") from error
    return signer(folder, Role.LABORATORY)


def signer(folder: Path, role: Role) -> Signer:
    """Load a signer.

    Raises:
        KeyTroubleError: the keys cannot be used.
    """
    try:
        return load_signer(folder, role)
    except KeyUnusable as error:
        raise KeyTroubleError(str(error)) from error


def authorise(body: Laboratory | Council | None, holder: Signer | None, source: Path | None) -> None:
    """Hold the approver whom a body names to the key that signs its paper (ISO/IEC 17025, 7.8.2.1 o).

    A test key signs for anybody, and the paper says TEST KEY; a self-test names nobody.

    Raises:
        KeyTroubleError: somebody else's key.
    """
    if body is None or holder is None or holder.is_test:
        return
    if body.approver.name != holder.name:
        raise KeyTroubleError(
            f"{source} names {body.approver.name} as the approver, the key is that of {holder.name}: "
            f"sign with the approver's key, or name its holder"
        )


def face(holder: Signer) -> SignerFace:
    """Return a signer as a page prints it."""
    return SignerFace(holder.name, holder.fingerprint, holder.is_test)


def seal(folder: Path, holder: Signer) -> None:
    """Draw the report and the exports of a bundle, sign them with all its evidence, and write them.

    Everything is drawn from what stands in the folder, never from what is still in memory, so that whoever
    draws it again from there gets the same bytes. The report is written last: where it stands, all else does.

    Raises:
        BundleError: the bundle cannot be read back, is still being written, or holds what nobody can vouch
            for.
        OSError: it cannot be written.
    """
    with (folder / RESULTS).open("rb") as results:
        if not lock(results):
            raise BundleError(f"{folder}: another process is still writing this run; wait until it has ended")
        _seal(folder, holder)


def _seal(folder: Path, holder: Signer) -> None:
    read = read_evidence(folder)
    account = read.account(is_test=holder.is_test)
    for name, export in EXPORTS.items():
        _put(folder / name, export(account))
    folders = {suite_name(one.id): one.digest for one in account.header.suites}
    _put(folder / SCRIPT, script())
    files = evidence(folder)
    for capture in (account.header.preflight_capture, *(case.capture for case in account.cases)):
        if capture and files.get(capture) != PurePosixPath(capture).stem:
            raise BundleError(f"{folder / capture} is not the capture that the record names by its SHA-256")
    html = read.draw(face(holder))
    try:
        sealed = page.seal(html, predicate(account), files | folders, holder)
    except ValueError as error:
        raise BundleError(f"{folder} cannot be sealed: {error}") from error
    _put(folder / STATEMENT, page.signed_payload(sealed))
    _put(folder / REPORT, sealed)


def _put(path: Path, data: bytes) -> None:
    """Write a file so that it stands there whole or not at all, however this program ends."""
    part = path.with_name(f"{path.name}{PART}")
    part.write_bytes(data)
    part.replace(path)


def evidence(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a bundle that its report speaks of, by its path there."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    listed = sorted(name for name in paths.keys() - OWN_FILES if not name.endswith(PART))
    return {name: sha256(paths[name].read_bytes()).hexdigest() for name in listed}
