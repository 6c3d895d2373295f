"""Captures: read again by a parser of our own, written from the format's description, and by tshark."""

import ipaddress
import shutil
import struct
import subprocess

import pytest

from testbed.wire.pcapng import capture
from testbed.wire.recorder import Kind
from tests.wire.bench import recorder

ASK = bytes.fromhex("1234 0000 0006 01 03 0000 0001")
ANSWER = bytes.fromhex("1234 0000 0005 01 03 02 002A")
EPOCH = 1_795_339_800.0


def talk(*addresses):
    """Record a short connection for each pair of addresses."""
    times = iter(range(1000))
    kept = recorder(lambda: next(times) / 1000)
    for tester, device in addresses:
        line = kept.opened((tester, 49152), (device, 502))
        kept.record(line, Kind.DATA, sent=True, data=ASK, comment="전송 → on purpose")
        kept.record(line, Kind.DATA, sent=False, data=ANSWER)
        kept.record(line, Kind.FIN, sent=True)
        kept.record(line, Kind.RST, sent=False)
    return kept


def blocks(data):
    """Split a pcapng file into blocks: type, body."""
    while data:
        kind, length = struct.unpack_from("<II", data)
        assert length % 4 == 0
        assert length >= 12
        assert struct.unpack_from("<I", data, length - 4) == (length,)
        yield kind, data[8 : length - 4]
        data = data[length:]


def options(data):
    """Read the options of a block: code, value."""
    found = []
    while data:
        code, length = struct.unpack_from("<HH", data)
        if code == 0:
            assert (length, data[4:]) == (0, b"")
            return found
        found.append((code, data[4 : 4 + length]))
        data = data[4 + length + -length % 4 :]
    return found


def packets(data):
    """Read the enhanced packet blocks: time in microseconds, frame, comment."""
    for kind, body in list(blocks(data))[2:]:
        assert kind == 6
        interface, high, low, captured, original = struct.unpack_from("<5I", body)
        assert (interface, captured) == (0, original)
        rest = body[20 + captured + -captured % 4 :]
        yield high << 32 | low, body[20 : 20 + captured], [value.decode() for _, value in options(rest)]


def sums_to_zero(data):
    """Check an Internet checksum (RFC 1071) over data that contain it."""
    data += b"\0" * (len(data) % 2)
    total = sum(data[at] << 8 | data[at + 1] for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total == 0xFFFF


def segment(frame):
    """Take a TCP segment out of a frame, checking everything around it: ports, numbers, flags, data."""
    kind, packet = frame[12:14], frame[14:]
    if kind == b"\x08\x00":
        assert packet[0] == 0x45
        assert (packet[9], struct.unpack_from(">H", packet, 2)) == (6, (len(packet),))
        assert sums_to_zero(packet[:20])
        addresses, tcp = packet[12:20], packet[20:]
    else:
        assert kind == b"\x86\xdd"
        assert packet[0] >> 4 == 6
        assert (packet[6], struct.unpack_from(">H", packet, 4)) == (6, (len(packet) - 40,))
        addresses, tcp = packet[8:40], packet[40:]
    assert sums_to_zero(addresses + struct.pack(">II", len(tcp), 6) + tcp)
    source, target, sequence, acknowledged, offset, flags = struct.unpack_from(">HHIIBB", tcp)
    assert offset == 0x50
    half = len(addresses) // 2
    sender = str(ipaddress.ip_address(addresses[:half]))
    return sender, source, target, sequence, acknowledged, flags, tcp[20:]


def test_the_file_begins_as_it_should():
    first, second = list(blocks(capture(talk(), comment="suite/case\nMB-X: PASS", epoch=EPOCH)))
    assert first[0] == 0x0A0D0D0A
    assert struct.unpack_from("<IHHq", first[1]) == (0x1A2B3C4D, 1, 0, -1)
    assert options(first[1][16:]) == [(1, b"suite/case\nMB-X: PASS")]
    assert second == (1, struct.pack("<HHI", 1, 0, 0))


@pytest.mark.parametrize(("tester", "device"), [("10.0.0.1", "10.0.0.2"), ("fe80::1%eth0", "fe80::2")])
def test_every_packet_is_a_sound_frame_of_one_stream(tester, device):
    here, there = tester.partition("%")[0], device
    kept = talk((tester, device))
    frames = [segment(frame) for _, frame, _ in packets(capture(kept, comment="", epoch=EPOCH))]
    a, b = len(ASK), len(ANSWER)
    assert frames == [
        (here, 49152, 502, 0, 0, 0x02, b""),
        (there, 502, 49152, 0, 1, 0x12, b""),
        (here, 49152, 502, 1, 1, 0x10, b""),
        (here, 49152, 502, 1, 1, 0x18, ASK),
        (there, 502, 49152, 1, 1 + a, 0x18, ANSWER),
        (here, 49152, 502, 1 + a, 1 + b, 0x11, b""),
        (there, 502, 49152, 1 + b, 2 + a, 0x14, b""),
    ]


def test_times_and_comments():
    kept = talk(("127.0.0.1", "127.0.0.1"))
    found = list(packets(capture(kept, comment="", epoch=EPOCH)))
    assert [comments for _, _, comments in found] == [[], [], [], ["전송 → on purpose"], [], [], []]
    assert [time - int(EPOCH * 1e6) for time, _, _ in found] == [1000, 1000, 1000, 2000, 3000, 4000, 5000]


def test_numbers_are_those_that_the_recorder_gave():
    kept = talk(("127.0.0.1", "127.0.0.1"), ("::1", "::1"))
    frames = [segment(frame) for _, frame, _ in packets(capture(kept, comment="", epoch=EPOCH))]
    shown = {packet.number: packet.data for packet in kept.packets if packet.kind is Kind.DATA}
    assert {number: frames[number - 1][-1] for number in shown} == shown


def test_data_beyond_an_ip_packet_are_cut_and_said_to_be():
    kept = recorder()
    line = kept.opened(("127.0.0.1", 49152), ("127.0.0.1", 502))
    kept.record(line, Kind.DATA, sent=False, data=bytes(65541))
    kept.record(line, Kind.DATA, sent=False, data=bytes(65541), comment="incomplete frame")
    found = list(packets(capture(kept, comment="", epoch=EPOCH)))[3:]
    assert [len(segment(frame)[-1]) for _, frame, _ in found] == [60_000, 60_000]
    cut = "the first 60000 of 65541 bytes"
    assert [comments for _, _, comments in found] == [[cut], [f"incomplete frame; {cut}"]]


def test_a_comment_too_long_is_cut_between_characters():
    first, *_ = blocks(capture(talk(), comment="a" + "한" * 40_000, epoch=EPOCH))
    ((_, comment),) = options(first[1][16:])
    assert len(comment) <= 0xFFFF
    assert comment.decode() == "a" + "한" * ((0xFFFF - 1) // 3)


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_reads_it_without_complaint(tmp_path):
    file = tmp_path / "case.pcapng"
    file.write_bytes(capture(talk(("10.0.0.1", "10.0.0.2"), ("fe80::1", "fe80::2")), comment="", epoch=EPOCH))
    wanted = ["frame.number", "_ws.col.Protocol", "mbtcp.trans_id", "frame.comment", "tcp.analysis.flags"]
    checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
    fields = [part for name in wanted for part in ("-e", name)]
    shown = subprocess.run(
        ["tshark", "-r", file, *checks, "-T", "fields", *fields, "-E", "separator=|"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    rows = [line.split("|") for line in shown.stdout.splitlines()]
    assert [row[1] for row in rows] == [*["TCP"] * 3, *["Modbus/TCP"] * 2, *["TCP"] * 2] * 2
    assert [row[2] for row in rows if row[2]] == ["4660"] * 4
    assert [row[3] for row in rows if row[3]] == ["전송 → on purpose"] * 2
    assert not any(row[4] for row in rows)
    bad = subprocess.run(
        ["tshark", "-r", file, *checks, "-Y", "_ws.malformed or _ws.expert.severity == error"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert bad.stdout == ""
