"""Captures of Modbus: what tshark shows them with, and what stands beside characters that it cannot read."""

from __future__ import annotations

from testbed.model.connect import MODBUS_PORT, SECURE_PORT, Endpoint
from testbed.protocols.modbus import AsciiFrame, dissect_ascii
from testbed.wire.pcapng import capture
from testbed.wire.recorder import Kind, Packet, Recorder

_CHECKED = "-o mbrtu.crc_verification:TRUE"


def captured(recorder: Recorder, endpoint: Endpoint, *, comment: str, epoch: float) -> bytes:
    """Return a recorder's packets as the bytes of a pcapng file.

    Args:
        recorder: what one case kept.
        endpoint: where the device was reached, and over what.
        comment: of the whole capture; what shows it is added.
        epoch: POSIX time at which the case began, in seconds.
    """
    said = f"{comment}\nshown by: {shown_by(endpoint)}"
    remark = spelt if endpoint.over == "ascii" else None
    return capture(recorder, comment=said, epoch=epoch, remark=remark)


def shown_by(endpoint: Endpoint) -> str:
    """Return the command that shows a capture of a device."""
    port = endpoint.port or MODBUS_PORT
    match endpoint.over:
        case "rtu":
            return f"tshark -r FILE -d rtacser.data,mbrtu {_CHECKED}"
        case "ascii":
            return "tshark -r FILE -V (no dissector reads Modbus ASCII: comments say what it spells)"
        case "rtu+tcp":
            each = f"-d tcp.port=={port},mbrtu -o mbrtu.tcp.port:{port} -o mbrtu.desegment:FALSE"
            return f"tshark -r FILE {each} {_CHECKED}"
        case "tls":
            port = endpoint.port or SECURE_PORT
            return f"tshark -r FILE -d tls.port=={port},mbtcp -o mbtcp.tls.port:{port}"
        case "tcp":
            return f"tshark -r FILE -d tcp.port=={port},mbtcp -o mbtcp.tcp.port:{port}"


def spelt(packet: Packet) -> str:
    """Return what the characters of an ASCII frame spell, and whether their LRC is right."""
    body = AsciiFrame(packet.data).body
    if packet.kind is not Kind.DATA or not body:
        return ""
    (check,) = (one for one in dissect_ascii(packet.data, response=not packet.sent) if one.name == "LRC")
    return f"spells {body[:-1].hex(' ').upper()}, LRC {check.value}"
