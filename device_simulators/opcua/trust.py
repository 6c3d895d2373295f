"""Whom a server trusts, on disk: trust lists that an administrator fills, and who was rejected.

OPC 10000-4 1.05.04, 6.1.3; OPC 10000-12 1.05.04, 7.8.2. `testbed.wire.opcua_keys.device` makes the folder.
Lists are read when they are first needed, and again when a file comes or goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cryptography import x509

from testbed.protocols.opcua.asymmetric import thumbprint

REJECTED_MAX = 100
"""Certificates that are kept for an administrator to look at (assumed): whoever comes may fill the list."""
ENTRY_MAX = 1 << 16
"""Bytes of the largest file that is read (assumed)."""
LOGIN_LINES = 2
PEM = b"-----BEGIN"

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class TrustList:
    """Certificates that are trusted, ones that only complete chains, and what their authorities revoked."""

    trusted: tuple[x509.Certificate, ...] = ()
    issuers: tuple[x509.Certificate, ...] = ()
    revocations: tuple[x509.CertificateRevocationList, ...] = ()


class TrustFolder:
    """The lists of one server.

    Args:
        folder: with `trusted`, `issuers`, `users` and `rejected`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, tuple[tuple[int, ...], TrustList]] = {}

    @property
    def applications(self) -> TrustList:
        """Who may open channels."""
        return self._list("applications", "trusted", "issuers")

    @property
    def users(self) -> TrustList:
        """Who may log in with a certificate."""
        return self._list("users", "users", "issuers")

    @property
    def login(self) -> tuple[str, str] | None:
        """Name and password of the user that was set up for the tester; None where there is none."""
        try:
            lines = (self.folder / "users" / "login").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return None
        return (lines[0], lines[1]) if len(lines) >= LOGIN_LINES else None

    def reject(self, certificate: bytes) -> None:
        """Keep a certificate that was not accepted, so that it can be moved to those that are (6.1.3).

        Raises:
            OSError: the folder cannot be written.
        """
        folder = self.folder / "rejected"
        folder.mkdir(exist_ok=True)
        path = folder / f"{thumbprint(certificate).hex()}.der"
        if path.exists():
            return
        kept = sorted(folder.glob("*.der"), key=_age)
        for oldest in kept[: len(kept) + 1 - REJECTED_MAX]:
            oldest.unlink(missing_ok=True)
        path.write_bytes(certificate)

    def _list(self, name: str, trusted: str, issuers: str) -> TrustList:
        """Return a list as it is on disk now."""
        folders = [self.folder / one / below for one in (trusted, issuers) for below in ("certs", "crl")]
        stamp = tuple(_age(one) for one in folders)
        known = self._read.get(name)
        if known is None or known[0] != stamp:
            certs, crl, issuer_certs, issuer_crl = folders
            read = TrustList(
                tuple(_entries(certs, _certificate)),
                tuple(_entries(issuer_certs, _certificate)),
                (*_entries(crl, _revocations), *_entries(issuer_crl, _revocations)),
            )
            known = self._read[name] = stamp, read
        return known[1]


def _age(path: Path) -> int:
    """Return when a file or folder was last changed, in nanoseconds; 0 for one that is not there."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _certificate(data: bytes) -> x509.Certificate:
    return (
        x509.load_pem_x509_certificate(data) if data.startswith(PEM) else x509.load_der_x509_certificate(data)
    )


def _revocations(data: bytes) -> x509.CertificateRevocationList:
    return x509.load_pem_x509_crl(data) if data.startswith(PEM) else x509.load_der_x509_crl(data)


def _entries(folder: Path, load: Callable[[bytes], _Read]) -> Iterator[_Read]:
    """Read the files of a folder in DER or PEM; what is neither is no entry, as with any server."""
    for path in sorted(folder.glob("*")):
        with path.open("rb") as file:
            data = file.read(ENTRY_MAX)
        try:
            yield load(data)
        except (ValueError, TypeError):
            continue
