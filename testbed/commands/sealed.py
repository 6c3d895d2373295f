"""A sealed bundle held against its own evidence: what would be drawn today, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reports.face import SignerFace
from testbed.bundle import certificates, cms, files, page, statement
from testbed.bundle.cms import Container
from testbed.bundle.errors import Refused, printable
from testbed.bundle.exports import EXPORTS
from testbed.bundle.predicate import predicate
from testbed.bundle.reader import BundleError
from testbed.bundle.verify import REPORT, STATEMENT
from testbed.commands.drawing import Evidence

AROUND = 30
"""Characters shown before the first difference, and three times as many from there on."""


@dataclass(frozen=True)
class Sealed:
    """The sealed report of a bundle: what it shows, and the container behind it."""

    data: bytes
    visible: bytes
    container: Container

    @property
    def signer(self) -> SignerFace:
        """The signer as the page prints it, from the certificate."""
        certificate = self.container.certificate
        return SignerFace(
            certificates.name(certificate),
            certificates.fingerprint(certificate),
            certificates.is_test(certificate),
        )


@dataclass(frozen=True)
class Compared:
    """One file of a bundle, and the first line in which what would be drawn today differs."""

    file: str
    line: int = 0
    """Counted from 1; 0 where nothing differs."""
    was: str = ""
    now: str = ""


def open_report(folder: Path) -> Sealed:
    """Open the sealed report of a bundle, sure that its signature holds over its statement.

    Raises:
        BundleError: it is damaged.
    """
    try:
        data = files.read(folder / REPORT, page.MAX_PAGE)
        visible, pem = page.split(data)
        return Sealed(data, visible, cms.open_container(pem))
    except Refused as error:
        raise BundleError(f"{folder / REPORT}: {error}") from error


def compare(folder: Path, sealed: Sealed, read: Evidence) -> Iterator[Compared]:
    """Compare the report, the claims of its statement and each export with what the evidence says.

    An export that the bundle does not have, because an older bed made it, is not missed.

    Raises:
        BundleError: a file cannot be read.
    """
    account = read.account(is_test=sealed.signer.is_test)
    yield _first_difference(REPORT, sealed.visible, read.draw(sealed.signer))
    try:
        claims = dict(statement.parse(sealed.container.payload).predicate)
        claims.pop("signer", None)  # compared with the certificate by `verify`
        yield _first_difference(STATEMENT, _spread(claims), _spread(predicate(account)))
        for name, export in EXPORTS.items():
            if (folder / name).exists():
                yield _first_difference(name, files.read(folder / name, page.MAX_PAGE), export(account))
    except Refused as error:
        raise BundleError(f"{folder}: {error}") from error


def _spread(claims: object) -> bytes:
    """Write JSON a line a value, so that a difference has a line."""
    return json.dumps(claims, indent=1, sort_keys=True, ensure_ascii=False).encode()


def _first_difference(file: str, was: bytes, now: bytes) -> Compared:
    if was == now:
        return Compared(file)
    old, new = was.split(b"\n"), now.split(b"\n")
    common = min(len(old), len(new))
    at = next((at for at in range(common) if old[at] != new[at]), common)
    before, after = (lines[at] if at < len(lines) else b"(ends here)" for lines in (old, new))
    left = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    return Compared(file, at + 1, _cut(before, left), _cut(after, left))


def _cut(line: bytes, at: int) -> str:
    """Return a line around a place, fit for a terminal."""
    first, last = max(0, at - AROUND), at + 3 * AROUND
    shown = printable(line[first:last].decode(errors="replace"))
    return f"{'…' if first else ''}{shown}{'…' if last < len(line) else ''}"
