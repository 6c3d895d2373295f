"""Is this paper what its signer signed, and are these the files it speaks of?

A page is judged alone (`verify_page`) or with every file beside it (`verify_bundle`). All that is wrong is
listed, each with the file it is wrong with; nothing is repaired, skipped or believed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files as resource
from typing import TYPE_CHECKING

from testbed.bundle import certificates, cms, files, page, revocation, statement
from testbed.bundle.certificates import UnknownSignerError
from testbed.bundle.errors import Refused, printable
from testbed.bundle.statement import PredicateType
from testbed.bundle.verification import Problem, SignedPage, Status, Verification

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cryptography.x509 import Certificate, CertificateRevocationList

    from testbed.bundle.statement import Statement

__all__ = [
    "CERTIFICATE",
    "OWN_FILES",
    "REPORT",
    "SCRIPT",
    "STATEMENT",
    "Problem",
    "SignedPage",
    "Status",
    "Verification",
    "script",
    "verify_bundle",
    "verify_page",
]

REPORT = page.FILE_NAME[PredicateType.TEST_REPORT]
CERTIFICATE = page.FILE_NAME[PredicateType.CONFIRMATION]
STATEMENT = "statement.json"
SCRIPT = "verify.sh"
"""Shipped beside the pages and listed like any evidence: the same checks with openssl, sed and grep."""
OWN_FILES = frozenset({REPORT, CERTIFICATE, STATEMENT})
"""Files of a bundle that no statement of the report can list: they are written after it, or around it."""


def script() -> bytes:
    """Return the `verify.sh` of this version."""
    return resource("testbed.bundle").joinpath(SCRIPT).read_bytes()


@dataclass(frozen=True, slots=True)
class _Trust:
    """What a reader believes: roots, what they have revoked, and his clock."""

    roots: Sequence[Certificate]
    revoked: Sequence[CertificateRevocationList]
    at: datetime


def verify_page(
    path: Path,
    roots: Sequence[Certificate],
    *,
    revoked: Sequence[CertificateRevocationList] = (),
    at: datetime | None = None,
) -> Verification:
    """Verify one page: its shape, its container, its visible text, its signer.

    Args:
        path: A `report.html` or `certificate.html`, under whatever name.
        roots: Root certificates the reader trusts; none leaves every signer unknown.
        revoked: Revocation lists of these roots; none, and no signer is looked up (see `revocation.check`).
        at: The instant certificates must be valid at; now unless given (see `certificates.root_of`).
    """
    trust = _Trust(roots, revoked, at or datetime.now(UTC))
    opened, problems = _open_page(path, printable(path.name), trust)
    return Verification(tuple(problems), (opened,) if opened else ())


def verify_bundle(
    directory: Path,
    roots: Sequence[Certificate],
    *,
    revoked: Sequence[CertificateRevocationList] = (),
    at: datetime | None = None,
) -> Verification:
    """Verify a whole bundle: the report, every file it lists and no other, and the council's page if there.

    Args:
        directory: What `testbed run` wrote, with or without a `certificate.html`.
        roots: As for `verify_page`.
        revoked: As for `verify_page`.
        at: As for `verify_page`.
    """
    trust = _Trust(roots, revoked, at or datetime.now(UTC))
    directory = directory.resolve()
    report, problems = _open_as(PredicateType.TEST_REPORT, directory, trust)
    pages = [report] if report else []
    if report:
        problems += _check_files(directory, report)
    if os.path.lexists(directory / CERTIFICATE):
        certificate, more = _open_as(PredicateType.CONFIRMATION, directory, trust)
        problems += more
        if certificate:
            pages.append(certificate)
            problems += _check_confirmed(directory, certificate)
    return Verification(tuple(problems), tuple(pages))


def _open_as(kind: PredicateType, directory: Path, trust: _Trust) -> tuple[SignedPage | None, list[Problem]]:
    """Open the page of a bundle that must be of this kind."""
    file = page.FILE_NAME[kind]
    opened, problems = _open_page(directory / file, file, trust)
    if opened and opened.statement.predicate_type != kind:
        problems.append(Problem(file, f"is signed as {opened.statement.predicate_type}, not as {kind}"))
    return opened, problems


def _open_page(path: Path, file: str, trust: _Trust) -> tuple[SignedPage | None, list[Problem]]:
    try:
        html, pem = page.split(files.read(path, page.MAX_PAGE))
        container = cms.open_container(pem)
        signed = statement.parse(container.payload)
    except Refused as error:
        return None, [Problem(file, str(error))]
    certificate = container.certificate
    problems = [Problem(file, reason) for reason in _page_problems(html, signed, certificate)]
    is_test = certificates.is_test(certificate)
    try:
        root = certificates.root_of(certificate, trust.roots, trust.at)
        is_test |= certificates.is_test(root)
        revocation.check(certificate, root, trust.revoked, trust.at)
    except UnknownSignerError:
        reason = f"is signed by {certificates.name(certificate)}, for whom no given root vouches"
        problems.append(Problem(file, reason, Status.SIGNER_UNKNOWN))
    except Refused as error:
        problems.append(Problem(file, str(error)))
    opened = SignedPage(
        file,
        certificates.name(certificate),
        certificates.fingerprint(certificate),
        is_test,
        container.signed_at,
        signed,
        container.payload,
    )
    return opened, problems


def _page_problems(html: bytes, signed: Statement, certificate: Certificate) -> Iterator[str]:
    """Compare a page's visible text and its certificate with what the statement says of both."""
    kind = signed.predicate_type
    if next(iter(signed.subjects.items())) != (page.visible_name(kind), sha256(html).hexdigest()):
        yield "the visible page is not the one that was signed"
    if signed.predicate.get("signer") != page.signer_entry(
        name=certificates.name(certificate),
        fingerprint=certificates.fingerprint(certificate),
        is_test=certificates.is_test(certificate),
    ):
        yield "the statement names another signer than the certificate in the container"
    if not certificates.has_role(certificate, page.SIGNED_BY[kind]):
        yield f"the signer's certificate was not issued to a {page.SIGNED_BY[kind]}"


def _check_files(directory: Path, report: SignedPage) -> Iterator[Problem]:
    """Compare the bundle with the report's statement: nothing missing, changed or added."""
    listed = report.statement.files
    for name in sorted(OWN_FILES & listed.keys()):
        yield Problem(REPORT, f"lists {name}, which no report can list")
    try:
        added = dict(files.strangers(directory, listed.keys() | OWN_FILES))
    except Refused as error:
        yield Problem(REPORT, f"a folder of the bundle {error}")
        return
    for name, reason in added.items():
        yield Problem(name, reason)
    for name, signed in listed.items():
        if not any(above in added for above in (name, *files.parents(name))):  # named already, never followed
            yield from _check_digest(directory, name, signed)
    try:
        if files.read(directory / STATEMENT, len(report.payload) + 1) != report.payload:
            yield Problem(STATEMENT, f"is not the statement that {REPORT} carries")
    except Refused as error:
        yield Problem(STATEMENT, str(error))


def _check_confirmed(directory: Path, certificate: SignedPage) -> Iterator[Problem]:
    """Compare the report, as a whole file, with the one the council's page confirms."""
    listed = certificate.statement.files
    if listed.keys() != {REPORT}:
        yield Problem(CERTIFICATE, f"does not confirm {REPORT} and that alone")
        return
    yield from _check_digest(directory, REPORT, listed[REPORT], f"is not the report {CERTIFICATE} confirms")


def _check_digest(
    directory: Path, name: str, signed: str, reason: str = "is not the file that was signed"
) -> Iterator[Problem]:
    try:
        if files.digest(directory / name) != signed:
            yield Problem(name, reason)
    except Refused as error:
        yield Problem(name, str(error))
