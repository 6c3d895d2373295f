"""The role that a client's certificate names (MODBUS/TCP Security v36, 8.4: R-21, R-22, R-65).

The extensions are walked through by hand: a library that keeps RFC 5280 refuses a certificate with two
extensions of one kind before anybody can say what it refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ROLE_OID = "1.3.6.1.4.1.50316.802.1"
"""Number 50316 is the Modbus Organization's private enterprise number."""
ROLE_OID_DER = bytes.fromhex("06 0b 2b 06 01 04 01 83 89 0c 86 22 01")
UTF8_STRING = 0x0C
PRINTABLE_STRING = 0x13

_SEQUENCE, _OCTET_STRING, _EXTENSIONS = 0x30, 0x04, 0xA3


@dataclass(frozen=True, slots=True)
class RoleValue:
    """One role extension: how it is encoded (ASN.1 tag), and what it says."""

    tag: int
    data: bytes

    @property
    def is_utf8_string(self) -> bool:
        """Whether it is encoded as R-22 wants."""
        return self.tag == UTF8_STRING

    @property
    def text(self) -> str:
        """The whole string, which is one role (R-65)."""
        return self.data.decode("utf-8", errors="replace")


def roles_of(certificate: bytes) -> tuple[RoleValue, ...]:
    """Return every role extension of a certificate in DER; none where it cannot be read."""
    outer = next(_elements(certificate), (0, b""))[1]
    signed = next(_elements(outer), (0, b""))[1]
    wrapped = next((data for tag, data in _elements(signed) if tag == _EXTENSIONS), b"")
    listed = next(_elements(wrapped), (0, b""))[1]
    found = []
    for tag, extension in _elements(listed):
        if tag == _SEQUENCE and extension.startswith(ROLE_OID_DER):
            values = [data for kind, data in _elements(extension) if kind == _OCTET_STRING]
            found += [RoleValue(*inner) for data in values for inner in [*_elements(data)][:1]]
    return tuple(found)


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of each element that stands whole in some DER."""
    at = 0
    while at + 2 <= len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size]), at + size
        if at + length > len(data):
            return
        yield tag, data[at : at + length]
        at += length
