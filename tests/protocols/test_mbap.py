"""MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3: the MBAP header and its stream."""

import pytest

from testbed.protocols.modbus import Adu, Frame, Framer


def test_header():
    assert Adu(0x1501, 0xFF, b"\x03\x00\x04\x00\x01").encode() == bytes.fromhex("15010000 0006 FF 0300040001")
    assert Adu(1, 2, b"\x07", protocol=3, length=0xFFFF).encode() == bytes.fromhex("00010003 FFFF 02 07")


def test_frame_reads_the_header():
    (frame,) = Framer().feed(bytes.fromhex("15010000 0006 FF 0300040001"))

    assert (frame.transaction, frame.protocol, frame.length, frame.unit) == (0x1501, 0, 6, 0xFF)
    assert frame.pdu == b"\x03\x00\x04\x00\x01"


def test_two_adus_in_one_segment_and_one_in_many():
    first, second = Adu(1, 1, b"\x07"), Adu(2, 1, b"\x0b")
    framer = Framer()
    frames = framer.feed(first.encode() + second.encode()[:3])

    assert [frame.raw for frame in frames] == [first.encode()]
    assert framer.pending == second.encode()[:3]
    assert framer.expected is None
    assert framer.feed(second.encode()[3:6]) == []
    assert framer.expected == 8
    assert framer.feed(second.encode()[6:]) == [Frame(second.encode(), offset=8)]
    assert framer.pending == b""


@pytest.mark.parametrize(("length", "size"), [(0, 6), (1, 7), (254, 260), (255, 261), (0xFFFF, 65541)])
def test_length_field_alone_cuts(length, size):
    data = Adu(1, 1, bytes(70000), length=length).encode()
    first = Framer().feed(data)[0]

    assert first.raw == data[:size]
    assert first.unit == (None if length == 0 else 1)
    assert first.pdu == data[7:size]


def test_frame_of_too_few_bytes_can_be_asked():
    frame = Frame(b"\x12")

    assert (frame.transaction, frame.protocol, frame.length, frame.unit, frame.pdu) == (0x12, 0, 0, None, b"")
