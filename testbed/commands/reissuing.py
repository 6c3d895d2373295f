"""A corrected paper about an unchanged record (ISO/IEC 17025:2017, 7.8.8): a bundle of its own."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import yaml

from reports.words import day_of
from testbed.bundle.exports import EXPORTS
from testbed.bundle.keys import Signer
from testbed.bundle.reader import BundleError
from testbed.bundle.verify import REPORT, Status, verify_bundle
from testbed.bundle.writer import LAB, REISSUE, BundleExistsError
from testbed.commands.drawing import read_evidence
from testbed.commands.sealed import compare, open_report
from testbed.commands.signing import authorise, seal
from testbed.model.base import Text
from testbed.model.document import load
from testbed.model.lab import Laboratory, Reissue, Replaced, changes
from testbed.wire.documents import read_document


def reissue(bundle: Path, reason: Text, lab: Path | None, out: Path, holder: Signer) -> Path:
    """Seal a corrected report in a new bundle, which points back to the one that it replaces.

    Args:
        bundle: of the paper to replace; it must be what was signed, and what its evidence says.
        reason: why, as the new paper prints it.
        lab: the corrected `lab.yaml`; None where nothing of it changes.
        out: folder of the new bundle.
        holder: the laboratory.

    Raises:
        BundleError: there is no paper to replace, or it is not what its laboratory signed.
        DocumentError: the corrected `lab.yaml` cannot be used.
        KeyTroubleError: the approver named in it is somebody else than the key's holder.
        OSError: the folder holds something, or cannot be written.
    """
    sealed, read = open_report(bundle), read_evidence(bundle)
    checked = verify_bundle(bundle, ())
    for problem in checked.problems:
        if problem.status is not Status.SIGNER_UNKNOWN:
            raise BundleError(f"{bundle / problem.file} {problem.reason}: such a bundle is not re-issued")
    for one in compare(bundle, sealed, read):
        if one.line:
            raise BundleError(
                f"{bundle / one.file} is not what its evidence says; see `testbed report --check`"
            )
    corrected = read_document(lab) if lab is not None else ""
    if corrected and read.lab is None:
        raise BundleError(
            f"{bundle} is a self-test: no laboratory can put its name to it later; run with --lab"
        )
    after = load(Laboratory, corrected, str(lab)) if corrected else read.lab
    authorise(after, holder, lab or bundle / LAB)
    first = day_of(read.record.footer.ended) if read.record.footer else None
    issued: date = read.reissue.issued if read.reissue else first or sealed.container.signed_at.date()
    paper = Reissue(
        revision=(read.reissue.revision if read.reissue else 1) + 1,
        replaces=Replaced(report=read.report, sha256=sha256(sealed.data).hexdigest(), issued=issued),
        issued=datetime.now(UTC).date(),
        reason=reason,
        changes=changes(read.lab, after),
    )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BundleExistsError(f"{out} already holds something; name another folder")
    try:
        for name in checked.pages[0].statement.files.keys() - EXPORTS.keys():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(bundle / name, out / name)
        if corrected:
            (out / LAB).write_bytes(corrected.encode())
        said = yaml.safe_dump(paper.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
        (out / REISSUE).write_text(said, encoding="utf-8", newline="\n")
        seal(out, holder)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    return out / REPORT
