"""Frames of a serial line as evidence: their fields on the page, and how a capture says to show them."""

import shlex
import subprocess

import pytest

from testbed.model.connect import endpoint
from testbed.protocols.modbus import (
    Adu,
    AsciiAdu,
    ReadCoils,
    ReadCoilsResponse,
    ReadHoldingRegisters,
    ReadHoldingRegistersResponse,
    RtuAdu,
)
from testbed.testers.modbus.captures import captured, shown_by
from testbed.testers.modbus.evidence import MOST_BYTES, evidence
from testbed.testers.modbus.layout import ASCII, MBAP, RTU
from testbed.wire.recorder import Kind, Recorder

ASK, ANSWER = ReadCoils(19, 3).encode(), ReadCoilsResponse((True, False, True)).encode()
WORDS, VALUES = ReadHoldingRegisters(107, 3).encode(), ReadHoldingRegistersResponse((555, 0, 100)).encode()
ON_A_LINE = (("", 0), ("/dev/ttyUSB0", 0), "19200 8E1")


def talk(*packets, over=ON_A_LINE):
    kept = Recorder(lambda: 0.0)
    kept.opened(*over)
    for sent, data in packets:
        kept.record(0, Kind.DATA, sent=sent, data=data)
    return kept


@pytest.mark.parametrize(("framed", "layout", "at"), [(RtuAdu, RTU, (3, 4)), (AsciiAdu, ASCII, (7, 9))])
def test_an_answer_is_read_with_the_request_before_it(framed, layout, at):
    kept = talk(
        (True, framed(17, WORDS).encode()),
        (False, framed(17, VALUES).encode()),
        (True, framed(17, ASK).encode()),
        (False, framed(17, ANSWER).encode()),
    )
    *_, answer = evidence(kept, {5}, {5: at}, layout)

    status = next(field for field in answer.fields if field.name == "coil status")
    assert (status.start, status.end, status.value, status.guilty) == (*at, "101", True)
    assert [field.name for field in answer.fields if field.guilty] == ["coil status"]


@pytest.mark.parametrize(
    ("frame", "layout", "name", "value"),
    [
        (RtuAdu(17, VALUES, crc=0).encode(), RTU, "CRC", "00 00 (wrong, C8 BA is right)"),
        (AsciiAdu(17, VALUES, lrc=0).encode(), ASCII, "LRC", "00 (wrong, 55 is right)"),
    ],
)
def test_a_wrong_check_is_named_on_the_page(frame, layout, name, value):
    (shown,) = evidence(talk((False, frame)), (), {}, layout)

    assert [(field.name, field.value) for field in shown.fields if field.name == name] == [(name, value)]


def test_characters_are_shown_to_the_longest_frame_and_no_further():
    longest = AsciiAdu(17, bytes(253)).encode()
    (shown,) = evidence(talk((False, longest)), (), {}, ASCII)
    (cut,) = evidence(talk((False, b":" + b"0" * 4000)), (), {}, ASCII)

    assert bytes.fromhex(shown.hex) == longest
    assert len(cut.hex) == 2 * 2 * MOST_BYTES


OVER_TCP = (("127.0.0.1", 49152), ("127.0.0.1", 5020))
MBTCP = [Adu(1, 17, WORDS).encode(), Adu(1, 17, VALUES).encode()]
MBRTU = [RtuAdu(17, WORDS).encode(), RtuAdu(17, VALUES).encode()]


@pytest.mark.parametrize(
    ("connect", "adus"),
    [
        ("tcp://127.0.0.1:5020", MBTCP),
        ("rtu+tcp://127.0.0.1:5020", MBRTU),
        ("serial:///dev/ttyUSB0", MBRTU),
    ],
)
def test_the_command_that_a_capture_names_shows_it(program, tmp_path, connect, adus):
    place = endpoint(connect)
    over = ON_A_LINE if place.scheme == "serial" else OVER_TCP
    file = tmp_path / "case.pcapng"
    file.write_bytes(
        captured(talk((True, adus[0]), (False, adus[1]), over=over), place, comment="c", epoch=0)
    )
    command = shlex.split(shown_by(place).replace("FILE", str(file)))
    assert command[0] == "tshark"
    columns = ["_ws.col.Protocol", "modbus.func_code", "modbus.regval_uint16", "mbrtu.crc16.status"]
    fields = [part for name in columns for part in ("-e", name)]
    done = subprocess.run(
        [program("tshark"), *command[1:], "-T", "fields", "-E", "separator=|", *fields],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    *_, first, second = [line.split("|") for line in done.stdout.splitlines()]
    protocol, crc = ("Modbus/TCP", "") if adus is MBTCP else ("Modbus RTU", "1")

    assert first == [protocol, "3", "", crc]
    assert second == [protocol, "3", "555,0,100", crc]
    assert f"shown by: {shown_by(place)}".encode() in file.read_bytes()


def test_what_ascii_characters_spell_stands_beside_them():
    place = endpoint("serial:///dev/ttyUSB0?unit=17&mode=ascii")
    kept = talk(
        (True, AsciiAdu(17, WORDS).encode()),
        (False, AsciiAdu(17, b"\x83\x02", lrc=1).encode()),
        (False, b":1"),
    )
    data = captured(kept, place, comment="c", epoch=0)

    assert b"spells 11 03 00 6B 00 03, LRC 7E (right)" in data
    assert b"spells 11 83 02, LRC 01 (wrong, 6A is right)" in data
    assert data.count(b"spells") == 3  # the third tells of tshark


def test_over_tcp_the_transaction_tells_what_is_answered():
    kept = talk(
        (True, Adu(1, 17, ASK).encode()),
        (True, Adu(2, 17, WORDS).encode()),
        (False, Adu(1, 17, ANSWER).encode()),
        over=OVER_TCP,
    )
    *_, answer = evidence(kept, (), {}, MBAP)

    assert answer.fields[-1].value == "101"
