"""From a bundle to its page: one way, for the run that just wrote it and for anybody who draws it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from reports.face import SignerFace
from reports.report import render_report
from testbed.bundle import files, page
from testbed.bundle.errors import Refused, printable
from testbed.bundle.reader import BundleError, Record, read_record
from testbed.bundle.writer import DECLARATION, PROFILE
from testbed.model.document import LARGEST, DocumentError, load
from testbed.model.profile import Profile
from testbed.model.record import Header, Judged, roll_up
from testbed.model.standard import Catalogue
from testbed.plugin.shelf import suites


@dataclass(frozen=True)
class Evidence:
    """What a page is drawn from: the record, the two documents of the run, and the suites it used."""

    record: Record
    declaration_text: str
    profile: Profile
    catalogues: Sequence[Catalogue]

    @cached_property
    def judged(self) -> tuple[Judged, ...]:
        """Every requirement of the suites with its verdict."""
        return roll_up(self.catalogues, self.record.cases)

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
        )
        return page.plain(html)


def read_evidence(folder: Path) -> Evidence:
    """Read a bundle for drawing.

    Raises:
        BundleError: it cannot be read, a document in it is not the one that the record names, or a suite that
            the run used is not installed here.
    """
    record = read_record(folder)
    declaration = _document(folder / DECLARATION, record.header.declaration_sha256)
    profile = _document(folder / PROFILE, record.header.profile_sha256)
    try:
        by = load(Profile, profile, str(folder / PROFILE))
    except DocumentError as error:
        raise BundleError(str(error)) from error
    return Evidence(record, declaration, by, _catalogues(record.header))


def _document(path: Path, digest: str) -> str:
    try:
        data = files.read(path, 4 * LARGEST)  # as many characters, of four bytes at most
    except Refused as error:
        raise BundleError(f"{path} {error}") from error
    if sha256(data).hexdigest() != digest:
        raise BundleError(f"{path} is not the one that the run used: its SHA-256 is not {digest}")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BundleError(f"{path} is not UTF-8 text: {error.reason}") from error


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
