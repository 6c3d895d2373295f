"""A serial line is captured as one: our own bytes, what tshark makes of them, and reading them back."""

import struct
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.protocols.modbus import AsciiAdu, ReadHoldingRegisters, ReadHoldingRegistersResponse, RtuAdu
from testbed.wire.pcapng import capture
from testbed.wire.playback import UnreadableError, steps
from testbed.wire.recorder import Kind, Recorder
from tests.wire.test_pcapng import blocks, options

EPOCH = 1_795_339_800.0
SHAPE = "19200 8E1"
NOWHERE = ("", 0)
PORT = ("/dev/ttyUSB0", 0)
TESTER, DEVICE = ("127.0.0.1", 49152), ("127.0.0.1", 502)
ASK = RtuAdu(17, ReadHoldingRegisters(107, 3).encode()).encode()
ANSWER = RtuAdu(17, ReadHoldingRegistersResponse((555, 0, 100)).encode()).encode()
SHOWN_BY = ("-d", "rtacser.data,mbrtu", "-o", "mbrtu.crc_verification:TRUE")
TRAFFIC = st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), min_size=1, max_size=6)


def recorded(*packets, over_tcp=False):
    now = iter(range(10_000))
    recorder = Recorder(lambda: next(now) / 1000)
    line = recorder.opened(NOWHERE, PORT, SHAPE)
    if over_tcp:
        recorder.opened(TESTER, DEVICE)
    for sent, data, *comment in packets:
        recorder.record(line, Kind.DATA, sent=sent, data=data, comment="".join(comment))
    return recorder


def closed(recorder):
    recorder.record(0, Kind.FIN, sent=True)
    return recorder


def interfaces(data):
    found = [body for kind, body in blocks(data) if kind == 1]
    return [(struct.unpack_from("<HHI", body), options(body[8:])) for body in found]


def packets(data):
    for kind, body in blocks(data):
        if kind == 6:
            interface, high, low, size, _ = struct.unpack_from("<5I", body)
            yield interface, high << 32 | low, body[20 : 20 + size]


def test_a_port_is_an_interface_of_its_own_with_its_name_and_its_characters():
    name, shape = (2, b"/dev/ttyUSB0"), (3, b"serial line, 19200 8E1")

    assert interfaces(capture(recorded(), comment="", epoch=EPOCH)) == [((250, 0, 0), [name, shape])]
    both = capture(recorded(over_tcp=True), comment="", epoch=EPOCH)
    assert interfaces(both) == [((250, 0, 0), [name, shape]), ((1, 0, 0), [])]
    assert [interface for interface, *_ in packets(both)] == [0, 1, 1, 1]


def test_twelve_bytes_stand_before_the_characters():
    data = capture(closed(recorded((True, ASK), (False, ANSWER))), comment="", epoch=EPOCH)
    found = [(at, struct.unpack_from(">IIBBH", packet), packet[12:]) for _, at, packet in packets(data)]

    assert [at - int(EPOCH * 1e6) for at, *_ in found] == [1000, 2000, 3000, 4000]
    assert all(head[0] * 1_000_000 + head[1] == at for at, head, _ in found)
    lines_up = 0x08 | 0x10  # RTS and DTR
    assert [(*head[2:], data) for _, head, data in found] == [
        (0, lines_up, 0, b""),  # STATUS_CHANGE
        (1, lines_up, 0, ASK),  # DATA_TX_START
        (4, lines_up, 0, ANSWER),  # DATA_RX_END
        (0, 0, 0, b""),
    ]


def test_numbers_are_those_of_the_capture():
    kept = recorded((True, ASK), over_tcp=True)
    kept.record(1, Kind.DATA, sent=True, data=b"x")

    assert [packet.number for packet in kept.packets] == [1, 4, 5, 6]
    assert len(list(packets(capture(kept, comment="", epoch=EPOCH)))) == 6


def shown(program, folder, kept, *fields):
    file = folder / "case.pcapng"
    file.write_bytes(capture(kept, comment="", epoch=EPOCH))
    columns = [part for name in fields for part in ("-e", name)]
    command = [program("tshark"), "-r", file, *SHOWN_BY, "-E", "separator=|", "-T", "fields", *columns]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [line.split("|") for line in done.stdout.splitlines()]


def test_tshark_hands_rtu_frames_on_and_judges_their_crc(program, tmp_path):
    bad = ANSWER[:-1] + bytes((ANSWER[-1] ^ 1,))
    kept = closed(recorded((True, ASK), (False, ANSWER), (True, ASK), (False, bad)))
    asked = ["mbrtu.unit_id", "modbus.func_code", "modbus.regval_uint16", "mbrtu.crc16.status"]
    rows = shown(program, tmp_path, kept, "_ws.col.Protocol", *asked, "_ws.malformed")

    rtu = "Modbus RTU"
    assert rows == [
        ["RTAC Serial", "", "", "", "", ""],
        [rtu, "17", "3", "", "1", ""],
        [rtu, "17", "3", "555,0,100", "1", ""],
        [rtu, "17", "3", "", "1", ""],
        [rtu, "17", "3", "555,0,100", "0", ""],
        ["RTAC Serial", "", "", "", "", ""],
    ]


def test_tshark_shows_ascii_frames_and_stumps_as_characters(program, tmp_path):
    frame = AsciiAdu(17, ReadHoldingRegisters(107, 3).encode()).encode()
    kept = recorded((True, frame), (False, b"\x01"), (False, b":"))
    rows = shown(program, tmp_path, kept, "rtacser.eventtype", "data.data", "_ws.malformed")

    assert [row[::2] for row in rows] == [["0x00", ""], ["0x01", ""], ["0x04", ""], ["0x04", ""]]
    assert rows[2][1] == "01"


def told(recorder):
    return [(packet.connection, packet.kind, packet.sent, packet.data) for packet in recorder.packets]


def read(data):
    return [(step.connection, step.kind, step.sent, step.data) for step in steps(data)]


@given(TRAFFIC, st.booleans())
def test_what_was_recorded_is_read_back(traffic, over_tcp):
    kept = closed(recorded((True, b"?"), *traffic, over_tcp=over_tcp))
    data = capture(kept, comment="c", epoch=1e9)

    assert read(data) == told(kept)
    numbers = [step.frame for step in steps(data) if step.kind is Kind.DATA]
    assert numbers == [packet.number for packet in kept.packets if packet.kind is Kind.DATA]


def test_a_port_opened_again_is_another_connection():
    kept = closed(recorded((True, ASK)))
    again = kept.opened(NOWHERE, PORT, SHAPE)
    kept.record(again, Kind.DATA, sent=True, data=ASK)

    assert read(capture(kept, comment="", epoch=0)) == told(kept)


def test_pieces_that_a_capture_joins_are_known_by_its_comment():
    said = "sent in 2 segments of 3,5 bytes, 2 ms apart"
    (_, step) = steps(capture(recorded((True, ASK, said)), comment="", epoch=0))

    assert (step.pieces, step.pause) == ((3, 5), 0.002)


def test_a_capture_that_began_later_has_a_connection_all_the_same():
    section, interface, _, *rest = [
        struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))
        for kind, body in blocks(capture(recorded((True, ASK), (False, ANSWER)), comment="", epoch=0))
    ]

    assert read(section + interface + b"".join(rest)) == [
        (0, Kind.DATA, True, ASK),
        (0, Kind.DATA, False, ANSWER),
    ]


def test_where_nothing_was_sent_there_is_nothing_to_replay():
    with pytest.raises(UnreadableError, match="nothing in the capture was sent"):
        steps(capture(recorded((False, ANSWER)), comment="", epoch=0))


GOOD = capture(closed(recorded((True, ASK), (False, ANSWER))), comment="c", epoch=0)


@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=12),
    st.integers(0, len(GOOD)),
)
def test_a_damaged_capture_is_read_or_refused_and_never_crashes(changes, length):
    data = bytearray(GOOD)
    for at, value in changes:
        data[at] = value
    try:
        readable = any(step.sent and step.data for step in steps(bytes(data[:length])))
    except UnreadableError as error:
        readable = bool(str(error))
    assert readable
