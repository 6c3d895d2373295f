"""Messages of the connection protocol, and the stream cut into them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.protocols.opcua import (
    Acknowledge,
    DecodeError,
    ErrorMessage,
    Framer,
    Hello,
    ReverseHello,
    header,
    status,
)

MESSAGES = [
    Hello(1, 8192, 16384, 1 << 20, 7, "opc.tcp://localhost:4840/水"),
    Hello(url=None),
    Acknowledge(0, 8192, 65535, 0, 0),
    ErrorMessage(int(status.BadTcpMessageTooLarge), "too large"),
    ErrorMessage(0),
    ReverseHello("urn:server", "opc.tcp://localhost:4840"),
]


def test_a_hello_by_hand():
    assert (
        Hello(0, 65535, 65535, 0, 0, "opc.tcp://a:1").encode()
        == bytes.fromhex("48454C46 2D000000 00000000 FFFF0000 FFFF0000 00000000 00000000 0D000000")
        + b"opc.tcp://a:1"
    )


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
def test_messages_are_read_as_they_were_written(message):
    encoded = message.encode()

    assert type(message).decode(encoded) == message
    assert header(encoded) == (message.type, b"F", len(encoded))


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
def test_no_part_of_a_message_is_one(message):
    encoded = message.encode()

    for size in range(len(encoded)):
        with pytest.raises(DecodeError):
            type(message).decode(encoded[:size])
        cut = encoded[:4] + size.to_bytes(4, "little") + encoded[8:size]
        with pytest.raises(DecodeError):
            type(message).decode(cut)


@pytest.mark.parametrize(
    ("bad", "span"),
    [
        (b"ACKF" + Hello().encode()[4:], (0, 3)),
        (Hello().encode() + b"\0", (4, 8)),
        (b"HELF\x21\0\0\0" + Hello().encode()[8:] + b"\0", (32, 33)),
        (b"HELF\x20\0\0\0" + bytes(20) + b"\xfe\xff\xff\xff", (28, 32)),
        (b"HELF\x20\0\0\0" + bytes(20) + b"\xff\xff\xff\x7f", (28, 32)),
        (b"HELF\x22\0\0\0" + bytes(20) + b"\x02\0\0\0\xc3\x28", (32, 33)),
    ],
)
def test_a_bad_hello_says_which_bytes_are_to_blame(bad, span):
    with pytest.raises(DecodeError) as caught:
        Hello.decode(bad)

    assert caught.value.span == span


def test_text_that_is_none_can_be_sent():
    assert Hello(url="\udcff").encode()[-5:] == b"\x01\0\0\0\xff"


@given(st.lists(st.sampled_from(MESSAGES), max_size=4), st.lists(st.integers(1, 30)))
def test_a_stream_is_cut_where_its_messages_end_however_it_comes(messages, sizes):
    encoded = [one.encode() for one in messages]
    stream, framer, found, at = b"".join(encoded), Framer(), [], 0
    for size in [*sizes, len(stream)]:
        found += framer.feed(stream[at : at + size])
        at += size

    assert found == encoded
    assert framer.pending == b""


@pytest.mark.parametrize("size", [0, 7, 1025, 0xFFFFFFFF])
def test_a_size_that_no_message_has_stops_the_cutting(size):
    framer = Framer(1024)
    good = Acknowledge().encode()
    bad = b"MSGF" + size.to_bytes(4, "little")

    assert framer.feed(good + bad + good) == [good]
    assert (framer.pending, framer.broken) == (bad + good, True)
    assert framer.feed(good) == []
    assert framer.drop() == bad + good + good
    assert framer.feed(good) == [good]
