"""From a bundle to its page: one way, for the run that just wrote it and for anybody who draws it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from reports.face import SignerFace, report_id, status
from reports.report import render_report
from testbed.bundle import files, page
from testbed.bundle.errors import Refused, printable
from testbed.bundle.exports import Account
from testbed.bundle.reader import BundleError, Record, read_record
from testbed.bundle.writer import DECLARATION, LAB, PROFILE, REISSUE, RESULTS
from testbed.model.declaration import Declaration
from testbed.model.disposition import dispositions
from testbed.model.document import LARGEST, DocumentError, load
from testbed.model.lab import Laboratory, Reissue
from testbed.model.profile import Profile
from testbed.model.record import Header, Judged, UnknownRequirementError, roll_up
from testbed.model.standard import Catalogue
from testbed.plugin.shelf import suites

Value = TypeVar("Value", bound=BaseModel)


@dataclass(frozen=True)
class Evidence:
    """What papers are drawn from: the record, the documents of the run, and the suites it used."""

    record: Record
    record_sha256: str
    declaration_text: str
    profile: Profile
    catalogues: Sequence[Catalogue]
    judged: Sequence[Judged]
    lab: Laboratory | None = None
    """As the run had it, or as a re-issue corrects it."""
    reissue: Reissue | None = None

    @property
    def report(self) -> str:
        """The number of the report."""
        return report_id(self.record.header, self.reissue.revision if self.reissue else 1, self.lab)

    def draw(self, signer: SignerFace) -> bytes:
        """Return the visible page as its signer seals it: the same evidence gives the same bytes."""
        html = render_report(
            self.record.header,
            self.record.cases,
            self.record.footer,
            self.catalogues,
            declaration_text=self.declaration_text,
            profile=self.profile,
            signer=signer,
            lab=self.lab,
            reissue=self.reissue,
            resumed=self.record.resumed,
        )
        return page.plain(html)

    def account(self, *, is_test: bool) -> Account:
        """Return the run as its exports and its statement tell it, with the outcome that the page prints."""
        header, cases, footer = self.record.header, self.record.cases, self.record.footer
        waivers = dispositions(header, self.judged, self.record.resumed)
        said = status(header, footer, self.judged, self.catalogues, cases=cases, waivers=waivers)
        return Account(
            header=header,
            cases=cases,
            footer=footer,
            judged=self.judged,
            outcome=said.outcome,
            reasons=said.reasons,
            report=self.report,
            record_sha256=self.record_sha256,
            is_test=is_test,
            lab=self.lab,
            reissue=self.reissue,
            resumed=self.record.resumed,
        )


def read_evidence(folder: Path) -> Evidence:
    """Read a bundle for drawing.

    Raises:
        BundleError: it cannot be read, a document in it is not the one that the record names, or says
            something else than the record does, or a suite that the run used is not installed here or has no
            such requirement.
    """
    record = read_record(folder)
    header = record.header
    reissue = _load(Reissue, folder / REISSUE) if (folder / REISSUE).exists() else None
    lab = header.lab
    if reissue is not None and (folder / LAB).exists():
        lab = _load(Laboratory, folder / LAB)
    elif lab is not None or header.lab_sha256:
        _agree(folder, LAB, lab, _load(Laboratory, folder / LAB, header.lab_sha256))
    declared = _load(Declaration, folder / DECLARATION, header.declaration_sha256)
    _agree(folder, DECLARATION, header.declaration, declared)
    catalogues = _catalogues(header)
    try:
        judged = roll_up(catalogues, record.cases)
    except UnknownRequirementError as error:
        raise BundleError(f"{folder / RESULTS}: {printable(str(error))}") from error
    return Evidence(
        record,
        _digest(folder / RESULTS),
        _document(folder / DECLARATION, header.declaration_sha256),
        _load(Profile, folder / PROFILE, header.profile_sha256),
        catalogues,
        judged,
        lab,
        reissue,
    )


def _load(model: type[Value], path: Path, digest: str | None = None) -> Value:
    try:
        return load(model, _document(path, digest), str(path))
    except DocumentError as error:
        raise BundleError(str(error)) from error


def _agree(folder: Path, name: str, told: BaseModel | None, written: BaseModel) -> None:
    """Refuse a record that repeats one of its documents in other words: pages are drawn from both."""
    if told != written:
        raise BundleError(f"{folder / RESULTS} says something else than {name}, which the run used")


def _document(path: Path, digest: str | None) -> str:
    """Return a document's text; where the record names its SHA-256, exactly that document's."""
    try:
        data = files.read(path, 4 * LARGEST)  # as many characters, of four bytes at most
    except Refused as error:
        raise BundleError(f"{path} {error}") from error
    if digest is not None and sha256(data).hexdigest() != digest:
        raise BundleError(f"{path} is not the one that the run used: its SHA-256 is not {digest}")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BundleError(f"{path} is not UTF-8 text: {error.reason}") from error


def _digest(path: Path) -> str:
    try:
        return files.digest(path)
    except Refused as error:
        raise BundleError(f"{path} {error}") from error


def _catalogues(header: Header) -> tuple[Catalogue, ...]:
    """Return the suites that a run used, exactly those."""
    installed = suites()
    for used in header.suites:
        wanted = printable(f"{used.id} {used.version}, digest {used.digest}")
        here = installed.get(used.id)
        if here is None:
            raise BundleError(f"the run used suite {wanted}; no suite of that name is installed here")
        if here.digest != used.digest:
            found = f"{here.catalogue.version}, digest {here.digest}"
            raise BundleError(f"the run used suite {wanted}; installed here is {found}: install that version")
    return tuple(installed[used.id].catalogue for used in header.suites)
