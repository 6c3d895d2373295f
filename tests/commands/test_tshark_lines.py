"""What a run kept of a serial line, read by tshark: as a line, as a gateway's stream, and as characters."""

import shlex
import subprocess
from dataclasses import dataclass

import pytest

from testbed.model.connect import endpoint
from testbed.protocols.modbus import AsciiFrame, RtuFrame, crc16
from testbed.testers.modbus.captures import shown_by
from testbed.testers.modbus.connected import ON_PURPOSE
from testbed.wire import rtac
from testbed.wire.blocks import packets
from tests.commands.test_simulate import simulated

RTU = ("mbrtu.crc16", "mbrtu.crc16.status", "mbrtu.unit_id", "modbus.func_code", "modbus.exception_code")
FIELDS = ("frame.number", "tcp.dstport", "tcp.payload", "frame.comment", "_ws.malformed", "data.data", *RTU)
GOOD, BAD = "1", "0"
SHORTEST = 5
"""Bytes of the shortest frame that tshark takes for Modbus RTU; some requests have four."""
BROADCAST = 0
"""Nor does tshark take a frame to this address for Modbus RTU."""


@dataclass(frozen=True)
class Shown:
    """One frame with characters: what it holds, and tshark's fields of it."""

    sent: bool
    data: bytes
    fields: dict[str, str]

    @property
    def on_purpose(self) -> bool:
        return ON_PURPOSE in self.fields["frame.comment"]

    @property
    def is_taken(self) -> bool:
        """Whether tshark takes such a frame for Modbus RTU at all."""
        return len(self.data) >= SHORTEST and self.data[0] != BROADCAST


def dissected(program, folder, connect):
    """Every frame that carries data, of every capture of a bundle, shown as its captures say."""
    captures = sorted((folder / "bundle" / "wire").iterdir())
    assert len(captures) > 100
    merged = folder / "all.pcapng"
    names = [capture.name for capture in captures]  # mergecap notes them, and breaks beyond 64 kB of paths
    command = [program("mergecap"), "-a", "-w", merged, *names]
    subprocess.run(command, cwd=captures[0].parent, check=True, capture_output=True)
    place = endpoint(connect)
    assert all(f"shown by: {shown_by(place)}".encode() in capture.read_bytes() for capture in captures)
    _, *options = shlex.split(
        shown_by(place).partition(" (")[0].replace("FILE", str(merged)).replace(" -V", "")
    )
    options += ["-o", "tcp.analyze_sequence_numbers:FALSE"]  # ports come again in another capture
    options += ["-E", "aggregator= ", "-E", "separator=/t", "-T", "fields"]
    columns = [part for field in FIELDS for part in ("-e", field)]
    done = subprocess.run(
        [program("tshark"), *options, *columns], check=True, capture_output=True, text=True, timeout=120
    )
    rows = [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in done.stdout.splitlines()]
    found = []
    for packet, row in zip(packets(merged.read_bytes()), rows, strict=True):
        if packet.link == rtac.LINK and (line := rtac.read(packet.data)) and line.data:
            found.append(Shown(line.is_sent, line.data, row))
        elif row["tcp.payload"]:
            sent = row["tcp.dstport"] == str(place.port or 502)
            found.append(Shown(sent, bytes.fromhex(row["tcp.payload"]), row))
    assert len(found) > 1000
    return found


def ran(tmp_path_factory, started, declare, program, over):
    folder = tmp_path_factory.mktemp("lines")
    device, words = (f"plc-{over}", {}) if over != "rtu+tcp" else ("plc-rtu", {"over=rtu": f"over={over}"})
    started("run", declare(folder, device, words=words), "--out", "bundle", "--fuzz-budget", "20", cwd=folder)
    return dissected(program, folder, f"sim:plc?over={over}")


@pytest.fixture(scope="module", params=["rtu", pytest.param("rtu+tcp", marks=pytest.mark.acceptance)])
def frames(request, tmp_path_factory, started, declare, program):
    return ran(tmp_path_factory, started, declare, program, request.param)


def test_nothing_is_malformed_but_on_purpose(frames):
    malformed = [one for one in frames if one.fields["_ws.malformed"]]

    assert {(one.sent, one.on_purpose) for one in malformed} <= {(True, True)}


def test_every_crc_is_good_but_on_purpose(frames):
    judged = [one for one in frames if one.is_taken and not one.on_purpose]

    assert len(judged) > 0.8 * sum(one.is_taken for one in frames)
    assert [one.data.hex(" ") for one in judged if one.fields["mbrtu.crc16.status"] != GOOD] == []


def test_tshark_and_our_codec_agree_on_every_crc(frames):
    """Of a broken frame tshark may take a part for the whole; then it judges other bytes than we do."""
    whole = [one for one in frames if one.fields["mbrtu.crc16"] == f"0x{one.data[-2:].hex()}"]
    ours = [BAD if crc16(one.data) else GOOD for one in whole]

    assert len(whole) > 0.8 * len(frames)
    assert [one.fields["mbrtu.crc16.status"] for one in whole] == ours
    assert set(ours) == {GOOD, BAD}


def test_every_sound_frame_is_read_as_our_codec_reads_it(frames):
    sound = [
        one for one in frames if one.is_taken and RtuFrame(one.data).fault is None and not one.on_purpose
    ]
    for one in sound:
        frame = RtuFrame(one.data)
        assert int(one.fields["mbrtu.unit_id"]) == frame.unit
        assert int(one.fields["modbus.func_code"]) == frame.pdu[0] & 0x7F
        refusal = str(frame.pdu[1]) if frame.pdu[0] & 0x80 else ""
        assert one.fields["modbus.exception_code"] == refusal

    assert len(sound) > 1000


def test_the_device_sends_whole_frames(frames):
    answers = [one for one in frames if not one.sent]

    assert len(answers) > 500
    assert [one.data.hex(" ") for one in answers if RtuFrame(one.data).fault] == []
    assert {one.fields["frame.comment"] for one in answers} == {""}


@pytest.mark.acceptance
def test_ascii_frames_are_shown_as_characters_with_what_they_spell(
    tmp_path_factory, started, declare, program
):
    frames = ran(tmp_path_factory, started, declare, program, "ascii")

    assert {one.fields["_ws.malformed"] for one in frames} == {""}
    assert [bytes.fromhex(one.fields["data.data"]) for one in frames] == [one.data for one in frames]
    answers = [one for one in frames if not one.sent]
    assert len(answers) > 500
    for one in answers:
        frame = AsciiFrame(one.data)
        check = f"{frame.body[-1]:02X}"
        assert frame.fault is None
        assert (
            one.fields["frame.comment"] == f"spells {frame.body[:-1].hex(' ').upper()}, LRC {check} (right)"
        )
    wrong = [one for one in frames if " is right)" in one.fields["frame.comment"]]
    assert wrong
    assert all(one.on_purpose for one in wrong)


@pytest.mark.acceptance
@pytest.mark.parametrize("over", ["rtu", "ascii"])
def test_a_port_is_captured_as_one(tmp_path, started, declare, program, over):
    """The run is as above on a pseudo-terminal, where frames come in the pieces that the system gives."""
    with simulated("plc", "--over", over) as (_, connect):
        words = {f"sim:plc?over={over}": f"{connect}"}
        path = declare(tmp_path, f"plc-{over}", words=words)
        done = started("run", path, "--out", "bundle", "--fuzz-budget", "20", cwd=tmp_path, within=600)
        assert "FAIL" not in done.stdout + done.stderr
        frames = dissected(program, tmp_path, connect)

    framed = RtuFrame if over == "rtu" else AsciiFrame
    assert [one.data for one in frames if not one.sent and framed(one.data).fault] == []
    assert {one.on_purpose for one in frames if one.fields["_ws.malformed"]} <= {True}
