"""What an X.509 certificate says about a signer, and whether a root vouches for it (RFC 5280)."""

from __future__ import annotations

import warnings
from enum import StrEnum
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from testbed.bundle.errors import Refused, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography.x509.verification import Policy

TEST_UNIT = "TEST KEY"
"""Organizational unit of every certificate that proves nothing, because anybody may hold its key."""

MAX_ROOT_FILE = 1 << 20

_PERIOD = ("not_valid_before_utc", "not_valid_after_utc")
_UNREADABLE = (
    ValueError,
    TypeError,
    Warning,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


class Role(StrEnum):
    """Who signs; an organizational unit in the certificate, so that neither can pose as the other."""

    LABORATORY = "laboratory"
    COUNCIL = "council"


class UnknownSignerError(Exception):
    """None of the given roots issued the certificate: it may be good, but nobody here can say so."""


def read_der(der: bytes) -> x509.Certificate:
    """Read one certificate in DER.

    Raises:
        Refused: Some part of it cannot be read, or is forbidden.
    """
    return _read_wholly(lambda: [x509.load_der_x509_certificate(der)])[0]


def read_pem(pem: bytes) -> list[x509.Certificate]:
    """Read one or more certificates in PEM.

    Raises:
        Refused: There is none, or some part of one cannot be read, or is forbidden.
    """
    return _read_wholly(lambda: x509.load_pem_x509_certificates(pem))


def _read_wholly(load: Callable[[], list[x509.Certificate]]) -> list[x509.Certificate]:
    """Read certificates and every part of them at once, so that no later question can fail.

    The library reads names and extensions only when asked, and merely warns of what RFC 5280 forbids.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            loaded = load()
            for certificate in loaded:
                for part in ("serial_number", "issuer", "subject", "extensions", *_PERIOD):
                    getattr(certificate, part)
                certificate.public_key()
    except _UNREADABLE as error:
        raise Refused(f"the certificate is malformed: {printable(str(error))}") from error
    return loaded


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the certificate's DER, 64 lower-case hexadecimal digits."""
    return certificate.fingerprint(SHA256()).hex()


def name(certificate: x509.Certificate) -> str:
    """Return the subject's common name, fit for a terminal (an unknown signer's certificate is hostile)."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return printable(str(found[0].value)) if found else "(no name)"


def is_test(certificate: x509.Certificate) -> bool:
    """Tell whether the certificate declares itself a test certificate."""
    return TEST_UNIT in _units(certificate)


def has_role(certificate: x509.Certificate, role: Role) -> bool:
    """Tell whether the certificate was issued for `role`, and for no other."""
    return _units(certificate) & set(Role) == {role}


def check_period(certificate: x509.Certificate, at: datetime) -> None:
    """Check that `at` (with time zone) lies within the certificate's validity.

    Raises:
        Refused: The certificate is expired or not yet valid.
    """
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at > last:
        raise Refused(f"the certificate of {name(certificate)} expired on {last:%Y-%m-%d}")
    if at < first:
        raise Refused(f"the certificate of {name(certificate)} is valid only from {first:%Y-%m-%d}")


def load_roots(path: Path) -> tuple[x509.Certificate, ...]:
    """Read the root certificates (PEM, one or more) that the reader has decided to trust.

    Raises:
        Refused: The file cannot be read, holds no certificate, or holds one that is no authority.
    """
    try:
        with path.open("rb") as file:
            roots = tuple(read_pem(file.read(MAX_ROOT_FILE)))
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from error
    except Refused as error:
        raise Refused(f"{path} holds no readable root certificate: {error}") from error
    strangers = [root for root in roots if not _is_authority(root)]
    if strangers:
        raise Refused(f"{path} holds the certificate of {name(strangers[0])}, which is not a root")
    return roots


def root_of(
    certificate: x509.Certificate, roots: Sequence[x509.Certificate], at: datetime
) -> x509.Certificate:
    """Return the root that issued the signer's certificate, after validating that path of two at `at`.

    The instant is the reader's clock unless a test says otherwise: the signing time in a container is the
    signer's own word, and without a time stamp an expired key could be used to back-date.

    Raises:
        UnknownSignerError: No given root issued the certificate.
        Refused: A root issued it, but one of the two is outside its validity or not made for its purpose.
    """
    root = next((root for root in roots if issued(root, certificate)), None)
    if root is None:
        raise UnknownSignerError
    check_period(root, at)
    check_period(certificate, at)
    policy = (
        PolicyBuilder()
        .store(Store([root]))
        .time(at)
        .max_chain_depth(0)
        .extension_policies(
            ca_policy=ExtensionPolicy.webpki_defaults_ca(),
            ee_policy=ExtensionPolicy.permit_all()
            .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_no_authority)
            .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign),
        )
    )
    try:
        policy.build_client_verifier().verify(certificate, [])
    except VerificationError as error:
        raise Refused(f"the certificate of {name(certificate)} is not fit for signing: {error}") from error
    return root


def issued(root: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Tell whether `root` issued the certificate, by name and signature."""
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):  # the ways it says "no"
        return False
    return True


def _units(certificate: x509.Certificate) -> set[str]:
    units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return {str(unit.value) for unit in units}


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _is_no_authority(_: Policy, __: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if constraints.ca:
        raise ValueError("a certificate authority signs no reports")


def _may_sign(_: Policy, __: x509.Certificate, usage: x509.KeyUsage) -> None:
    if not usage.digital_signature:
        raise ValueError("its key usage lacks digitalSignature")
