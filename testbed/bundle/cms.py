"""The signature's container: CMS SignedData (RFC 5652) around its payload, in PEM (RFC 7468).

There is one spelling of a container and no other: it is a function of four parts (payload, certificate,
signing time, signature), and a reader takes the parts out, writes the container anew and compares every
character. So a wrong digest, an odd field, a bit after the end, a second way to write the same length are all
one case: the two texts differ. What is left to check is the signature over the attributes.

The attributes name the signing certificate by its digest (signing-certificate-v2, RFC 5035, as in CAdES-B),
so that no byte of that certificate can change even where no root is known.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from asn1crypto import cms, core, tsp
from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from testbed.bundle.certificates import read_der
from testbed.bundle.errors import Refused

if TYPE_CHECKING:
    from cryptography import x509

    from testbed.bundle.keys import Signer

MAX_CONTAINER = 16 << 20  # characters of PEM
COLUMNS = 64
BEGIN, END = "-----BEGIN CMS-----\n", "-----END CMS-----\n"

_ARMOUR = re.compile(f"{BEGIN}((?:[A-Za-z0-9+/]{{1,{COLUMNS}}}={{0,2}}\n)+){END}")
_ECDSA = ec.ECDSA(SHA256())
_MOST_ELEMENTS = 6
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # FIPS 186-5, SP 800-186


@dataclass(frozen=True, slots=True)
class Container:
    """The parts of a container whose signature holds; whether the signer is anybody is another question."""

    payload: bytes
    certificate: x509.Certificate
    signed_at: datetime
    """The signer's own word for when, in UTC."""


@dataclass(frozen=True, slots=True)
class _Parts:
    payload: bytes
    certificate: bytes  # DER
    signed_at: datetime
    signature: bytes  # DER of ECDSA-Sig-Value


def sign(payload: bytes, signer: Signer) -> str:
    """Return the PEM text of a container of `payload`, signed now by `signer` (ECDSA P-256, SHA-256).

    Raises:
        ValueError: The payload is too large for a container that `open_container` would read.
    """
    certificate = signer.certificate.public_bytes(Encoding.DER)
    signed_at = datetime.now(UTC).replace(microsecond=0)
    attributes = _attributes(payload, certificate, signed_at)
    signature = _low(signer.key.sign(attributes.dump(), _ECDSA))
    pem = _armour(_assemble(_Parts(payload, certificate, signed_at, signature), attributes))
    if len(pem) > MAX_CONTAINER:
        raise ValueError(f"a signed statement of {len(payload)} bytes is too large")
    return pem


def open_container(pem: str) -> Container:
    """Take a container apart, sure that it was signed by the key of the certificate in it.

    Raises:
        Refused: Any character differs from the one spelling, or the signature does not hold.
    """
    if len(pem) > MAX_CONTAINER:
        raise Refused(f"the signature container is longer than {MAX_CONTAINER} characters")
    found = _ARMOUR.fullmatch(pem)
    if found is None:
        raise Refused("the signature container is not one PEM block of base64 lines without headers")
    try:
        parts = _take_apart(base64.b64decode(found[1].replace("\n", ""), validate=True))
        certificate = read_der(parts.certificate)
        attributes = _attributes(parts.payload, parts.certificate, parts.signed_at)
        again = _armour(_assemble(parts, attributes))
    except ValueError as error:  # base64's error is one, too
        raise Refused(f"the signature container is malformed: {error}") from error
    if again != pem:
        raise Refused("the signature container is altered, or not in its one canonical form")
    public_key = certificate.public_key()
    if not (isinstance(public_key, ec.EllipticCurvePublicKey) and isinstance(public_key.curve, ec.SECP256R1)):
        raise Refused("the signer's key is not a P-256 key")
    try:
        public_key.verify(parts.signature, attributes.dump(), _ECDSA)
    except InvalidSignature:
        raise Refused("the signature does not hold") from None
    return Container(parts.payload, certificate, parts.signed_at)


def _armour(der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = (text[start : start + COLUMNS] + "\n" for start in range(0, len(text), COLUMNS))
    return BEGIN + "".join(lines) + END


def _assemble(parts: _Parts, attributes: cms.CMSAttributes) -> bytes:
    """Write the container of `parts`, whose signed attributes are these, in DER: its only spelling."""
    certificate = Asn1Certificate.load(parts.certificate, strict=True)
    signer_info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
            ),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": _low(parts.signature),
        }
    )
    signed_data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data", "content": parts.payload},
            "certificates": [certificate],
            "signer_infos": [signer_info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed_data}).dump())


def _attributes(payload: bytes, certificate: bytes, signed_at: datetime) -> cms.CMSAttributes:
    """Return what the key signs: the payload's digest, the certificate's digest, the kind and the time."""
    certificate_id = tsp.ESSCertIDv2({"cert_hash": sha256(certificate).digest()})  # SHA-256 is the default
    values = {
        "content_type": "data",
        "signing_time": cms.Time("utc_time", core.UTCTime(signed_at)),
        "message_digest": sha256(payload).digest(),
        "signing_certificate_v2": tsp.SigningCertificateV2({"certs": [certificate_id]}),
    }
    return cms.CMSAttributes([{"type": kind, "values": [value]} for kind, value in values.items()])


def _low(signature: bytes) -> bytes:
    """Return the smaller of the two signatures (r, s) and (r, n - s) that hold alike: one spelling again.

    Raises:
        ValueError: Not an ECDSA signature in DER.
    """
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, _P256_ORDER - s))


def _take_apart(der: bytes) -> _Parts:
    """Take the four parts out by their place alone: the comparison proves that all else is in place.

    Raises:
        ValueError: A place is empty or crowded.
    """
    (content_info,) = _elements(der)
    _, wrapped = _elements(_content(content_info))
    (signed_data,) = _elements(_content(wrapped))
    _, _, encapsulated, certificates, signer_infos = _elements(_content(signed_data))
    _, wrapped = _elements(_content(encapsulated))
    (payload,) = _elements(_content(wrapped))
    (certificate,) = _elements(_content(certificates))
    (signer_info,) = _elements(_content(signer_infos))
    _, _, _, attributes, _, signature = _elements(_content(signer_info))
    _, signing_time, _, _ = _elements(_content(attributes))  # a SET is sorted, and so the time comes second
    _, values = _elements(_content(signing_time))
    (value,) = _elements(_content(values))
    signed_at = datetime.strptime(_content(value).decode("ascii"), "%y%m%d%H%M%SZ").replace(tzinfo=UTC)
    return _Parts(_content(payload), certificate, signed_at, _content(signature))


def _elements(der: bytes) -> list[bytes]:
    """Cut a run of DER elements apart; no SEQUENCE or SET of a container has more than six.

    Raises:
        ValueError: There are more, or one reaches beyond the end.
    """
    elements = []
    start = 0
    while start < len(der):
        _, end = _bounds(der, start)
        elements.append(der[start:end])
        start = end
        if len(elements) > _MOST_ELEMENTS:
            raise ValueError("too many elements")
    return elements


def _content(element: bytes) -> bytes:
    return element[_bounds(element, 0)[0] :]


def _bounds(der: bytes, start: int) -> tuple[int, int]:
    """Return where the content of the element at `start` begins and ends (X.690, 8.1; one-octet tags only).

    Raises:
        ValueError: The element is cut off.
    """
    header = der[start : start + 2]
    octets = header[-1] & 0x7F if header[-1] & 0x80 else 0
    content = start + 2 + octets
    length = int.from_bytes(der[start + 2 : content]) if octets else header[-1]
    if len(header) < 2 or content + length > len(der):  # noqa: PLR2004  (a tag and a length)
        raise ValueError("an element is cut off")
    return content, content + length
