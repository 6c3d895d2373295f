"""`testbed grant`: the council's confirmation over an unchanged, verified report."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail
from testbed.model.verdict import BAD_INPUT, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cryptography.x509 import Certificate, CertificateRevocationList

    from testbed.bundle.keys import Signer
    from testbed.bundle.reader import Record
    from testbed.commands.drawing import Evidence
    from testbed.model.council import Council
    from testbed.model.standard import Catalogue


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--keys", type=click.Path(path_type=Path), help="Folder of the council's keys.")
@click.option(
    "--root", type=click.Path(path_type=Path), help="Root certificate to trust (default: of the keys)."
)
@click.option(
    "--crl",
    "lists",
    type=click.Path(path_type=Path),
    multiple=True,
    help="What that root has revoked (PEM; default: of the keys, unless --root names another).",
)
@click.option(
    "--council", "settings", type=click.Path(path_type=Path), help="Settings of the council (council.yaml)."
)
def grant(
    bundle: Path, keys: Path | None, root: Path | None, lists: tuple[Path, ...], settings: Path | None
) -> None:
    """Grant a confirmation on a bundle, if the granting rule allows it.

    Writes certificate.html beside the report. Without --council it names no council, no members and no rules,
    which `testbed lint` will say. Exit status 1 when it is not granted, with every reason.

    \b
    Example:
      testbed grant results/sim-plc-1.0/20261122T093000Z
    """  # noqa: D301 - click wants the character
    from reports.confirmation import render_certificate  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.bundle import page  # noqa: PLC0415
    from testbed.bundle.certificates import Role  # noqa: PLC0415
    from testbed.bundle.errors import Refused  # noqa: PLC0415
    from testbed.bundle.reader import BundleError, read_record  # noqa: PLC0415
    from testbed.bundle.revocation import LIST  # noqa: PLC0415
    from testbed.bundle.statement import PredicateType  # noqa: PLC0415
    from testbed.bundle.verify import CERTIFICATE, REPORT, Status, verify_bundle  # noqa: PLC0415
    from testbed.commands.drawing import read_evidence  # noqa: PLC0415
    from testbed.commands.signing import KeyTroubleError, face, keys_folder, signer  # noqa: PLC0415
    from testbed.commands.verify import trusted  # noqa: PLC0415
    from testbed.model.certificate import decide  # noqa: PLC0415

    folder = keys_folder(keys)
    try:
        own = (folder / LIST,) if root is None and (folder / LIST).exists() else ()
        roots, revoked = trusted(root or folder / "root.pem", lists or own)
        council = signer(folder, Role.COUNCIL)
        checked = verify_bundle(bundle, roots, revoked=revoked)
        for problem in checked.problems:
            click.echo(f"{problem.file}: {problem.reason}", err=True)
        if checked.status is not Status.GOOD:
            raise fail("not granted: the bundle is not what its laboratory signed", 1)
        record = read_record(bundle)
    except (KeyTroubleError, Refused, OSError) as error:
        raise fail(str(error), BAD_INPUT) from None
    except BundleError as error:
        raise fail(str(error), 1) from None
    body = _council(settings, council)
    catalogues = _catalogues(bundle, record, roots, revoked)
    try:
        read = read_evidence(bundle)
    except BundleError as error:
        raise fail(f"not granted: {error}", 1) from None
    if trouble := next(_objections(read, body), ""):
        raise fail(f"not granted: {trouble}", 1)
    judged = read.judged
    decision = decide(
        record.header, record.footer, judged, catalogues, report_is_good=True, resumed=record.resumed
    )
    if not decision.granted or record.footer is None:
        for reason in decision.reasons:
            click.echo(f"not granted: {reason.en}", err=True)
        sys.exit(1)
    if (bundle / CERTIFICATE).exists():
        raise fail(f"{bundle / CERTIFICATE} exists already; a confirmation is never overwritten", BAD_INPUT)
    report = sha256((bundle / REPORT).read_bytes()).hexdigest()
    html = render_certificate(
        record.header,
        record.footer,
        judged,
        catalogues,
        decision,
        report_sha256=report,
        report_id=read.report,
        signer=face(council),
        peers=sorted({case.peer for case in record.cases if case.peer and case.verdict is Verdict.PASS}),
        issued=datetime.now(UTC).date(),
        lab=read.lab,
        council=body,
        resumed=record.resumed,
    )
    predicate = {"report": read.report, "title": decision.title.en, "decision": "granted"}
    sealed = page.seal(html, predicate, {REPORT: report}, council, kind=PredicateType.CONFIRMATION)
    _write(bundle / CERTIFICATE, sealed)
    click.echo(f"{decision.title.en} ({decision.title.ko}): {bundle / CERTIFICATE}")


def _catalogues(
    bundle: Path,
    record: Record,
    roots: Sequence[Certificate],
    revoked: Sequence[CertificateRevocationList],
) -> list[Catalogue]:
    """Return the suites of a run, as installed here; end where they, or the run's waivers, do not hold."""
    from testbed.plugin.errata import touched_in  # noqa: PLC0415
    from testbed.plugin.shelf import suites  # noqa: PLC0415
    from testbed.plugin.waivers import unbacked  # noqa: PLC0415

    installed = suites()
    for used in record.header.suites:
        if used.id not in installed or installed[used.id].digest != used.digest:
            raise fail(f"not granted: suite {used.id} here is not the one that the run used", 1)
    if trouble := unbacked(bundle, record.header, roots, revoked):
        raise fail(f"not granted: {trouble}", 1)
    if found := touched_in(record):
        said = [f"not granted: {one.said.en}; the report must be issued anew" for one in found]
        raise fail("\n".join(said), 1)
    return [installed[used.id].catalogue for used in record.header.suites]


def _objections(read: Evidence, body: Council | None) -> Iterator[str]:
    """Yield what stands against a confirmation beside the findings: method, waivers, who decides."""
    from testbed.bundle.exports.account import is_demanded  # noqa: PLC0415
    from testbed.model.disposition import dispositions  # noqa: PLC0415

    if trouble := _unfit(read):
        yield trouble
    bare = [one.requirement.id for one in read.judged if is_demanded(one.requirement) and not one.findings]
    if bare:
        yield f"{len(bare)} of its demands were never looked at, the first {bare[0]}"
    today = datetime.now(UTC).date()
    for waiver in dispositions(read.record.header, read.judged, read.record.resumed).accepted:
        if waiver.expires <= today:  # it held in the run; a confirmation speaks of the days to come
            yield f"the waiver of {waiver.requirement} ended on {waiver.expires}"
    if body is not None and (partial := body.partial(read.lab)):
        yield f"{', '.join(partial)} took part in the testing and cannot decide on it"


def _unfit(read: Evidence) -> str:
    """Say why a run was not judged by the whole of the profile that it names; empty when it was."""
    from testbed.model.document import DocumentError  # noqa: PLC0415
    from testbed.model.review import review  # noqa: PLC0415
    from testbed.plugin.shelf import read_profile  # noqa: PLC0415

    header = read.record.header
    try:
        installed = sha256(read_profile(header.profile, "the record")[1]).hexdigest()
    except DocumentError as error:
        return str(error)
    if header.profile != header.declaration.profile or header.profile_sha256 != installed:
        return f"profile {header.profile} here is not the one that the run used"
    if {one.id for one in header.suites} != set(read.profile.suites):
        return f"the run was not judged by the suites of {header.profile}"
    faults = review(header.declaration, read.profile, read.catalogues).faults
    return f"the declaration does not fit its profile: {faults[0].en}" if faults else ""


def _council(settings: Path | None, holder: Signer) -> Council | None:
    """Read the settings of the council, where they are named."""
    from testbed.commands.signing import KeyTroubleError, authorise  # noqa: PLC0415
    from testbed.model.council import Council  # noqa: PLC0415
    from testbed.model.document import DocumentError, load  # noqa: PLC0415
    from testbed.wire.documents import read_document  # noqa: PLC0415

    if settings is None:
        return None
    try:
        council = load(Council, read_document(settings), str(settings))
        authorise(council, holder, settings)
    except (DocumentError, KeyTroubleError) as error:
        raise fail(str(error), BAD_INPUT) from None
    return council


def _write(path: Path, sealed: bytes) -> None:
    """Write a confirmation where none stands."""
    try:
        with path.open("xb") as file:
            file.write(sealed)
    except OSError as error:
        raise fail(f"{path}: cannot be written: {error.strerror}", BAD_INPUT) from None
