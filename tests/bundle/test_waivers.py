"""The signature under waivers: one shape, one signer's role, and OpenSSL reads it."""

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testbed.bundle import revocation
from testbed.bundle.certificates import Role, UnknownSignerError, load_roots
from testbed.bundle.errors import Refused
from testbed.bundle.keys import load_signer
from testbed.bundle.page import seal
from testbed.bundle.waivers import LARGEST, open_signed, sign, split

TEXT = "# what we accept\n- requirement: MB-A-ONE   # 예외\n  expires: 2027-01-31\n"


@pytest.fixture(scope="module")
def roots(keys):
    return load_roots(keys / "root.pem")


@pytest.fixture(scope="module")
def signed(keys):
    return sign(TEXT.encode(), load_signer(keys, Role.LABORATORY))


def test_what_was_signed_is_opened(signed, roots, laboratory):
    opened = open_signed(signed, roots)

    assert opened.text == TEXT
    assert (opened.data, opened.signer, opened.fingerprint) == (
        signed,
        laboratory.name,
        laboratory.fingerprint,
    )
    assert opened.is_test
    assert signed.startswith(TEXT.encode())


@pytest.mark.parametrize("text", [TEXT.replace("\n", "\r\n"), TEXT.rstrip("\n")])
def test_line_ends_are_made_plain_before_signing(text, roots, laboratory):
    assert open_signed(sign(text.encode(), laboratory), roots).text == TEXT


def test_signing_anew_replaces_the_old_signature(signed, roots, laboratory):
    more = signed.replace(b"2027-01-31", b"2027-02-28")
    again = sign(more, laboratory)

    assert open_signed(again, roots).text == TEXT.replace("2027-01-31", "2027-02-28")
    assert again.count(b"BEGIN CMS") == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: TEXT.encode(), "is not signed"),
        (lambda data: data.replace(b"MB-A-ONE", b"MB-A-TWO"), "changed afterwards"),
        (lambda data: data.replace(b"2027-01-31", b"2029-01-31"), "changed afterwards"),
        (lambda data: b"\n" + data, "changed afterwards"),
        (lambda data: data.replace(b"# what we accept\n", b""), "changed afterwards"),
        (lambda data: data.replace(b"\n", b"\r\n"), "line ends were converted"),
        (lambda data: data + b"- requirement: MB-B-TWO\n", "something other than the signature"),
        (lambda data: data + b"# - requirement: MB-B-TWO\n", "not one PEM block"),
        (lambda data: data + data, "something other than the signature"),
        (lambda data: data[:-1], "not one PEM block"),
        (lambda data: data.replace(b"# -----END", b"#-----END"), "something other than the signature"),
        (
            lambda data: data.replace(b"\n# -----BEGIN CMS", b"\n  # -----BEGIN CMS"),
            "does not follow directly",
        ),
        (lambda data: b"# -----BEGIN X-----\n" + data, "does not follow directly"),
        (lambda data: data.replace(b"accept", b"\xff"), "is not UTF-8"),
        (lambda data: b"#" * LARGEST + data, "is larger than 2 MiB"),
    ],
)
def test_any_other_shape_is_refused(signed, roots, change, reason):
    with pytest.raises(Refused, match=reason):
        open_signed(change(signed), roots)


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_byte_can_change(signed, roots, data):
    at = data.draw(st.integers(0, len(signed) - 1))
    edit = data.draw(st.sampled_from(["change", "remove", "insert"]))
    new = bytes([data.draw(st.integers(0, 255).filter(lambda byte: byte != signed[at]))])
    changed = {
        "change": signed[:at] + new + signed[at + 1 :],
        "remove": signed[:at] + signed[at + 1 :],
        "insert": signed[:at] + new + signed[at:],
    }[edit]

    with pytest.raises((Refused, UnknownSignerError)):
        open_signed(changed, roots)


def test_the_signature_of_another_document_is_no_signature(roots, laboratory):
    other = sign(b"- requirement: MB-B-TWO\n", laboratory)
    text, _ = split(sign(TEXT.encode(), laboratory))

    with pytest.raises(Refused, match="changed afterwards"):
        open_signed(text.encode() + other.partition(b"TWO\n")[2], roots)


def test_the_signature_of_a_report_is_no_signature(roots, laboratory):
    page = seal(b"<p>\n</html>\n", {}, {}, laboratory)
    pem = re.search(rb"-----BEGIN CMS-----\n.*-----END CMS-----\n", page, re.DOTALL)[0]
    block = b"".join(b"# " + line for line in pem.splitlines(keepends=True))

    with pytest.raises(Refused, match="changed afterwards"):
        open_signed(TEXT.encode() + block, roots)


def test_only_a_laboratory_signs(keys):
    with pytest.raises(ValueError, match="signed by the laboratory"):
        sign(TEXT.encode(), load_signer(keys, Role.COUNCIL))


def test_a_council_that_signs_all_the_same_is_refused(keys, roots, monkeypatch):
    council = load_signer(keys, Role.COUNCIL)
    with monkeypatch.context() as patched:
        patched.setattr("testbed.bundle.certificates.has_role", lambda *_: True)
        forged = sign(TEXT.encode(), council)

    with pytest.raises(Refused, match="is no laboratory"):
        open_signed(forged, roots)


def test_a_laboratory_of_another_root_is_unknown(signed, other_keys):
    with pytest.raises(UnknownSignerError):
        open_signed(signed, load_roots(other_keys / "root.pem"))
    with pytest.raises(UnknownSignerError):
        open_signed(signed, ())


def test_an_expired_signer_is_refused(signed, roots):
    with pytest.raises(Refused, match="expired on"):
        open_signed(signed, roots, at=datetime.now(UTC) + timedelta(days=800))


def test_a_revoked_signer_is_refused(signed, roots, keys, laboratory):
    key = load_pem_private_key((keys / "root.key").read_bytes(), None)
    listed = revocation.issue([laboratory.certificate.serial_number], (roots[0], key))

    with pytest.raises(Refused, match="was revoked"):
        open_signed(signed, roots, revoked=[listed])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# -----BEGIN CERTIFICATE-----\n", "cannot stand in the document"),
        ("- a: -----BEGIN CMS-----\n", "cannot stand in the document"),
        (
            "# -----BEGIN CMS-----\n# AAAA\n# -----END CMS-----\n- requirement: MB-B-TWO\n",
            "something follows",
        ),
        ("# -----BEGIN CMS-----\n- requirement: MB-B-TWO\n", "something follows"),
    ],
)
def test_nothing_is_lost_by_signing(laboratory, text, reason):
    with pytest.raises(Refused, match=reason):
        sign(text.encode(), laboratory)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl program")
def test_openssl_prints_what_was_signed(tmp_path, signed, keys, other_keys):
    file = tmp_path / "waivers.yaml"
    file.write_bytes(signed)

    def verified(root):
        command = f"sed -n 's/^# //p' {file} | openssl cms -verify -inform PEM -CAfile {root / 'root.pem'}"
        return subprocess.run(["sh", "-c", command], capture_output=True, check=False, timeout=30)

    assert verified(keys).returncode == 0
    assert verified(keys).stdout == TEXT.encode()
    assert verified(other_keys).returncode != 0
