"""MODBUS over Serial Line Specification V1.02, 2.5.1: RTU framing, and its CRC (6.2.2)."""

import ctypes
import ctypes.util
import os
import pty
import tty

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU

from testbed.protocols.modbus import DecodeError, EncodeError, RtuAdu, RtuFrame, crc16

EXAMPLES = {
    "02 07": "41 12",  # SL 6.2.2, worked by hand there
    "11 03 006B 0003": "76 87",  # Modicon's guide PI-MBUS-300, as many have computed it since
    "01 04 02 FFFF": "B8 80",
    "01 03 0000 000A": "C5 CD",
}
SIZES = st.binary(min_size=1, max_size=253)
UNITS = st.integers(0, 255)


@pytest.mark.parametrize(("body", "check"), EXAMPLES.items())
def test_examples(body, check):
    body, check = bytes.fromhex(body), bytes.fromhex(check)

    assert crc16(body).to_bytes(2, "little") == check
    assert RtuAdu(body[0], body[1:]).encode() == body + check
    assert RtuAdu.decode(body + check) == RtuAdu(body[0], body[1:])


def test_crc_by_the_polynomial_division_of_the_clause():
    """SL 6.2.2 step by step: shift right, and exclusive-or A001 where a one falls out."""
    for data in (b"", b"\x00", b"\xff" * 256, bytes(range(256))):
        register = 0xFFFF
        for byte in data:
            register ^= byte
            for _ in range(8):
                register, one = register >> 1, register & 1
                register ^= 0xA001 * one
        assert crc16(data) == register


@given(UNITS, SIZES)
def test_as_pymodbus_computes_it(unit, pdu):
    swapped = FramerRTU.compute_CRC(bytes((unit,)) + pdu)

    assert RtuAdu(unit, pdu).encode()[-2:] == swapped.to_bytes(2, "big")


@pytest.mark.skipif(ctypes.util.find_library("modbus") is None, reason="libmodbus is not installed")
def test_as_libmodbus_sends_it():
    """The library writes to a pseudo-terminal whatever it is told to, and adds its CRC."""
    library = ctypes.CDLL(ctypes.util.find_library("modbus"))
    library.modbus_new_rtu.restype = ctypes.c_void_p
    near, far = pty.openpty()
    tty.setraw(near)
    context = ctypes.c_void_p(
        library.modbus_new_rtu(os.ttyname(far).encode(), 115200, ctypes.c_char(b"N"), 8, 1)
    )
    try:
        assert library.modbus_connect(context) == 0
        for pdu in (b"\x07", bytes.fromhex("03 006B 0003"), b"\x08\x00\x00" + bytes(range(200))):
            raw = b"\x11" + pdu
            assert library.modbus_send_raw_request(context, raw, len(raw)) == len(raw) + 2
            sent = b""
            while len(sent) < len(raw) + 2:
                sent += os.read(near, 512)
            assert sent == RtuAdu(0x11, pdu).encode()
    finally:
        library.modbus_close(context)
        library.modbus_free(context)
        os.close(near)
        os.close(far)


@given(UNITS, SIZES)
def test_what_is_encoded_is_decoded_again(unit, pdu):
    adu = RtuAdu(unit, pdu)

    assert RtuAdu.decode(adu.encode()) == adu
    frame = RtuFrame(adu.encode())
    assert (frame.unit, frame.pdu, frame.fault) == (unit, pdu, None)


@given(UNITS, SIZES, st.data())
def test_no_single_bit_may_fall(unit, pdu, data):
    adu = bytearray(RtuAdu(unit, pdu).encode())
    bit = data.draw(st.integers(0, 8 * len(adu) - 1))
    adu[bit // 8] ^= 1 << bit % 8

    with pytest.raises(DecodeError, match="expected"):
        RtuAdu.decode(bytes(adu))


def test_wrong_on_purpose():
    assert RtuAdu(1, b"\x07", crc=0x1234).encode() == b"\x01\x07\x34\x12"
    for adu in (RtuAdu(256, b"\x07"), RtuAdu(-1, b"\x07"), RtuAdu(1, b"\x07", crc=0x10000)):
        with pytest.raises(EncodeError, match="does not fit"):
            adu.encode()


@pytest.mark.parametrize(
    ("adu", "reason", "offset"),
    [
        (b"", "0 bytes are no RTU frame; the shortest has 4", 0),
        (b"\x01\x41\x00", "3 bytes are no RTU frame; the shortest has 4", 3),
        (RtuAdu(1, bytes(254)).encode(), "257 bytes are no RTU frame; the longest has 256", 256),
        (b"\x02\x07\x12\x41", "CRC 41 12 expected, 12 41 found", 2),
    ],
)
def test_refused(adu, reason, offset):
    with pytest.raises(DecodeError) as refused:
        RtuAdu.decode(adu)

    assert (refused.value.reason, refused.value.offset) == (reason, offset)
    assert str(refused.value).endswith(f"(at byte {offset} of the frame)")
    assert RtuFrame(adu).fault == reason


@given(st.binary(max_size=300))
def test_any_bytes_can_be_asked(raw):
    frame = RtuFrame(raw)

    assert frame.unit == (raw[0] if raw else None)
    assert len(frame.pdu) == max(len(raw) - 3, 0)
