"""The way to a device, over whatever transport its connect string names, real or simulated here."""

from __future__ import annotations

from testbed.model.connect import Endpoint
from testbed.wire.dial import Dial, in_process, over_line, over_serial, over_tcp
from testbed.wire.simulator import Simulator


def reach(endpoint: Endpoint, device: Simulator | None = None) -> Dial:
    """Return what dials a device.

    Args:
        endpoint: where it is, and over which transport it is spoken to.
        device: the device itself, where it runs in this process; a fresh one for each way.
    """
    if device is not None:
        serve = device.start(endpoint.over)
        return over_line(endpoint, serve) if endpoint.over in {"rtu", "ascii"} else in_process(serve)
    return over_serial(endpoint) if endpoint.scheme == "serial" else over_tcp(endpoint)
