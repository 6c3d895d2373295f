"""By which means this system can impair packets; where it cannot, why, in one sentence."""

from __future__ import annotations

import os
import shutil
import sys

from testbed.model.impairment import Means

TUN = "/dev/net/tun"


def lacks(means: Means) -> str:
    """Return what this system lacks for a means; empty where it has all."""
    if means == "stream":
        return ""
    if not sys.platform.startswith("linux"):
        return "it needs Linux: network namespaces are its own"
    if os.geteuid() != 0:
        return "it needs root, for network namespaces of its own; use `sudo`, or leave --impair-by away"
    if shutil.which("ip") is None:
        return "it needs the program `ip`; install iproute2"
    if means == "tun":
        return "" if os.access(TUN, os.R_OK | os.W_OK) else f"this kernel offers no {TUN}"
    from testbed.wire.impair.netem import without  # noqa: PLC0415 - it tries, in a namespace of its own

    return without()
