"""MODBUS over Serial Line Specification V1.02, 2.5.2: ASCII framing, and its LRC (6.2.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerAscii

from testbed.protocols.modbus import AsciiAdu, AsciiFrame, DecodeError, EncodeError, lrc

EXAMPLES = {
    b":1103006B00037E\r\n": "11 03 006B 0003",  # Modicon's guide PI-MBUS-300, as many have computed it since
    b":010300000001FB\r\n": "01 03 0000 0001",
    b":010604051234AA\r\n": "01 06 0405 1234",
}
SIZES = st.binary(min_size=1, max_size=253)
UNITS = st.integers(0, 255)


@pytest.mark.parametrize(("adu", "body"), EXAMPLES.items())
def test_examples(adu, body):
    body = bytes.fromhex(body)

    assert AsciiAdu(body[0], body[1:]).encode() == adu
    assert AsciiAdu.decode(adu) == AsciiAdu(body[0], body[1:])
    assert sum(body) + lrc(body) & 0xFF == 0


@given(UNITS, SIZES)
def test_as_pymodbus_computes_it(unit, pdu):
    body = bytes((unit,)) + pdu

    assert lrc(body) == FramerAscii.compute_LRC(body)


@given(UNITS, SIZES)
def test_what_is_encoded_is_decoded_again(unit, pdu):
    adu = AsciiAdu(unit, pdu)

    assert AsciiAdu.decode(adu.encode()) == adu
    frame = AsciiFrame(adu.encode())
    assert (frame.unit, frame.pdu, frame.fault) == (unit, pdu, None)


def test_another_delimiter():
    """Function 08/03 changes the character that ends a frame (AP 6.8.1)."""
    adu = AsciiAdu(1, b"\x07", end=b"\r*")

    assert adu.encode() == b":0107F8\r*"
    assert AsciiAdu.decode(adu.encode(), b"*") == adu
    with pytest.raises(DecodeError, match="does not end"):
        AsciiAdu.decode(adu.encode())


def test_wrong_on_purpose():
    assert AsciiAdu(1, b"\x07", lrc=0x12).encode() == b":010712\r\n"
    assert AsciiAdu(1, b"\x0b", start=b";", end=b"\r", lower=True).encode() == b";010bf4\r"
    for adu in (AsciiAdu(256, b"\x07"), AsciiAdu(1, b"\x07", lrc=-1)):
        with pytest.raises(EncodeError, match="does not fit"):
            adu.encode()


@pytest.mark.parametrize(
    ("adu", "reason", "offset"),
    [
        (b"", 'the frame does not begin with ":"', 0),
        (b"0107F8\r\n", 'the frame does not begin with ":"', 0),
        (b":0107F8\n", "the frame does not end with CR and LF", 8),
        (b":0107F8\r", "the frame does not end with CR and LF", 8),
        (b":0107F9\r\n", "LRC F8 expected, F9 found", 5),
        (b":010bf4\r\n", "'b' is none of the digits 0 to 9 and A to F", 4),
        (b":01G7F8\r\n", "'G' is none of the digits 0 to 9 and A to F", 3),
        (b":01\x000F4\r\n", "'\\x00' is none of the digits 0 to 9 and A to F", 3),
        (b":0107F\r\n", "5 digits are no whole bytes", 6),
        (b":01FF\r\n", "4 digits are no ASCII frame; the shortest has 6", 5),
        (AsciiAdu(1, bytes(254)).encode(), "515 characters are no ASCII frame; the longest has 513", 513),
    ],
)
def test_refused(adu, reason, offset):
    with pytest.raises(DecodeError) as refused:
        AsciiAdu.decode(adu)

    assert (refused.value.reason, refused.value.offset) == (reason, offset)
    assert AsciiFrame(adu).fault


def test_longest():
    adu = AsciiAdu(1, bytes(253)).encode()

    assert len(adu) == 513
    assert AsciiFrame(adu).fault is None


@given(st.binary(max_size=600))
def test_any_bytes_can_be_asked(raw):
    frame = AsciiFrame(raw)

    assert (frame.unit is None) == (frame.body == b"")
    assert frame.pdu == frame.body[1:-1]
