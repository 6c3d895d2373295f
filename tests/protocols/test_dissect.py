"""What a reader is told about the bytes of an ADU, right or wrong."""

from testbed.protocols.modbus import Adu, dissect

QUESTION = bytes.fromhex("0007 0000 0006 11 01 0013 0013")


def told(adu, **direction):
    return [(field.name, field.value) for field in dissect(adu, **direction)]


def test_request():
    assert [(field.start, field.end) for field in dissect(QUESTION, response=False)] == [
        (0, 2),
        (2, 4),
        (4, 6),
        (6, 7),
        (7, 8),
        (8, 10),
        (10, 12),
    ]
    assert told(QUESTION, response=False) == [
        ("transaction identifier", "7 (0x0007)"),
        ("protocol identifier", "0 (0x0000)"),
        ("length", "6"),
        ("unit identifier", "17 (0x11)"),
        ("function code", "1 (Read Coils)"),
        ("starting address", "19 (0x0013)"),
        ("quantity", "19"),
    ]


def test_bits_are_shown_in_the_order_of_their_addresses_and_padding_only_where_it_is_wrong():
    good = Adu(7, 17, bytes.fromhex("01 03 CD 6B 05")).encode()
    padded = Adu(7, 17, bytes.fromhex("01 03 CD 6B FD")).encode()

    assert told(good, response=True, request=QUESTION)[-1] == ("coil status", "10110011 11010110 101")
    assert told(padded, response=True, request=QUESTION)[-1] == (
        "coil status",
        "10110011 11010110 101 (padding 31)",
    )
    assert told(good, response=True)[-1] == ("coil status", "10110011 11010110 10100000")


def test_exception():
    adu = Adu(7, 17, b"\x83\x02").encode()

    assert told(adu, response=True)[-2:] == [
        ("function code", "131 (exception to 3, Read Holding Registers)"),
        ("exception code", "2 (Illegal Data Address)"),
    ]


def test_registers_as_far_as_they_go():
    short = Adu(7, 17, bytes.fromhex("03 06 022B 0000 64")).encode()
    long = Adu(7, 17, bytes.fromhex("03 02 022B 0000")).encode()

    assert told(short, response=True)[-2:] == [("register values", "555 0"), ("undecoded bytes", "64")]
    assert told(long, response=True)[-2:] == [("register values", "555"), ("undecoded bytes", "00 00")]


def test_bytes_that_the_length_field_does_not_count():
    adu = Adu(7, 17, bytes.fromhex("03 02 022B"), length=4).encode()

    assert told(adu, response=True)[-2:] == [("byte count", "2"), ("undecoded bytes", "02 2b")]
    assert told(Adu(7, 17, b"\x07", length=0).encode(), response=False)[-1] == ("undecoded bytes", "11 07")


def test_text_of_a_device_cannot_leave_its_line():
    adu = Adu(7, 17, b"\x2b\x0e\x01\x01\x00\x00\x01\x00\x05<\n\x1b\xff'").encode()

    assert told(adu, response=True)[-1] == ("object value", '"<\\n\\x1b\\xff\'"')


def test_what_is_not_public():
    assert told(Adu(7, 17, b"\x5a\x01").encode(), response=False)[-2:] == [
        ("function code", "90 (not public)"),
        ("undecoded bytes", "01"),
    ]
    assert told(Adu(7, 17, b"\xda\x7f").encode(), response=True)[-2:] == [
        ("function code", "218 (exception to 90, not public)"),
        ("exception code", "127 (not public)"),
    ]
    assert told(b"\x00\x07\x00", response=False) == [
        ("transaction identifier", "7 (0x0007)"),
        ("undecoded bytes", "00"),
    ]
