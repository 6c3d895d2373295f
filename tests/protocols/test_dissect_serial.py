"""What a reader is told about the bytes of a serial line's frames, right or wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.protocols.modbus import Adu, AsciiAdu, RtuAdu, dissect, dissect_ascii, dissect_rtu
from tests.protocols.test_against_tshark import DIALOGUE

QUESTION = b"\x01\x00\x13\x00\x13"
ANSWER = b"\x01\x03\xcd\x6b\x05"
PAIRS = [(request.encode(), response.encode()) for request, _, response, _ in DIALOGUE]


def told(fields):
    return [(field.start, field.end, field.name, field.value) for field in fields]


def test_rtu():
    asked = RtuAdu(17, QUESTION).encode()

    assert told(dissect_rtu(asked, response=False)) == [
        (0, 1, "address", "17 (0x11)"),
        (1, 2, "function code", "1 (Read Coils)"),
        (2, 4, "starting address", "19 (0x0013)"),
        (4, 6, "quantity", "19"),
        (6, 8, "CRC", "8E 92 (right)"),
    ]
    answered = dissect_rtu(RtuAdu(17, ANSWER).encode(), response=True, request=asked)
    assert told(answered)[3] == (3, 6, "coil status", "10110011 11010110 101")


def test_ascii():
    asked = AsciiAdu(17, QUESTION).encode()

    assert told(dissect_ascii(asked, response=False)) == [
        (0, 1, "start", '":"'),
        (1, 3, "address", "17 (0x11)"),
        (3, 5, "function code", "1 (Read Coils)"),
        (5, 9, "starting address", "19 (0x0013)"),
        (9, 13, "quantity", "19"),
        (13, 15, "LRC", "C8 (right)"),
        (15, 17, "end", "CR LF"),
    ]
    answered = dissect_ascii(AsciiAdu(17, ANSWER).encode(), response=True, request=asked)
    assert told(answered)[4] == (7, 13, "coil status", "10110011 11010110 101")
    assert dissect_ascii(AsciiAdu(17, ANSWER, end=b"\r*").encode(), response=True)[-1].value == "CR '*'"


def test_a_wrong_check_is_shown_with_the_right_one():
    rtu = dissect_rtu(RtuAdu(2, b"\x07", crc=0x4112).encode(), response=False)
    line = dissect_ascii(AsciiAdu(2, b"\x07", lrc=0).encode(), response=False)

    assert rtu[-1].value == "12 41 (wrong, 41 12 is right)"
    assert line[-2].value == "00 (wrong, F7 is right)"


def test_bytes_beyond_the_layout_stand_before_the_check():
    fields = dissect_rtu(RtuAdu(2, b"\x83\x02\x00").encode(), response=True)

    assert [field.name for field in fields] == [
        "address",
        "function code",
        "exception code",
        "undecoded bytes",
        "CRC",
    ]


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (b"\x01", ["address"]),
        (b"\x01\x03", ["address", "function code"]),
        (b"\x01\x03\x00", ["address", "function code", "undecoded bytes"]),
    ],
)
def test_what_is_too_short_for_a_crc_has_none(raw, names):
    assert [field.name for field in dissect_rtu(raw, response=False)] == names


def test_characters_that_spell_no_bytes_are_shown_as_text_that_cannot_leave_its_line():
    assert told(dissect_ascii(b":01G3\x1b\r\n", response=True)) == [
        (0, 1, "start", '":"'),
        (1, 8, "undecoded characters", "'01G3\\x1b\\r\\n'"),
    ]
    assert told(dissect_ascii(b"\x00", response=True)) == [(0, 1, "undecoded characters", "'\\x00'")]
    assert told(dissect_ascii(b":", response=True)) == [(0, 1, "start", '":"')]


@pytest.mark.parametrize(("asked", "answered"), PAIRS)
def test_every_function_has_the_fields_that_it_has_over_tcp(asked, answered):
    for pdu, response in ((asked, False), (answered, True)):
        request = None if not response else asked
        expected = [
            (field.start - 7, field.end - 7, field.name, field.value)
            for field in dissect(
                Adu(1, 17, pdu).encode(), response=response, request=request and Adu(1, 17, request).encode()
            )[4:]
        ]
        rtu = dissect_rtu(
            RtuAdu(17, pdu).encode(), response=response, request=request and RtuAdu(17, request).encode()
        )
        line = dissect_ascii(
            AsciiAdu(17, pdu).encode(), response=response, request=request and AsciiAdu(17, request).encode()
        )
        assert [(one.start - 1, one.end - 1, one.name, one.value) for one in rtu[1:-1]] == expected
        assert [
            ((one.start - 3) // 2, (one.end - 3) // 2, one.name, one.value) for one in line[2:-2]
        ] == expected
        assert "undecoded bytes" not in {name for *_, name, _ in expected}


frames = st.one_of(
    st.binary(max_size=300),
    st.builds(RtuAdu, st.integers(0, 255), st.binary(max_size=260)).map(RtuAdu.encode),
    st.builds(AsciiAdu, st.integers(0, 255), st.binary(max_size=260)).map(AsciiAdu.encode),
)


@given(st.sampled_from([dissect_rtu, dissect_ascii]), frames, st.booleans(), st.one_of(st.none(), frames))
def test_dissection_covers_every_byte_once_in_order(dissected, adu, response, request_):
    fields = dissected(adu, response=response, request=request_)
    ends = [0, *(field.end for field in fields)]

    assert [field.start for field in fields] == ends[:-1]
    assert ends[-1] == len(adu)
    assert all(field.start < field.end and field.name and field.value for field in fields)
