"""Replies are read whatever a device sends, and never look better than they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.base import Text
from testbed.protocols.modbus import (
    ExceptionCode,
    Framer,
    ReadCoils,
    ReadHoldingRegisters,
    WriteSingleRegister,
)
from testbed.testers.modbus.reply import Instead, OtherException, Reaction, Reply
from testbed.testers.words import either, words

ATTRIBUTES = ("transaction", "unit", "function", "exception", "byte_count", "values", "padding", "echo")
requests = st.one_of(
    st.none(),
    st.builds(ReadCoils, st.integers(0, 65535), st.integers(0, 65535)),
    st.builds(ReadHoldingRegisters, st.integers(0, 65535), st.integers(0, 65535)),
    st.builds(WriteSingleRegister, st.integers(0, 65535), st.integers(0, 65535)),
)
frames = st.one_of(
    st.binary(min_size=6, max_size=300),
    st.builds(
        lambda code, data: b"\0\1\0\0" + (len(data) + 2).to_bytes(2) + bytes([1, code]) + data,
        st.sampled_from([1, 2, 3, 4, 5, 16, 23, 0x81, 0x83, 0xFF]),
        st.binary(max_size=255).map(lambda data: bytes([len(data)]) + data),
    ),
)


@given(frames, requests)
def test_every_frame_can_be_read(raw, request):
    reply = Reply(raw, 1, 0.0, request)
    for attribute in ATTRIBUTES:
        said = words(getattr(reply, attribute))
        assert isinstance(said, Text)
        assert len(said.en) <= 300
        start, end = reply.span(attribute)
        assert 0 <= start <= end + 1
    assert isinstance(reply.exception, Reaction | ExceptionCode | OtherException)
    if isinstance(request, ReadCoils) and isinstance(reply.values, tuple) and reply.function in {1, 2}:
        assert len(reply.values) == request.quantity


@given(st.binary(max_size=600), requests)
def test_every_frame_of_a_stream_can_be_read(data, request):
    for frame in Framer().feed(data):
        assert [words(getattr(Reply(frame.raw, 1, 0.0, request), name)) for name in ATTRIBUTES]


def reply(pdu, request=None):
    data = bytes.fromhex(pdu)
    return Reply(b"\x12\x34\0\0" + (len(data) + 1).to_bytes(2) + b"\x07" + data, 5, 0.0, request)


def test_a_good_read():
    found = reply("03 04 0001 FFFE", ReadHoldingRegisters(0, 2))
    assert (found.transaction, found.unit, found.function) == (0x1234, 7, 3)
    assert (found.exception, found.byte_count, found.values) == (Reaction.NORMAL, 4, (1, 0xFFFE))
    assert found.span("values") == (9, 13)


def test_bits_and_their_padding():
    found = reply("01 02 CD EB", ReadCoils(0, 10))
    assert found.values == tuple(digit == "1" for digit in "1011001111")
    assert found.padding == 0b111010


@pytest.mark.parametrize(
    ("pdu", "request_", "said"),
    [
        ("83 02", ReadHoldingRegisters(0, 1), "exception 02 (illegal data address)"),
        ("83 77", ReadHoldingRegisters(0, 1), "exception 77 (undefined)"),
        ("03 04 0001", ReadHoldingRegisters(0, 1), "byte count 4, but 2 bytes of data"),
        ("03 03 000102", ReadHoldingRegisters(0, 1), "an odd byte count of 3"),
        ("03", ReadHoldingRegisters(0, 1), "a PDU of 1 bytes"),
        ("01 01 FF", ReadCoils(0, 9), "only 8 bits"),
    ],
)
def test_what_is_no_good_read_has_no_values(pdu, request_, said):
    found = reply(pdu, request_).values
    assert isinstance(found, Instead)
    assert found.said.lower() == said.lower()


def test_two_lacks_are_never_equal():
    assert reply("83 02").values != reply("83 02").values
    assert reply("83 02").values != ()
    assert reply("83 02").echo != b""


def test_exceptions():
    assert reply("83 03").exception == ExceptionCode.ILLEGAL_DATA_VALUE
    assert reply("83 03").span("exception") == (7, 9)
    undefined = reply("83 63").exception
    assert undefined not in {ExceptionCode.ILLEGAL_DATA_VALUE, Reaction.NORMAL}
    assert words(undefined).en == "exception 63 (not defined by the standard)"


@pytest.mark.parametrize(
    ("value", "en", "ko"),
    [
        (Reaction.SILENCE, "no answer", "응답 없음"),
        (True, "1", "1"),
        (42, "42 (0x002A)", "42 (0x002A)"),
        (-1, "-1", "-1"),
        (b"\x01\xab", "01 AB", "01 AB"),
        ((1, 2), "registers 0001 0002", "레지스터 0001 0002"),
        ((True, False), "bits 10", "비트 10"),
        ((), "nothing", "없음"),
        (
            {Reaction.NORMAL, Reaction.CLOSED},
            "the connection closed, a normal response",
            "연결 종료, 정상 응답",
        ),
    ],
)
def test_values_in_words(value, en, ko):
    assert (words(value).en, words(value).ko) == (en, ko)


def test_alternatives_in_words():
    assert either((Reaction.SILENCE, Reaction.CLOSED)).en == "no answer or the connection closed"
    assert either((Reaction.SILENCE, Reaction.CLOSED)).ko == "응답 없음 또는 연결 종료"


def test_long_values_are_cut():
    assert words(tuple(range(125))).en.endswith("000B … (125)")
    assert len(words(tuple([True] * 2000)).en) < 120
    assert len(words("x" * 5000).en) == 200
