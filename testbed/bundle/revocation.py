"""Which certificates a root has taken back: its list (CRL, RFC 5280, section 5), made, read and asked.

A revoked signer is refused even for what it signed before, because a page carries no time stamp: the signing
time in it is the word of whoever held the key.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA384

from testbed.bundle.certificates import fingerprint, name
from testbed.bundle.errors import Refused, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

LIST = "crl.pem"
"""Name of a root's list in a folder of keys."""

VALIDITY = timedelta(days=30)  # assumed: a list is issued anew each month
MAX_LIST_FILE = 16 << 20

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension)


def issue(
    serials: Collection[int],
    authority: tuple[x509.Certificate, EllipticCurvePrivateKey],
    *,
    before: x509.CertificateRevocationList | None = None,
    validity: timedelta = VALIDITY,
    at: datetime | None = None,
) -> x509.CertificateRevocationList:
    """Issue a root's list anew: what `before` held, and these serial numbers, revoked now.

    Args:
        serials: Serial numbers of certificates that the root issued; none only prolongs the list.
        authority: The root's certificate and its key.
        before: The list that this one replaces.
        validity: How long a reader may rely on it.
        at: When it is issued; now unless given.
    """
    root, root_key = authority
    now = (at or datetime.now(UTC)).replace(microsecond=0)
    number = 1 if before is None else _number(before) + 1
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now)
        .next_update(now + validity)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    held = {entry.serial_number: entry for entry in before or ()}
    new = {
        serial: x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
        for serial in serials
    }
    for entry in (new | held).values():  # the day of the first revocation stays
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(root_key, SHA384())


def load_list(path: Path, roots: Sequence[x509.Certificate]) -> x509.CertificateRevocationList:
    """Read a revocation list (PEM) that one of the roots has issued.

    Raises:
        Refused: The file cannot be read, holds no whole list, or none of the roots has issued it.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_LIST_FILE)
        found = x509.load_pem_x509_crl(content)
        critical = [extension.oid.dotted_string for extension in found.extensions if extension.critical]
        list(found)  # every entry is parsed here, or never refused
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from error
    except _UNREADABLE as error:
        raise Refused(f"{path} holds no readable revocation list: {printable(str(error))}") from error
    if critical:
        raise Refused(f"{path} lists only a part of what was revoked (critical extension {critical[0]})")
    if not any(_is_of(found, root) for root in roots):
        raise Refused(f"{path} was not issued by any root that is trusted here")
    return found


def check(
    certificate: x509.Certificate,
    root: x509.Certificate,
    lists: Sequence[x509.CertificateRevocationList],
    at: datetime,
) -> None:
    """Check that a signer's certificate was not revoked by the root that issued it.

    Args:
        certificate: The signer's.
        root: Who issued it.
        lists: What the reader has been given; none, and nothing is asked.
        at: The instant the newest list must be valid at.

    Raises:
        Refused: It was revoked, or no valid list says that it was not.
    """
    own = [one for one in lists if _is_of(one, root)]
    check_entry(certificate, own)
    if not own and lists:
        raise Refused(f"no revocation list is of the root ({fingerprint(root)[:16]}…) of {name(certificate)}")
    if own:
        _check_period(max(own, key=lambda one: (one.last_update_utc, _number(one))), root, at)


def check_entry(certificate: x509.Certificate, lists: Sequence[x509.CertificateRevocationList]) -> None:
    """Check that no list of the certificate's own root names it, however old the list is.

    Raises:
        Refused: One does.
    """
    for one in lists:
        entry = one.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None:
            raise Refused(
                f"the certificate of {name(certificate)} was revoked on {entry.revocation_date_utc:%Y-%m-%d};"
                " without a time stamp nothing that it signed counts any more"
            )


def _check_period(newest: x509.CertificateRevocationList, root: x509.Certificate, at: datetime) -> None:
    last = newest.next_update_utc
    if last is None or at > last:
        when = f"expired on {last:%Y-%m-%d}" if last else "does not say until when it holds"
        raise Refused(f"the revocation list of {name(root)} {when}: ask for a newer one")
    if at < newest.last_update_utc:
        raise Refused(
            f"the revocation list of {name(root)} is valid only from {newest.last_update_utc:%Y-%m-%d}"
        )


def _is_of(one: x509.CertificateRevocationList, root: x509.Certificate) -> bool:
    try:
        return one.issuer == root.subject and one.is_signature_valid(root.public_key())  # type: ignore[arg-type]
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):  # the ways it says "no"
        return False


def _number(one: x509.CertificateRevocationList) -> int:
    try:
        return one.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        return 0
