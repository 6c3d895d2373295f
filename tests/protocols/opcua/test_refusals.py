"""What no good peer sends: refused at once, with the bytes that are to blame, and little effort."""

import time
import tracemalloc
from datetime import datetime

import pytest
from asyncua import ua

from testbed.protocols.opcua import DecodeError, EncodeError, UnknownType, decode_service, encode_service
from testbed.protocols.opcua.encoding_nested import write_extension_object

EMPTY = encode_service(
    ua.ReadResponse(ResponseHeader=ua.ResponseHeader(Timestamp=datetime(2026, 1, 1)))  # noqa: DTZ001 - as asyncua
)  # each process of a run makes the same tests of it
HEAD, TAIL = EMPTY[:-8], EMPTY[-4:]
"""A response up to its results, and its diagnostics."""
MIB = 1 << 20


def number(value):
    return (value & 0xFFFFFFFF).to_bytes(4, "little")


def reading(variant):
    """A response with one value."""
    return HEAD + number(1) + b"\x01" + variant + TAIL


def nested_variants(levels):
    return (b"\x98" + number(1)) * levels + b"\x01\x01"


def nested_objects(levels):
    held = ua.Variant(1, ua.VariantType.Byte)
    encoded = b"\x03\x01"
    for _ in range(levels):
        out = bytearray(b"\x16")
        write_extension_object(out, ua.KeyValuePair(ua.QualifiedName(), held))
        inner = b"\0\0" + number(-1) + encoded
        encoded = bytes(out[:-12]) + number(len(inner)) + inner
    return encoded


def diagnostics(levels):
    return HEAD + number(0) + number(1) + b"\x40" * levels + b"\x00"


def refused(body):
    with pytest.raises(DecodeError) as caught:
        decode_service(body)
    return caught.value


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "ends within"),
        (EMPTY[:-1], "ends within"),
        (EMPTY + b"\0", "bytes behind"),
        (HEAD + number(0x7FFFFFFF) + TAIL, "a length of 2147483647"),
        (HEAD + number(-2) + TAIL, "a length of -2"),
        (reading(b"\x0c" + number(-2)), "a length of -2"),
        (reading(b"\x0c" + number(0x7FFFFFFF)), "a length of"),
        (reading(b"\x0f" + number(100)), "a length of 100"),
        (reading(b"\x86" + number(5) + bytes(4)), "an array of 5 does not fit"),
        (reading(b"\x0c" + number(2) + b"\xc3\x28"), "no UTF-8"),
        (reading(b"\x20\x00"), "0x20 is no type of a Variant"),
        (reading(b"\x3f\x00"), "0x3F is no type of a Variant"),
        (reading(b"\x43\x05"), "0x43 is no type of a Variant"),
        (reading(b"\x18\x03\x05"), "0x18 is no type of a Variant"),
        (reading(b"\xc3" + number(2) + b"ab" + number(2) + number(1) + number(3)), "dimensions"),
        (reading(b"\xc3" + number(2) + b"ab" + number(2) + number(-1) + number(-2)), "dimensions"),
        (reading(b"\xc3" + number(1) + b"a" + number(33) + number(1) * 33), "33 dimensions"),
        (reading(b"\x11\x06\x00"), "0x06 is no encoding of a NodeId"),
        (reading(b"\x11\x80\x00"), "0x80 is no encoding of a NodeId"),
        (reading(b"\x15\x04"), "mask 0x04"),
        (reading(b"\x16\x00\x00\x03"), "0x03 is no encoding of a body"),
        (reading(b"\x16\x01\x00\x76\x03\x01" + number(15) + bytes(15)), "ends within|is not one of Range"),
        (reading(b"\x16\x01\x00\x76\x03\x01" + number(17) + bytes(17)), "is not one of Range"),
        (HEAD + number(1) + b"\x40" + TAIL, "mask 0x40"),
        (reading(nested_variants(100)), "100 levels"),
        (reading(nested_variants(20000)), "100 levels"),
        (reading(nested_objects(50)), "100 levels"),
        (diagnostics(101), "100 levels"),
        (diagnostics(100000), "100 levels"),
        (reading(b"\x98" + number(MIB) + bytes(MIB)), "elements"),
        (HEAD + number(600_000) + bytes(600_000), "elements"),
    ],
)
def test_what_is_wrong_is_refused(body, said):
    began = time.process_time()

    error = refused(body)

    assert time.process_time() - began < 1.0
    assert any(one in str(error) for one in said.split("|")), str(error)
    assert 0 <= error.start <= error.end <= len(body)


@pytest.mark.parametrize(
    "body", [reading(nested_variants(99)), reading(nested_objects(49)), diagnostics(100), EMPTY]
)
def test_a_hundred_levels_are_read(body):
    assert encode_service(decode_service(body)) == body


@pytest.mark.parametrize(
    "body",
    [
        HEAD + number(0x7FFFFFFF) + bytes(MIB),
        reading(b"\x86" + number(0x7FFFFFFF) + bytes(MIB)),
        reading(b"\x98" + number(MIB) + bytes(MIB)),
        reading(b"\x80" + number(0x0FFFFF00) + bytes(MIB)),
    ],
)
def test_a_length_costs_no_memory(body):
    tracemalloc.start()
    try:
        refused(body)
        assert tracemalloc.get_traced_memory()[1] < 4 * MIB
    finally:
        tracemalloc.stop()


def test_the_guilty_bytes_are_named():
    body = reading(b"\x0c" + number(3) + b"a\xc3\x28")

    assert refused(body).span == (len(body) - 6, len(body) - 5)
    assert refused(EMPTY + b"abc").span == (len(EMPTY), len(EMPTY) + 3)
    assert refused(HEAD + number(-2) + TAIL).span == (len(HEAD), len(HEAD) + 4)


def test_text_that_is_none_is_read_where_that_is_asked_for():
    body = reading(b"\x0c" + number(2) + b"\xc3\x28")

    found = decode_service(body, errors="surrogateescape")

    assert found.Results[0].Value.Value == "\udcc3("
    assert encode_service(found) == body


@pytest.mark.parametrize(
    "body",
    [b"\x01\x00\xff\x00rest", b"\x00\x01rest", b"\x03\x00\x00\x01\x00\x00\x00arest", b"\x01\x01\x77\x02rest"],
)
def test_an_unknown_message_keeps_its_bytes(body):
    error = refused(body)

    assert isinstance(error, UnknownType)
    assert error.body == b"rest"


def test_a_structure_is_no_message():
    assert isinstance(refused(b"\x01\x00\x76\x03" + bytes(16)), UnknownType)


@pytest.mark.parametrize("value", ["text", 1 << 40, None, 1.5])
def test_a_value_that_does_not_fit_is_an_error_of_ours(value):
    response = ua.WriteResponse()
    response.ResponseHeader.RequestHandle = value

    with pytest.raises(EncodeError, match="WriteResponse"):
        encode_service(response)
