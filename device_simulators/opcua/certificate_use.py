"""What certificates may be used for, by their extensions (OPC 10000-6 1.05.04, 6.2.2 and 6.2.3)."""

from __future__ import annotations

from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def is_application(certificate: x509.Certificate) -> bool:
    """Say whether a certificate is one of a client: its key signs, and encrypts keys and data."""
    usage, purposes = _of(certificate, x509.KeyUsage), _of(certificate, x509.ExtendedKeyUsage)
    if usage is None or purposes is None or ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        return False
    return bool(usage.digital_signature and usage.key_encipherment and usage.data_encipherment)


def is_authority(certificate: x509.Certificate) -> bool:
    """Say whether a certificate is one of an authority, which may sign others."""
    usage, limits = _of(certificate, x509.KeyUsage), _of(certificate, x509.BasicConstraints)
    return bool(usage is not None and usage.key_cert_sign and limits is not None and limits.ca)


def _of(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    """Return an extension; None where there is none."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
