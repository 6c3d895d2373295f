"""ClientHellos made by hand: each offers one thing, right or wrong, and nothing else of note."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from testbed.protocols.tls import ClientHello, Extension, Version

ECDHE_ECDSA_AES_128_GCM_SHA256, ECDHE_RSA_AES_128_GCM_SHA256 = 0xC02B, 0xC02F
MANDATORY = (ECDHE_ECDSA_AES_128_GCM_SHA256, ECDHE_RSA_AES_128_GCM_SHA256)
"""The suites that R-62 and R-14 of MODBUS/TCP Security v36 demand, by the kind of the device's key."""
SECP256R1 = 23
_GROUPS = (SECP256R1, 24, 25, 29)
_SIGNATURES = (0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0203, 0x0201)


def first_hello(  # noqa: PLR0913 - what a hello may offer
    version: Version = Version.TLS_1_2,
    suites: Sequence[int] = MANDATORY,
    *,
    groups: Sequence[int] = _GROUPS,
    compressions: Sequence[int] = (0,),
    fragments: int = 0,
    renegotiation: bool = False,
) -> ClientHello:
    """Return a hello for the versions up to TLS 1.2.

    Args:
        version: the newest that it offers, and the only one.
        suites: by number.
        groups: named curves.
        compressions: methods by number, 1 is DEFLATE.
        fragments: code of a maximum fragment length (RFC 6066, 4); 0 asks for none.
        renegotiation: whether it says that it knows secure renegotiation (RFC 5746, 3.4).
    """
    extensions: dict[int, bytes] = {}
    if version >= Version.TLS_1_0:
        extensions[Extension.SUPPORTED_GROUPS] = _listed(groups)
        extensions[Extension.EC_POINT_FORMATS] = b"\x01\x00"
    if version >= Version.TLS_1_2:
        extensions[Extension.SIGNATURE_ALGORITHMS] = _listed(_SIGNATURES)
    if fragments:
        extensions[Extension.MAX_FRAGMENT_LENGTH] = bytes((fragments,))
    if renegotiation:
        extensions[Extension.RENEGOTIATION_INFO] = b"\x00"
    return ClientHello(version, suites, secrets.token_bytes(32), b"", compressions, extensions)


def _listed(numbers: Sequence[int]) -> bytes:
    return (2 * len(numbers)).to_bytes(2) + b"".join(number.to_bytes(2) for number in numbers)
