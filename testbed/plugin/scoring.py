"""Reads a round and a laboratory's bundles back, to be scored (`testbed.model.proficiency`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from testbed.bundle import files
from testbed.bundle.errors import Refused, printable
from testbed.bundle.reader import BundleError, Record, read_record
from testbed.bundle.sealed import open_seal
from testbed.bundle.verify import Status, verify_bundle
from testbed.model.proficiency import Assigned, Round, Submission
from testbed.model.record import UnknownRequirementError, outcome_of, roll_up
from testbed.model.verdict import Outcome, Verdict
from testbed.plugin.dealing import ASSIGNED, ROUND
from testbed.plugin.shelf import suites

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateRevocationList

LARGEST = 4 << 20
"""Bytes of the largest round that is read (assumed; one of 500 devices has some 200 kB)."""


def read_round(folder: Path) -> Round:
    """Read a round.

    Raises:
        Refused: it is missing, or not as a dealer writes it.
    """
    path = folder / ROUND
    try:
        return Round.model_validate_json(files.read(path, LARGEST))
    except Refused as error:
        raise Refused(f"{path} {error}; name the round's folder with --round") from None
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise Refused(f"{path} is no round: {printable(str(fault['msg']))} at {fault['loc']}") from None


def answers(dealt: Round, key: bytes) -> tuple[Assigned, ...]:
    """Open the seal of a round.

    Raises:
        Refused: it does not open, or does not hold the devices that were committed to.
    """
    try:
        assigned = ASSIGNED.validate_json(open_seal(dealt.sealed, key, dealt.id))
    except ValidationError:
        raise Refused("the seal opens on something that is no list of devices") from None
    committed = [(one.item, one.commitment) for one in dealt.items]
    if [(one.item, one.commitment) for one in assigned] != committed:
        raise Refused("the seal does not hold the devices that round.json committed to")
    return assigned


def submission(
    bundle: Path,
    dealt: Round,
    roots: Sequence[Certificate],
    revoked: Sequence[CertificateRevocationList] = (),
) -> tuple[str | None, Submission]:
    """Check a bundle and return the item it is about, with what it found; None for no item of this round.

    A bundle that is not as signed is still counted for the item that it claims, as refused.
    """
    name = printable(str(bundle))
    try:
        record = read_record(bundle)
    except BundleError as error:
        return None, Submission(bundle=name, refused=printable(str(error)))
    declared = {one.declaration_sha256: one.item for one in dealt.items}
    item = declared.get(record.header.declaration_sha256)
    if item is None:
        return None, Submission(bundle=name, refused="its declaration is none of this round's")
    if refused := _unsigned(bundle, roots, revoked) or next(_doubts(record, dealt), ""):
        return item, Submission(bundle=name, refused=refused)
    known = suites()
    try:
        judged = roll_up([known[used.id].catalogue for used in record.header.suites], record.cases)
    except UnknownRequirementError as error:
        return item, Submission(bundle=name, refused=printable(str(error)))
    broken = {used.id: set[str]() for used in record.header.suites}
    for one in judged:
        if one.is_broken:
            broken[one.suite].add(one.requirement.id)
    return item, Submission(
        bundle=name,
        broken={suite: frozenset(ids) for suite, ids in broken.items()},
        is_conformant=outcome_of(judged, finished=True, selected_by_hand=False) is Outcome.CONFORMANT,
    )


def _unsigned(
    bundle: Path, roots: Sequence[Certificate], revoked: Sequence[CertificateRevocationList]
) -> str:
    """Say why a bundle is not what a trusted laboratory signed; empty when it is."""
    checked = verify_bundle(bundle, roots, revoked=revoked)
    if checked.status is Status.GOOD:
        return ""
    first = checked.problems[0]
    return f"{checked.status.name}: {first.file}: {first.reason}"


def _doubts(record: Record, dealt: Round) -> Iterator[str]:
    if record.footer is None or record.footer.interrupted:
        yield "the run did not finish"
    if record.header.selected_by_hand:
        yield "cases were left out by hand"
    if record.header.started < dealt.dealt:
        yield "it was judged before the round was dealt"
    if set(record.header.suites) != set(dealt.suites):
        yield "it was not judged by the suites of the round"
    here = {one.catalogue.id: one.digest for one in suites().values()}
    for used in record.header.suites:
        if here.get(used.id) != used.digest:
            yield f"suite {used.id} here is not the one that the run used"
    if errors := sum(case.verdict is Verdict.ERROR for case in record.cases):
        yield f"{errors} cases ended in an error of the test bed"
