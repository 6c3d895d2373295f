"""Keys and seals as commands use them: the laboratory's signature under a finished bundle."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import platformdirs

from reports.face import SignerFace, report_id
from testbed.bundle import page
from testbed.bundle.certificates import Role
from testbed.bundle.keys import KeysExist, KeyUnusable, Signer, create_keys, load_signer
from testbed.bundle.verify import REPORT, STATEMENT
from testbed.commands.drawing import read_evidence
from testbed.model.record import counts
from testbed.model.verdict import Outcome


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


def face(holder: Signer, role: str) -> SignerFace:
    """Return a signer as a page prints it."""
    return SignerFace(holder.name, role, holder.fingerprint, holder.is_test)


def seal(folder: Path, holder: Signer) -> None:
    """Draw the report of a bundle, sign it with all its evidence, and write both.

    The page is drawn from what stands in the folder, never from what is still in memory, so that whoever
    draws it again from there gets the same bytes.

    Raises:
        BundleError: the bundle cannot be read back.
    """
    read = read_evidence(folder)
    html = read.draw(face(holder, "laboratory"))
    header, footer = read.record.header, read.record.footer
    predicate = {
        "report": report_id(header),
        "run": header.run,
        "outcome": str(footer.outcome if footer else Outcome.INCOMPLETE),
        "requirements": {str(verdict): number for verdict, number in counts(read.judged).items()},
        "tester": header.tester,
        "device": header.declaration.device.model_dump(),
        "profile": header.profile,
    }
    folders = {f"conformance_suites/{one.id}#folder": one.digest for one in header.suites}
    sealed = page.seal(html, predicate, evidence(folder) | folders, holder)
    (folder / REPORT).write_bytes(sealed)
    (folder / STATEMENT).write_bytes(page.signed_payload(sealed))


def evidence(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a bundle, by its path there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}
