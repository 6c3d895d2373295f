"""What a run of an OPC UA server kept on the wire, read by tshark: a dissector by another author."""

import subprocess

import pytest

from testbed.bundle.reader import read_record
from testbed.testers.opcua.speaking import ON_PURPOSE, RAW
from tests.commands.test_tshark import tshark

PORT = 4840
FIELDS = ("tcp.srcport", "tcp.payload", "frame.comment", "_ws.malformed", "opcua.transport.type")


@pytest.fixture(scope="module")
def rows(tmp_path_factory, started, declare, program):
    """Every frame that carries data, of every capture of a run of the reference, as tshark's fields."""
    folder = tmp_path_factory.mktemp("wire")
    done = started("run", declare(folder, "opcua-plc"), "--out", "bundle", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    cases = read_record(folder / "bundle").cases
    secured = {one.capture for one in cases if "security" in one.case}  # what is encrypted wants keys
    captures = sorted(
        one for one in (folder / "bundle" / "wire").iterdir() if f"wire/{one.name}" not in secured
    )
    assert len(captures) > 400
    merged = folder / "all.pcapng"
    command = [program("mergecap"), "-a", "-w", merged, *(one.name for one in captures)]
    subprocess.run(command, cwd=captures[0].parent, check=True, capture_output=True)
    shown = f"tcp.len>0 && tcp.port=={PORT}"  # others' clients met it on ports of their own
    options = ["-d", f"tcp.port=={PORT},opcua", "-o", "tcp.analyze_sequence_numbers:FALSE", "-Y", shown]
    return tshark(program, merged, *options, fields=FIELDS)


def test_what_the_server_sent_is_read_without_a_malformed_item(rows):
    sent = [row for row in rows if row["tcp.srcport"] == str(PORT)]
    assert len(sent) > 2000
    assert [row for row in sent if row["_ws.malformed"]] == []


def test_what_is_malformed_says_so(rows):
    wrong = [row for row in rows if row["_ws.malformed"]]
    assert [row for row in wrong if row["frame.comment"] not in {ON_PURPOSE, RAW}] == []


def test_messages_are_named(rows):
    names = {name for row in rows for name in row["opcua.transport.type"].split()}
    assert {"HEL", "ACK", "OPN", "MSG", "CLO", "ERR"} <= names
