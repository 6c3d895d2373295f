"""Tshark, an independent dissector of what the codec writes."""

import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Packet = tuple[bool, bytes]
"""Whether the server sent it, and the ADU."""

PORT = 15020
"""Not 502, because devices under test listen anywhere: tshark then needs both options to tell a query."""

OPTIONS = ("-d", f"tcp.port=={PORT},mbtcp", "-o", f"mbtcp.tcp.port:{PORT}", "-E", "aggregator= ")


@pytest.fixture(scope="session")
def tshark(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., list[dict]]:
    """Reads the packets of one connection: the fields asked for, a dict a packet, many values by spaces.

    A third argument replaces tshark's options, which are those for Modbus.
    """
    program = shutil.which("tshark")
    if program is None:
        reason = "tshark is not installed (apt-get install tshark)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and in CI its judgement is not optional")
        pytest.skip(reason)

    def read(
        packets: Sequence[Packet], fields: Sequence[str], options: Sequence[str] = OPTIONS
    ) -> list[dict[str, str]]:
        capture: Path = tmp_path_factory.mktemp("tshark") / "packets.pcap"
        capture.write_bytes(pcap(packets))
        columns = [option for field in fields for option in ("-e", field)]
        command = [program, "-r", capture, *options, "-T", "fields", *columns]
        output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
        return [dict(zip(fields, line.split("\t"), strict=True)) for line in output.splitlines()]

    return read


def pcap(packets: Sequence[Packet]) -> bytes:
    """A capture of bare IPv4 packets, a TCP segment an ADU; checksums are 0, which tshark lets pass."""
    capture = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0xFFFF, 228)]
    sent = [1, 1]
    for number, (from_server, adu) in enumerate(packets):
        ports = (PORT, 40000) if from_server else (40000, PORT)
        tcp = struct.pack(
            ">HHIIBBHHH", *ports, sent[from_server], sent[not from_server], 5 << 4, 0x18, 8192, 0, 0
        )
        hosts = bytes((127, 0, 0, 1 + from_server, 127, 0, 0, 2 - from_server))
        total = 40 + len(adu)
        ip = struct.pack(">BBHHHBBH", 0x45, 0, total, number & 0xFFFF, 0x4000, 64, 6, 0) + hosts
        capture.append(struct.pack("<IIII", number, 0, total, total) + ip + tcp + adu)
        sent[from_server] += len(adu)
    return b"".join(capture)
