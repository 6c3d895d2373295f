"""Chunks of an unsecured channel: sizes, numbers, tokens, whole messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.protocols.opcua import (
    CLO,
    INTERMEDIATE,
    MSG,
    OPN,
    Aborted,
    AsymmetricHeader,
    Chunk,
    DecodeError,
    ErrorMessage,
    Reassembly,
    SecurityError,
    TooLarge,
)
from tests.protocols.opcua.channels import BASE, ends, opened


def test_a_message_by_hand():
    client, _ = opened()

    (frame,) = client.seal(b"body", 9)

    assert frame == bytes.fromhex("4D534746 1C000000 05000000 07000000 01000000 09000000") + b"body"


def test_an_opening_by_hand():
    client, server = ends()
    uri = (BASE + "None").encode()

    (frame,) = client.seal(b"body", 9, type=OPN)

    assert frame == (
        bytes.fromhex("4F504E46 53000000 00000000 2F000000")
        + uri
        + bytes.fromhex("FFFFFFFF FFFFFFFF 01000000 09000000")
        + b"body"
    )
    chunk = server.open(frame)
    assert (chunk.policy_uri, chunk.sender_certificate, chunk.receiver_thumbprint) == (
        uri.decode(),
        None,
        None,
    )
    assert {name: frame[start:end] for name, (start, end) in chunk.spans.items()} == {
        "type": b"OPN",
        "chunk": b"F",
        "size": frame[4:8],
        "channel_id": bytes(4),
        "policy_uri": frame[12:63],
        "sender_certificate": b"\xff" * 4,
        "receiver_thumbprint": b"\xff" * 4,
        "sequence": b"\1\0\0\0",
        "request_id": b"\x09\0\0\0",
        "body": b"body",
    }


@given(st.binary(max_size=300), st.integers(25, 120))
def test_a_message_survives_its_chunks(body, most):
    client, server = opened()
    whole = Reassembly()

    frames = client.seal(body, 3, most=most)

    assert all(len(frame) <= most for frame in frames)
    chunks = [server.open(frame) for frame in frames]
    assert [chunk.sequence for chunk in chunks] == list(range(1, len(frames) + 1))
    assert [whole.add(chunk) for chunk in chunks] == [None] * (len(frames) - 1) + [body]


def test_chunks_without_room_are_an_error():
    client, _ = opened()

    with pytest.raises(ValueError, match="no room"):
        client.seal(b"body", 1, most=24)


def test_everything_can_be_wrong_on_purpose():
    client, _ = opened()
    (frame,) = client.seal(b"", 1, type=CLO, chunk=b"X", channel_id=2, token_id=3, sequence=4)

    assert frame == b"CLOX" + b"".join(one.to_bytes(4, "little") for one in (24, 2, 3, 4, 1))
    assert client.send_sequence == 1
    (frame,) = client.seal(b"", 1, type=OPN, asymmetric=AsymmetricHeader(None, b"c", b"t"))
    assert frame[12:26] == bytes.fromhex("FFFFFFFF 01000000 63 01000000 74")


def test_sequence_numbers_begin_anew_behind_the_last():
    client, server = opened()
    client.send_sequence = 0xFFFFFFFE

    frames = client.seal(bytes(3), 1, most=25)

    assert [server.open(frame).sequence for frame in frames] == [0xFFFFFFFE, 0xFFFFFFFF, 1]


@pytest.mark.parametrize(
    ("at", "reason", "span"),
    [(8, "channel", (8, 12)), (12, "token", (12, 16))],
)
def test_a_chunk_of_another_channel_or_token_is_refused(at, reason, span):
    client, server = opened()
    frame = bytearray(client.seal(b"body", 1)[0])
    frame[at] ^= 0x40

    with pytest.raises(SecurityError) as caught:
        server.open(bytes(frame))
    assert (caught.value.reason, caught.value.span) == (reason, span)
    assert server.open(bytes(frame), ignore={reason}).body == b"body"


def test_another_policy_is_refused():
    client, server = ends()
    (frame,) = client.seal(b"", 1, type=OPN, policy_uri=BASE + "Basic256")

    with pytest.raises(SecurityError, match="policy") as caught:
        server.open(frame)
    assert caught.value.reason == "policy"


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"MSGF\x08\0\0\0",
        b"MSGF\x17\0\0\0" + bytes(15),
        b"MSGF\x19\0\0\0\x05\0\0\0\x07\0\0\0" + bytes(8),
        b"XYZF\x18\0\0\0\x05\0\0\0\x07\0\0\0" + bytes(8),
        b"OPNF\x0c\0\0\0" + bytes(4),
        b"OPNF\x14\0\0\0" + bytes(4) + b"\xff\xff\xff\x7f" + bytes(4),
        b"OPNF\x1a\0\0\0" + bytes(4) + b"\x02\0\0\0\xc3\x28" + b"\xff" * 8,
        b"OPNF\x14\1\0\0" + bytes(4) + b"\0\1\0\0" + bytes(256) + b"\xff" * 8,
    ],
)
def test_what_is_no_chunk_is_refused(bad):
    with pytest.raises(DecodeError):
        opened()[1].open(bad)


@given(st.binary(max_size=120), st.sampled_from([b"MSG", b"OPN", b"CLO"]))
def test_random_bytes_are_a_chunk_or_refused(data, kind):
    frame = kind + b"F" + (len(data) + 8).to_bytes(4, "little") + data
    try:
        chunk = opened()[1].open(frame)
    except DecodeError:
        return
    assert isinstance(chunk, Chunk)


def renewed():
    """Both halves with token 8 after 7, of which neither has been used."""
    both = opened()
    for end in both:
        end.install(5, 8, b"", b"")
    return both


def test_a_client_uses_the_new_token_at_once_and_a_server_when_the_client_has():
    client, server = renewed()

    assert client.open(server.seal(b"", 1)[0]).token_id == 7
    assert server.open(client.seal(b"", 2, previous=True)[0]).token_id == 7
    assert server.open(client.seal(b"", 3)[0]).token_id == 8
    assert client.open(server.seal(b"", 4)[0]).token_id == 8


def test_the_old_token_ends_with_the_use_of_the_new_or_when_it_expires():
    client, server = renewed()
    old = client.seal(b"", 1, previous=True)[0]
    assert (server.token_id, server.previous_token_id) == (8, 7)
    server.open(client.seal(b"", 2)[0])
    assert server.previous_token_id is None
    with pytest.raises(SecurityError):
        server.open(old)

    client, server = renewed()
    server.forget_previous()
    with pytest.raises(SecurityError):
        server.open(old)


def test_the_peers_limits_are_known():
    client, _ = opened()
    client.peer_receive_buffer, client.peer_max_message, client.peer_max_chunks = 124, 250, 2

    assert [client.fits(bytes(size)) for size in (0, 200, 201, 251)] == [True, True, False, False]
    client.peer_max_chunks = 0
    assert [client.fits(bytes(size)) for size in (250, 251)] == [True, False]


def chunk(kind, body=b"", request_id=1):
    return Chunk(MSG, kind, 5, 7, None, None, None, 1, request_id, body, b"", b"", 16)


def test_messages_may_come_in_turns():
    whole = Reassembly()

    assert whole.add(chunk(b"C", b"a", 1)) is None
    assert whole.add(chunk(b"C", b"b", 2)) is None
    assert whole.unfinished == (1, 2)
    assert whole.add(chunk(b"F", b"c", 1)) == b"ac"
    assert whole.add(chunk(b"F", b"d", 2)) == b"bd"
    assert whole.unfinished == ()


def test_an_abort_gives_the_message_up():
    whole = Reassembly()
    whole.add(chunk(b"C", b"a"))

    with pytest.raises(Aborted) as caught:
        whole.add(chunk(b"A", ErrorMessage(0x80B90000, "large").encode()[8:]))
    assert (caught.value.status, caught.value.reason) == (0x80B90000, "large")
    assert whole.add(chunk(b"F", b"b")) == b"b"
    with pytest.raises(DecodeError):
        whole.add(chunk(b"A", b"?"))


@pytest.mark.parametrize(
    ("limits", "sent"),
    [
        ({"max_message": 3}, [chunk(b"F", b"four")]),
        ({"max_message": 3}, [chunk(b"C", b"aa"), chunk(b"C", b"bb")]),
        ({"max_chunks": 2}, [chunk(b"C"), chunk(b"C"), chunk(b"F")]),
        ({"most_open": 2}, [chunk(b"C", b"", 1), chunk(b"C", b"", 2), chunk(b"C", b"", 3)]),
    ],
)
def test_what_is_too_large_is_forgotten(limits, sent):
    whole = Reassembly(**limits)
    for one in sent[:-1]:
        whole.add(one)

    with pytest.raises(TooLarge):
        whole.add(sent[-1])
    assert sent[-1].request_id not in whole.unfinished


def test_a_chunk_of_no_type_is_refused():
    with pytest.raises(DecodeError):
        Reassembly().add(chunk(b"X"))
    assert chunk(INTERMEDIATE).chunk == b"C"
