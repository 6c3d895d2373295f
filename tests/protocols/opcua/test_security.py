"""Security policies: what one half protects only the other half reads."""

import pytest
from asyncua.crypto import uacrypto

from testbed.protocols.opcua import (
    OPN,
    POLICIES,
    SIGN,
    SIGN_AND_ENCRYPT,
    AsymmetricHeader,
    SecurityError,
    Tamper,
)
from testbed.protocols.opcua.asymmetric import leaf, public_key, thumbprint
from testbed.protocols.opcua.symmetric import derive, p_sha256
from tests.protocols.opcua.channels import BASE, ends, opened
from tests.protocols.opcua.conftest import party

NAMES = ["Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"]
SHORT = range(40)
"""Sizes that leave every possible padding of a block of AES."""


@pytest.fixture(params=NAMES)
def halves(request, client_party, server_party):
    return ends(client_party, server_party, request.param, SIGN_AND_ENCRYPT)


@pytest.fixture(params=[SIGN, SIGN_AND_ENCRYPT], ids=["sign", "sign and encrypt"])
def secured(request, client_party, server_party):
    return opened(client_party, server_party, "Basic256Sha256", request.param)


def flip(at):
    """Change one byte, counted from the end where it is negative."""

    def change(data):
        index = at % len(data)
        return data[:index] + bytes((data[index] ^ 1,)) + data[index + 1 :]

    return change


def refused(receiver, frame, ignore=()):
    with pytest.raises(SecurityError) as caught:
        receiver.open(frame, ignore=ignore)
    return caught.value.reason


def test_the_policies_are_known_by_their_uris():
    assert list(POLICIES) == [BASE + name for name in ("None", *NAMES)]
    assert [len(one.nonce()) for one in POLICIES.values()] == [0, 32, 32, 32]


@pytest.mark.parametrize("size", [0, 52, 133])
def test_an_opening_is_read_by_whom_it_is_for(halves, size):
    client, server = halves
    body = bytes(range(size))

    (there,) = client.seal(body, 1, type=OPN)
    assert server.open(there).body == body
    (back,) = server.seal(body, 1, type=OPN)
    assert client.open(back).body == body
    assert body not in there or not size
    assert (len(there), len(back)) != (0, 0)


@pytest.mark.parametrize("size", SHORT)
def test_messages_are_read_whatever_their_padding(secured, size):
    client, server = secured
    body = bytes(range(size))

    assert server.open(client.seal(body, 1)[0]).body == body
    assert client.open(server.seal(body, 1)[0]).body == body


def test_chunks_are_as_long_as_they_may_be_and_not_longer(secured):
    client, server = secured

    frames = client.seal(bytes(9000), 1, most=1024)

    assert {len(frame) for frame in frames[:-1]} <= set(range(1024 - 16, 1025))
    assert b"".join(server.open(frame).body for frame in frames) == bytes(9000)


def test_only_encryption_hides(client_party, server_party):
    body = b"what everybody may read"
    for mode, is_seen in ((SIGN, True), (SIGN_AND_ENCRYPT, False)):
        client, _ = opened(client_party, server_party, "Basic256Sha256", mode)
        assert (body in client.seal(body, 1)[0]) is is_seen
        assert client.is_plain is is_seen


def test_a_changed_byte_is_noticed(secured):
    client, server = secured
    (frame,) = client.seal(b"body", 1)

    for at in range(16, len(frame)):
        assert refused(server, flip(at)(frame)) in {"signature", "padding"}


def test_a_signature_also_covers_what_is_not_encrypted(secured):
    client, server = secured
    (frame,) = client.seal(b"body", 1, tamper=Tamper(sent=flip(3)))

    assert refused(server, frame) == "signature"
    assert server.open(frame, ignore={"signature"}).body == b"body"


def test_a_padding_of_other_bytes_is_noticed(client_party, server_party):
    client, server = opened(client_party, server_party, "Basic256Sha256", SIGN_AND_ENCRYPT)

    (frame,) = client.seal(b"body", 1, tamper=Tamper(plain=flip(-2)))
    assert refused(server, frame) == "padding"
    assert server.open(frame, ignore={"padding"}).body == b"body"
    (frame,) = client.seal(b"body", 1, tamper=Tamper(plain=lambda data: data[:-1] + b"\xff"))
    assert refused(server, frame, {"padding"}) == "padding"


@pytest.mark.parametrize("cut", [1, 16, 32])
def test_a_chunk_that_is_cut_short_is_refused(secured, cut):
    client, server = secured
    (frame,) = client.seal(b"body", 1)
    frame = frame[:-cut]

    assert refused(server, frame[:4] + len(frame).to_bytes(4, "little") + frame[8:]) in {
        "signature",
        "encryption",
    }


def test_an_opening_with_other_keys_is_refused(halves, client_party, server_party):
    client, server = halves
    own, peer = client_party.certificate, thumbprint(server_party.certificate)
    uri = client.policy.uri

    def opening(*fields):
        return client.seal(b"", 1, type=OPN, asymmetric=AsymmetricHeader(uri, *fields))[0]

    assert refused(server, opening(None, peer)) == "certificate"
    assert refused(server, opening(b"\x30\x03\x02\x01\x05", peer)) == "certificate"
    assert refused(server, opening(own, bytes(20))) == "thumbprint"
    assert refused(server, opening(server_party.certificate, peer)) == "signature"
    (frame,) = client.seal(b"", 1, type=OPN)
    assert refused(server, flip(-1)(frame)) == "encryption"
    assert server.peer_certificate == b""


def test_a_peer_keeps_its_certificate(halves, client_party, server_party):
    client, server = halves
    server.open(client.seal(b"", 1, type=OPN)[0])
    assert server.peer_certificate == client_party.certificate

    (frame,) = client.seal(
        b"",
        2,
        type=OPN,
        asymmetric=AsymmetricHeader(
            client.policy.uri, server_party.certificate, thumbprint(server_party.certificate)
        ),
    )
    assert refused(server, frame) == "certificate"
    assert server.open(frame, ignore={"certificate"}).request_id == 2


def test_a_chain_of_certificates_begins_with_the_own(client_party, server_party):
    chain = server_party.certificate + client_party.certificate

    assert leaf(chain) == server_party.certificate
    assert thumbprint(chain) == thumbprint(server_party.certificate)
    assert public_key(chain).public_numbers() == server_party.key.public_key().public_numbers()
    assert (leaf(b""), leaf(b"\x30\x01ab")) == (b"", b"\x30\x01a")


def test_keys_are_derived_as_asyncua_derives_them():
    secret, seed = bytes(range(32)), bytes(range(50, 82))

    assert p_sha256(secret, seed, 80) == b"".join(uacrypto.p_sha256(secret, seed, (32, 32, 16)))
    assert derive(secret, seed, 16) == uacrypto.p_sha256(secret, seed, (32, 16, 16))


def test_each_token_has_its_own_keys(secured):
    client, server = secured
    for half in secured:
        half.install(5, 8, bytes(32), bytes(range(32)))
    (frame,) = client.seal(b"body", 1, previous=True, token_id=8)

    assert refused(server, frame) in {"signature", "padding"}
    assert server.open(client.seal(b"body", 1)[0]).body == b"body"


def test_a_key_that_the_policy_does_not_allow_is_refused(halves, server_party):
    short = party("short", 1024)
    client = ends(short, server_party, halves[0].policy.name, SIGN)[0]

    assert refused(halves[1], client.seal(b"", 1, type=OPN)[0]) == "certificate"


def test_no_damage_to_a_certificate_is_more_than_a_refusal(client_party, server_party):
    """Where the key is not hurt the opening passes: whom to trust is decided by others."""
    reasons = set()
    for at in range(0, len(client_party.certificate), 3):
        client, server = ends(client_party, server_party, "Basic256Sha256", SIGN)
        client.certificate = flip(at)(client.certificate)
        (frame,) = client.seal(b"", 1, type=OPN)
        try:
            server.open(frame)
        except SecurityError as error:
            reasons.add(error.reason)

    assert reasons == {"certificate", "signature"}
