"""What a root does after the keys were made: take a certificate back, and issue another."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from testbed.bundle import certificates, keys, revocation
from testbed.bundle.certificates import Role
from testbed.bundle.errors import Refused
from testbed.bundle.issuing import issue_signer
from testbed.bundle.keys import KeyUnusable

if TYPE_CHECKING:
    from cryptography import x509

ROOT = "root"

_SERIAL = re.compile(
    r"(?:0x)?([0-9A-Fa-f]{1,2}(?::?[0-9A-Fa-f]{2}){0,19})"
)  # at most 20 octets (RFC 5280, 4.1.2.2)


def load_root(directory: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Load the root's certificate and its private key.

    Raises:
        KeyUnusable: With the file and the reason.
    """
    key_file, certificate_file = directory / f"{ROOT}.key", directory / f"{ROOT}.pem"
    try:
        (root, *_) = certificates.load_roots(certificate_file)
    except Refused as error:
        raise KeyUnusable(str(error)) from error
    key = keys.load_key(key_file)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != root.public_key():
        raise KeyUnusable(f"{certificate_file} is not the certificate of {key_file}")
    return root, key


def serial_of(named: str, root: x509.Certificate) -> int:
    """Return the serial number that a user names: in hexadecimal, or by a file with the certificate (PEM).

    Raises:
        Refused: It is neither, or the certificate in the file is not one that the root issued to a signer.
    """
    path = Path(named)
    if not path.is_file():
        found = _SERIAL.fullmatch(named)
        if found is None:
            raise Refused(f"{named} is neither a file with a certificate nor a serial number in hexadecimal")
        return int(found[1].replace(":", ""), 16)
    try:
        with path.open("rb") as file:
            certificate = certificates.read_pem(file.read(keys.MAX_KEY_FILE))[0]
    except OSError as error:
        raise Refused(f"{named} cannot be read: {error.strerror}") from error
    except Refused as error:
        raise Refused(f"{named}: {error}") from error
    if certificate == root:
        raise Refused(f"{named} is the root itself, which nobody can revoke: readers must stop trusting it")
    if not certificates.issued(root, certificate):
        raise Refused(f"{named} was not issued by this root")
    return certificate.serial_number


def revoke(directory: Path, serials: set[int], *, validity: timedelta) -> Path:
    """Issue the root's revocation list anew, with these serial numbers added, and return its path.

    Raises:
        KeyUnusable: The root's key cannot be used.
        Refused: The list that stands there is not the root's.
        OSError: The list cannot be written.
    """
    authority = load_root(directory)
    path = directory / revocation.LIST
    before = revocation.load_list(path, authority[:1]) if path.exists() else None
    issued = revocation.issue(serials, authority, before=before, validity=validity)
    _replace(path, issued.public_bytes(Encoding.PEM), mode=0o644)
    return path


def renew(directory: Path, role: Role) -> tuple[Path, Path]:
    """Make a new key for `role` and let the root certify it; return the paths of the new and old certificate.

    The old pair stays beside it under its serial number, so that the certificate can still be revoked.

    Raises:
        KeyUnusable: The root's key or the old certificate cannot be used.
        OSError: The directory cannot be written.
    """
    root, root_key = load_root(directory)
    old = keys.load_certificate(directory / f"{role}.pem")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issue_signer(role, key.public_key(), root, root_key, test=certificates.is_test(root))
    kept = f"{role}-{old.serial_number:x}"
    for ending in ("key", "pem"):
        (directory / f"{role}.{ending}").rename(directory / f"{kept}.{ending}")
    keys.write_pair(directory, role, certificate, key)
    return directory / f"{role}.pem", directory / f"{kept}.pem"


def _replace(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file so that it stands there whole, new or old, however this program ends."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    keys.write_new(part, data, mode=mode)
    part.replace(path)
