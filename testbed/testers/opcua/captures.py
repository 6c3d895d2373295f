"""Captures of OPC UA: what tshark shows them with."""

from __future__ import annotations

from testbed.model.connect import Endpoint
from testbed.wire.pcapng import capture
from testbed.wire.recorder import Recorder

OPCUA_PORT = 4840
"""The port registered for OPC UA over TCP (10000-6, 7.2), on which Wireshark expects it."""


def captured(recorder: Recorder, endpoint: Endpoint, *, comment: str, epoch: float) -> bytes:
    """Return a recorder's packets as the bytes of a pcapng file.

    Args:
        recorder: what one case kept.
        endpoint: where the device was reached.
        comment: of the whole capture; what shows it is added.
        epoch: POSIX time at which the case began, in seconds.
    """
    return capture(recorder, comment=f"{comment}\nshown by: {shown_by(endpoint)}", epoch=epoch)


def shown_by(endpoint: Endpoint) -> str:
    """Return the command that shows a capture, where its port is not the registered one."""
    port = endpoint.port or OPCUA_PORT
    told = "" if port == OPCUA_PORT else f" -d tcp.port=={port},opcua"
    return f"tshark -r CAPTURE -V{told}"
