"""What a run kept on the wire, read by tshark: a dissector by another author, in another language."""

import re
import subprocess
from collections import Counter

import pytest

from testbed.protocols.modbus.mbap import Framer
from testbed.testers.modbus.connected import ON_PURPOSE
from testbed.testers.modbus.fuzz.session import FUZZED
from tests.commands.test_simulate import simulated

HEADER = ("mbtcp.trans_id", "mbtcp.prot_id", "mbtcp.len", "mbtcp.unit_id")
FUNCTION = ("modbus.func_code", "modbus.exception_code")
FIELDS = ("tcp.stream", "tcp.dstport", "tcp.payload", "frame.comment", "_ws.malformed", *HEADER, *FUNCTION)


def tshark(program, capture, *options, fields):
    columns = [part for field in fields for part in ("-e", field)]
    command = [program("tshark"), "-r", capture, *options, "-E", "aggregator= ", "-T", "fields", *columns]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return [dict(zip(fields, line.split("\t"), strict=True)) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module", params=["in process", "over TCP"])
def frames(request, tmp_path_factory, started, declare, program):
    """Every frame that carries data, of every capture of a run of the reference, as tshark's fields.

    The interoperability suite always meets sockets, so a run has servers on several ports.
    """
    folder = tmp_path_factory.mktemp("wire")
    if request.param == "in process":
        done = started("run", declare(folder, "plc"), "--out", "bundle", cwd=folder)
    else:
        with simulated("plc") as (_, endpoint):
            path = declare(folder, "plc", words={"sim:plc": f"{endpoint}?unit=1"})
            done = started("run", path, "--out", "bundle", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    captures = sorted((folder / "bundle" / "wire").iterdir())
    assert len(captures) > 100
    merged = folder / "all.pcapng"
    names = [capture.name for capture in captures]  # mergecap notes them, and breaks beyond 64 kB of paths
    command = [program("mergecap"), "-a", "-w", merged, *names]
    subprocess.run(command, cwd=captures[0].parent, check=True, capture_output=True)
    opened = tshark(program, merged, "-Y", "tcp.flags.syn==1 && tcp.flags.ack==0", fields=["tcp.dstport"])
    ports = {row["tcp.dstport"] for row in opened}
    options = [part for port in sorted(ports) for part in ("-d", f"tcp.port=={port},mbtcp")]
    options += ["-o", "tcp.analyze_sequence_numbers:FALSE"]  # ports come again in another capture
    options += ["-o", f"mbtcp.tcp.port:{','.join(sorted(ports))}", "-Y", "tcp.len>0"]
    rows = tshark(program, merged, *options, fields=FIELDS)
    return [
        row | {"sent": row["tcp.dstport"] in ports, "adu": bytes.fromhex(row["tcp.payload"])} for row in rows
    ]


def adus(frame):
    framer = Framer()
    return framer.feed(frame["adu"]), framer.pending


def is_whole(frame):
    """Whether a frame is one or more sound headers, each with all that it promises."""
    found, pending = adus(frame)
    return bool(found) and not pending and all(one.protocol == 0 and one.length >= 2 for one in found)


def test_nothing_is_malformed_but_on_purpose(frames):
    malformed = [one for one in frames if one["_ws.malformed"]]

    assert malformed  # or tshark would not know how to object
    purposes = {(one["sent"], one["frame.comment"]) for one in malformed}
    assert purposes <= {(True, ON_PURPOSE), (True, FUZZED)}


def sound(frames):
    """Frames that both must read alike: until a stream holds pieces, which each puts together its way."""
    lost = set()
    for one in frames:
        if one["sent"] and not is_whole(one):
            lost.add(one["tcp.stream"])
        elif one["tcp.stream"] not in lost and not one["frame.comment"]:
            yield one


def test_every_sound_frame_is_read_as_our_codec_reads_it(frames):
    read = list(sound(frames))
    for one in read:
        found, _ = adus(one)
        numbers = [(a.transaction, a.protocol, a.length, a.unit) for a in found]
        assert list(zip(*(map(int, one[name].split()) for name in HEADER), strict=True)) == numbers
        assert [int(code) for code in one["modbus.func_code"].split()] == [a.pdu[0] & 0x7F for a in found]
        refused = [a.pdu[1] for a in found if a.pdu[0] & 0x80]
        assert [int(code) for code in one["modbus.exception_code"].split()] == refused

    assert len(read) > 0.8 * len(frames)


def test_the_device_answers_with_whole_frames(frames):
    """Whatever it was asked: the reference never sends less, or more, than its length fields say."""
    answers = [one for one in frames if not one["sent"]]

    assert len(answers) > 100
    assert [one["adu"].hex(" ") for one in answers if not is_whole(one)] == []
    assert {one["frame.comment"] for one in answers} == {""}


def test_what_is_no_whole_frame_was_sent_on_purpose(frames):
    """Or in pieces: then the tester says so beside them, and the pieces make frames."""
    pieces = [one for one in frames if one["sent"] and not is_whole(one)]

    assert pieces
    assert Counter(bool(one["frame.comment"]) for one in pieces)[True] > 0
    assert all(re.search(ON_PURPOSE, one["frame.comment"]) for one in pieces if not adus(one)[0])
