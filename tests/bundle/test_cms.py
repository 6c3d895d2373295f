"""A container has one spelling, and opens only if its signature holds."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asn1crypto import cms as reference
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from testbed.bundle import cms
from testbed.bundle.certificates import Role
from testbed.bundle.errors import Refused
from testbed.bundle.keys import load_signer

PAYLOAD = b'{"claim":true}'


def der_of(pem):
    return base64.b64decode("".join(pem.splitlines()[1:-1]))


def pem_of(der):
    text = base64.b64encode(der).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CMS-----", *lines, "-----END CMS-----", ""])


@pytest.fixture(scope="module")
def pem(keys):
    return cms.sign(PAYLOAD, load_signer(keys, Role.LABORATORY))


def test_what_goes_in_comes_out(laboratory):
    container = cms.open_container(cms.sign(PAYLOAD, laboratory))

    assert container.payload == PAYLOAD
    assert container.certificate == laboratory.certificate
    assert abs((datetime.now(UTC) - container.signed_at).total_seconds()) < 60


def test_form_of_the_text(pem):
    *full, last = pem.splitlines()[1:-1]

    assert pem_of(der_of(pem)) == pem
    assert {len(line) for line in full} == {64}
    assert 0 < len(last) <= 64


def test_structure_as_asn1crypto_reads_it(pem, laboratory):
    """The place-by-place reader is checked against a full parser."""
    signed = reference.ContentInfo.load(der_of(pem), strict=True)["content"]
    (info,) = signed["signer_infos"]

    assert [c.chosen.dump() for c in signed["certificates"]] == [
        laboratory.certificate.public_bytes(Encoding.DER)
    ]
    assert signed["encap_content_info"]["content"].native == PAYLOAD
    assert info["digest_algorithm"]["algorithm"].native == "sha256"
    assert info["signature_algorithm"]["algorithm"].native == "sha256_ecdsa"
    kinds = {attribute["type"].native for attribute in info["signed_attrs"]}
    assert kinds == {"content_type", "signing_time", "message_digest", "signing_certificate_v2"}
    assert info["unsigned_attrs"].native is None


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65_535, 65_536, 1_000_000])
def test_any_length(laboratory, length):
    payload = b"x" * length

    assert cms.open_container(cms.sign(payload, laboratory)).payload == payload


def test_too_large_is_refused_on_both_sides(laboratory, monkeypatch, pem):
    monkeypatch.setattr(cms, "MAX_CONTAINER", 1000)

    with pytest.raises(ValueError, match="too large"):
        cms.sign(PAYLOAD, laboratory)
    with pytest.raises(Refused, match="longer than 1000"):
        cms.open_container(pem)


@pytest.mark.acceptance
def test_every_byte_of_the_der_counts(pem):
    der = der_of(pem)
    for position in range(len(der)):
        changed = bytearray(der)
        changed[position] ^= 1 << position % 8
        with pytest.raises(Refused):
            cms.open_container(pem_of(bytes(changed)))


@given(data=st.data())
def test_bytes_put_in_or_taken_out(pem, data):
    der = der_of(pem)
    start = data.draw(st.integers(0, len(der)))
    end = data.draw(st.integers(start, min(len(der), start + 8)))
    changed = der[:start] + data.draw(st.binary(max_size=8)) + der[end:]

    if changed != der:
        with pytest.raises(Refused):
            cms.open_container(pem_of(changed))


@given(st.binary(max_size=200))
def test_rubbish(rubbish):
    with pytest.raises(Refused):
        cms.open_container(pem_of(rubbish))


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem + "\n",
        lambda pem: "\n" + pem,
        lambda pem: pem.rstrip("\n"),
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.replace("-----\n", "-----\nX: y\n\n", 1),
        lambda pem: pem.replace("CMS", "PKCS7"),
        lambda pem: pem.replace("\n", " \n", 2),
        lambda pem: pem[:40] + "\n" + pem[40:],
        lambda pem: pem + pem,
        lambda _: "",
    ],
)
def test_another_spelling_of_the_text(pem, change):
    with pytest.raises(Refused):
        cms.open_container(change(pem))


def test_spare_bits_of_base64(laboratory):
    """In a last group with padding some bits mean nothing; they too have one spelling."""
    for extra in range(3):
        pem = cms.sign(b"x" * extra, laboratory)
        body = pem.removesuffix("\n" + cms.END)
        if body.endswith("="):
            last = body.rstrip("=")[-1]
            alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            changed = body.rstrip("=")[:-1] + alphabet[alphabet.index(last) + 1]
            padding = body[len(body.rstrip("=")) :]
            with pytest.raises(Refused, match="canonical"):
                cms.open_container(changed + padding + "\n" + cms.END)
            return
    pytest.fail("no padded container among three lengths")


def test_the_twin_signature(pem, monkeypatch):
    """(r, n - s) holds as well as (r, s); only the lower is accepted, so that no second file verifies."""
    parts = cms._take_apart(der_of(pem))
    r, s = decode_dss_signature(parts.signature)
    twin = encode_dss_signature(r, cms._P256_ORDER - s)
    attributes = cms._attributes(parts.payload, parts.certificate, parts.signed_at)
    cms.open_container(pem).certificate.public_key().verify(twin, attributes.dump(), ec.ECDSA(SHA256()))
    with monkeypatch.context() as patch:
        patch.setattr(cms, "_low", lambda signature: signature)
        forged = pem_of(cms._assemble(replace(parts, signature=twin), attributes))

    with pytest.raises(Refused, match="canonical"):
        cms.open_container(forged)


def test_another_key_under_the_same_certificate(laboratory):
    stranger = type(laboratory)(laboratory.certificate, ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(Refused, match="does not hold"):
        cms.open_container(cms.sign(PAYLOAD, stranger))
