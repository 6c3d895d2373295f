"""A page that carries its own signature: visible HTML, then one comment with one PEM block, then nothing.

The block has one shape, because each freedom in it served a forgery: text after the comment, markup in PEM
headers, a comment closed before its time, line ends rewritten.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from testbed.bundle import cms, statement
from testbed.bundle.certificates import Role, has_role
from testbed.bundle.errors import Refused
from testbed.bundle.statement import PredicateType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from testbed.bundle.keys import Signer

MAX_PAGE = 64 << 20  # bytes

FILE_NAME = {PredicateType.TEST_REPORT: "report.html", PredicateType.CONFIRMATION: "certificate.html"}
SIGNED_BY = {PredicateType.TEST_REPORT: Role.LABORATORY, PredicateType.CONFIRMATION: Role.COUNCIL}

_CLOSE = b"</html>\n"
_OPEN_COMMENT, _CLOSE_COMMENT = b"<!--\n", b"-->\n"
_DASHES = b"-----BEGIN "  # where openssl would take a text of the page for the start of a PEM block


def visible_name(kind: PredicateType) -> str:
    """Return the name under which a statement lists its own page without the signature block."""
    return f"{FILE_NAME[kind]}#visible"


def signer_entry(*, name: str, fingerprint: str, is_test: bool) -> dict[str, Any]:
    """Return the predicate's own word for who signed; a reader compares it with the certificate."""
    return {"name": name, "fingerprint": fingerprint, "test": is_test}


def seal(
    html: bytes,
    predicate: Mapping[str, Any],
    subjects: Mapping[str, str],
    signer: Signer,
    *,
    kind: PredicateType = PredicateType.TEST_REPORT,
) -> bytes:
    r"""Sign a page together with the files it speaks of, and append the signature block.

    Before signing, what an HTML parser reads as the same page is made what every other reader reads alike:
    line ends become LF, NUL becomes U+FFFD, and `-----BEGIN ` (a device may say so) loses its first dash to a
    character reference.

    Args:
        html: The page, ending in `</html>\n`.
        predicate: What is claimed, without the key `signer`, which is added here.
        subjects: Every other file the statement covers, name to SHA-256 in hexadecimal.
        signer: The laboratory for a test report, the council for a confirmation.
        kind: Which of the two papers this is.

    Raises:
        ValueError: The signer has the other role, the page has no end or is too large, or the statement
            cannot be built from what was given.
    """
    if not has_role(signer.certificate, SIGNED_BY[kind]):
        raise ValueError(f"a {FILE_NAME[kind]} is signed by the {SIGNED_BY[kind]}, not by {signer.name}")
    if "signer" in predicate or visible_name(kind) in subjects:
        raise ValueError("the signer and the page's own digest are written by seal() alone")
    visible = plain(html)
    if not visible.endswith(_CLOSE):
        raise ValueError("the page does not end with </html> and a line end")
    who = signer_entry(name=signer.name, fingerprint=signer.fingerprint, is_test=signer.is_test)
    payload = statement.build(
        {visible_name(kind): sha256(visible).hexdigest(), **subjects}, {**predicate, "signer": who}, kind
    )
    sealed = visible + _OPEN_COMMENT + cms.sign(payload, signer).encode() + _CLOSE_COMMENT
    if len(sealed) > MAX_PAGE:
        raise ValueError(f"a page of {len(sealed)} bytes is larger than the {MAX_PAGE} that readers accept")
    return sealed


def split(data: bytes) -> tuple[bytes, str]:
    """Cut a sealed page into its visible HTML and its PEM block.

    Raises:
        Refused: The page does not have the one shape that `seal` writes.
    """
    if b"\r" in data or b"\0" in data:
        raise Refused("the page has CR or NUL characters; it was converted after signing")
    visible, comment, block = data.partition(_OPEN_COMMENT + cms.BEGIN.encode())
    if not comment:
        raise Refused("the page carries no signature block")
    if not visible.endswith(_CLOSE):
        raise Refused("the signature block does not follow directly after </html>")
    if _DASHES in visible or _DASHES in block:
        raise Refused("the page carries more than one PEM block")
    if not re.fullmatch(rb"[A-Za-z0-9+/=\n]+" + cms.END.encode() + _CLOSE_COMMENT, block):
        raise Refused(
            "something other than base64 and the two closing lines stands in or after the signature"
        )
    return visible, (cms.BEGIN.encode() + block.removesuffix(_CLOSE_COMMENT)).decode("ascii")


def signed_payload(sealed: bytes) -> bytes:
    """Return the statement a sealed page carries, which the bundle repeats in `statement.json`.

    Raises:
        Refused: The page or its container is not as `seal` wrote it.
    """
    return cms.open_container(split(sealed)[1]).payload


def plain(html: bytes) -> bytes:
    """Rewrite what an HTML parser reads alike but other readers do not (HTML standard, input stream)."""
    html = html.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", "\ufffd".encode())
    return html.replace(_DASHES, b"&#45;" + _DASHES[1:])
