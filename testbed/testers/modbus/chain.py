"""The certificates that a device shows, as a case sees them (RFC 5280; MODBUS/TCP Security v36, 10.2.3)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from cryptography import x509


class UnreadableChain(Exception):  # noqa: N818 - says what the device showed; nothing of ours went wrong
    """What the device showed holds no certificate, or one that cannot be read."""


@dataclass(frozen=True)
class Chain:
    """A chain, the device's own certificate first."""

    certificates: tuple[x509.Certificate, ...]

    @classmethod
    def of(cls, shown: Sequence[bytes]) -> Self:
        """Read a chain of certificates in DER.

        Raises:
            UnreadableChain: there is none, or one cannot be read.
        """
        from cryptography import x509  # noqa: PLC0415 - heavy; few cases look at certificates

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = tuple(x509.load_der_x509_certificate(one) for one in shown)
                for one in found:
                    _ = one.version, one.subject, one.issuer, one.not_valid_after_utc
        except (ValueError, TypeError, Warning) as error:
            raise UnreadableChain(str(error)[:100]) from error
        if not found:
            raise UnreadableChain("the device shows no certificate")
        return cls(found)

    @property
    def version(self) -> int:
        """Version of the device's own certificate, 3 for v3."""
        return self.certificates[0].version.value + 1

    @property
    def is_in_force(self) -> bool:
        """Whether each certificate's validity has begun, and none has ended."""
        now = datetime.now(UTC)
        return all(one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in self.certificates)

    @property
    def is_linked(self) -> bool:
        """Whether each certificate is signed by the next."""
        return all(_signed(one, above) for one, above in pairwise(self.certificates))

    @property
    def reaches_root(self) -> bool:
        """Whether the last certificate is signed by its own key."""
        return _signed(self.certificates[-1], self.certificates[-1])

    @property
    def is_self_signed(self) -> bool:
        """Whether the device's own certificate is signed by its own key."""
        return _signed(self.certificates[0], self.certificates[0])


def _signed(one: x509.Certificate, above: x509.Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - as above

    try:
        one.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):  # the ways it says "no"
        return False
    return True
