"""Making, guarding and loading the keys that sign: one root, a laboratory, a council."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from testbed.bundle import certificates, revocation
from testbed.bundle.certificates import Role
from testbed.bundle.errors import Refused
from testbed.bundle.issuing import issue_root, issue_signer

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

MAX_KEY_FILE = 1 << 16
READABLE_BY_OTHERS = 0o077


class KeysExist(Exception):  # noqa: N818  (says what is the case; nothing went wrong)
    """The directory already holds something, and a key once lost cannot be had again."""


class KeyUnusable(Exception):  # noqa: N818  (as above)
    """A key or its certificate is missing, exposed, damaged, expired, or of another role."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A private P-256 key with the certificate that names its holder."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def name(self) -> str:
        """The holder's common name."""
        return certificates.name(self.certificate)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate's DER, in hexadecimal."""
        return certificates.fingerprint(self.certificate)

    @property
    def is_test(self) -> bool:
        """Whether "TEST KEY" must stand on the face of what is signed."""
        return certificates.is_test(self.certificate)


def create_keys(directory: Path, *, test: bool = True) -> None:
    """Make the keys of a root (P-384, 10 years), a laboratory and a council (P-256, 2 years).

    Writes `root`, `laboratory` and `council`, each as `.pem` (certificate) and `.key` (private, mode 0600,
    not encrypted), into `directory` (mode 0700). The directory appears complete or not at all, so that of two
    runs starting at once neither loads half a set.

    Args:
        directory: A directory that does not exist yet, or is empty.
        test: Mark every certificate with the organizational unit "TEST KEY".

    Raises:
        KeysExist: The directory holds something; nothing was touched.
        OSError: The directory cannot be written.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".keys-", dir=directory.parent))  # mkdtemp grants 0700
    try:
        _write_set(making, test=test)
        _move(making, directory)
    except BaseException:
        shutil.rmtree(making)
        raise


def load_signer(directory: Path, role: Role, *, at: datetime | None = None) -> Signer:
    """Load `role`'s key and certificate, refusing whatever would make a signature worthless.

    Args:
        directory: Where `create_keys` wrote.
        role: Whose key.
        at: The instant the certificate must be valid at; now unless given.

    Raises:
        KeyUnusable: With the file and the reason.
    """
    role = Role(role)
    key_file, certificate_file = directory / f"{role}.key", directory / f"{role}.pem"
    key = load_key(key_file)
    certificate = load_certificate(certificate_file)
    try:
        certificates.check_period(certificate, at or datetime.now(UTC))
        _check_not_revoked(directory, certificate)
    except Refused as error:
        raise KeyUnusable(f"{certificate_file}: {error}") from error
    if not (isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)):
        raise KeyUnusable(f"{key_file} is not a P-256 key, the only kind used to sign")
    if certificate.public_key() != key.public_key():
        raise KeyUnusable(f"{certificate_file} is not the certificate of {key_file}")
    if not certificates.has_role(certificate, role):
        raise KeyUnusable(f"{certificate_file} was not issued to a {role} (its organizational unit says)")
    return Signer(certificate, key)


def load_key(path: Path) -> PrivateKeyTypes:
    """Load a private key that is nobody else's to read.

    Raises:
        KeyUnusable: With the file and the reason.
    """
    try:
        return load_pem_private_key(_read_private(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{path} holds no readable private key without a password: {error}") from error


def load_certificate(path: Path) -> x509.Certificate:
    """Load the first certificate of a file.

    Raises:
        KeyUnusable: With the file and the reason.
    """
    try:
        return certificates.read_pem(_read(path))[0]
    except Refused as error:
        raise KeyUnusable(f"{path}: {error}") from error


def _check_not_revoked(directory: Path, certificate: x509.Certificate) -> None:
    """Refuse what the root's own list takes back, even where that list has expired."""
    listed = directory / revocation.LIST
    if listed.exists():
        roots = certificates.load_roots(directory / "root.pem")
        revocation.check_entry(certificate, [revocation.load_list(listed, roots)])


def _write_set(directory: Path, *, test: bool) -> None:
    root_key = ec.generate_private_key(ec.SECP384R1())
    root = issue_root(root_key, test=test)
    write_pair(directory, "root", root, root_key)
    for role in Role:
        key = ec.generate_private_key(ec.SECP256R1())
        write_pair(directory, role, issue_signer(role, key.public_key(), root, root_key, test=test), key)


def _move(making: Path, directory: Path) -> None:
    """Rename onto a directory that is absent or empty; the system refuses any other."""
    try:
        making.rename(directory)
    except OSError as error:
        if directory.exists():
            raise KeysExist(f"{directory} already holds something; keys are never overwritten") from error
        raise


def write_pair(
    directory: Path, stem: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> None:
    """Write a certificate and its key (mode 0600) where neither stands."""
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_new(directory / f"{stem}.key", secret, mode=0o600)
    write_new(directory / f"{stem}.pem", certificate.public_bytes(Encoding.PEM), mode=0o644)


def write_new(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file that must not exist, with its final mode from the first instant."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)


def _read_private(path: Path) -> bytes:
    data, mode = _read_with_mode(path)
    if os.name == "posix" and mode & READABLE_BY_OTHERS:
        raise KeyUnusable(f"{path} is open to other users (mode {mode & 0o777:04o}); run: chmod 600 {path}")
    return data


def _read(path: Path) -> bytes:
    return _read_with_mode(path)[0]


def _read_with_mode(path: Path) -> tuple[bytes, int]:
    try:
        with path.open("rb") as file:
            return file.read(MAX_KEY_FILE), os.fstat(file.fileno()).st_mode
    except OSError as error:
        raise KeyUnusable(f"{path} cannot be read: {error.strerror}") from error
