"""The laboratory's signature under `waivers.yaml`: one PEM block in comments after the document's last line.

The signed payload is the document itself, so that OpenSSL prints what was signed:

    sed -n 's/^# //p' waivers.yaml | openssl cms -verify -inform PEM -CAfile root.pem

A reader compares that with the text above the block, character by character: who changes either is found out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from testbed.bundle import certificates, cms, revocation
from testbed.bundle.certificates import Role
from testbed.bundle.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.x509 import Certificate, CertificateRevocationList

    from testbed.bundle.keys import Signer

LARGEST = 2 << 20
"""Bytes of the largest signed file that is read (assumed; twice what a document may have)."""

_COMMENT = "# "
_BEGIN = _COMMENT + cms.BEGIN
_END = _COMMENT + cms.END
_PEM = "-----BEGIN "


@dataclass(frozen=True, slots=True)
class Opened:
    """A signed document whose signature holds, from a laboratory for whom a root vouches."""

    data: bytes
    """The file, verbatim."""
    text: str
    """The document, without the block."""
    signer: str
    fingerprint: str
    is_test: bool

    @property
    def sha256(self) -> str:
        """Digest of the file."""
        return sha256(self.data).hexdigest()


def sign(data: bytes, signer: Signer) -> bytes:
    """Return a document with its signature block; one that is there already is replaced.

    Raises:
        Refused: it is not a text, holds another PEM block, or something follows the old signature.
        ValueError: the signer is no laboratory, or the document is too large.
    """
    if not certificates.has_role(signer.certificate, Role.LABORATORY):
        raise ValueError(f"waivers are signed by the laboratory, not by {signer.name}")
    text, _, old = _text(data.replace(b"\r\n", b"\n")).partition(_BEGIN)
    if old and old.partition(_END)[1:] != (_END, ""):
        raise Refused("something follows the signature block; move it above, or take it out")
    if not text.endswith("\n"):
        text += "\n"
    if _PEM in text:
        raise Refused(f"`{_PEM.strip()}` cannot stand in the document: it begins the signature")
    pem = cms.sign(text.encode(), signer)
    return (text + "".join(_COMMENT + line for line in pem.splitlines(keepends=True))).encode()


def split(data: bytes) -> tuple[str, str]:
    """Cut a signed file into its document and its PEM block.

    Raises:
        Refused: it does not have the one shape that `sign` writes.
    """
    if b"\r" in data:
        raise Refused("the file has CR characters; its line ends were converted after signing")
    text, begin, block = _text(data).partition(_BEGIN)
    if not begin:
        raise Refused("is not signed; the laboratory signs it with `testbed waivers sign`")
    if not text.endswith("\n") or _PEM in text:
        raise Refused("the signature block does not follow directly after the document")
    lines = block.splitlines(keepends=True)
    if not all(line.startswith(_COMMENT) for line in lines):
        raise Refused("something other than the signature stands in or after its block")
    return text, cms.BEGIN + "".join(line.removeprefix(_COMMENT) for line in lines)


def open_signed(
    data: bytes,
    roots: Sequence[Certificate],
    *,
    revoked: Sequence[CertificateRevocationList] = (),
    at: datetime | None = None,
) -> Opened:
    """Check the signature under a document and who made it.

    Args:
        data: the file.
        roots: certificates of the authorities that are trusted.
        revoked: their lists of revoked certificates, as far as they are known.
        at: the instant at which the signer's certificate must be valid; now unless given.

    Raises:
        Refused: it is not what a laboratory signed.
        UnknownSignerError: none of the roots vouches for the signer.
    """
    text, pem = split(data)
    container = cms.open_container(pem)
    if container.payload != text.encode():
        raise Refused("the document is not the one that was signed; it was changed afterwards")
    certificate = container.certificate
    if not certificates.has_role(certificate, Role.LABORATORY):
        raise Refused(f"is signed by {certificates.name(certificate)}, who is no laboratory")
    at = at or datetime.now(UTC)
    root = certificates.root_of(certificate, roots, at)
    revocation.check(certificate, root, revoked, at)
    return Opened(
        data=data,
        text=text,
        signer=certificates.name(certificate),
        fingerprint=certificates.fingerprint(certificate),
        is_test=certificates.is_test(certificate) or certificates.is_test(root),
    )


def _text(data: bytes) -> str:
    if len(data) > LARGEST:
        raise Refused(f"is larger than {LARGEST >> 20} MiB")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Refused(f"is not UTF-8 text ({error.reason})") from error
