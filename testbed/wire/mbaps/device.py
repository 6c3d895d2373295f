"""The key material of a simulated device: an RSA and a P-256 certificate under an authority of its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from testbed.wire.key_files import write_new
from testbed.wire.mbaps.folder import write_pair

DEVICE = "device"
"""The folder with it, inside the tester's."""


def make_device(folder: Path) -> Path:
    """Make what a simulated device shows, right and wrong on purpose, and return its folder.

    Args:
        folder: the tester's; what stands there already is left alone.
    """
    from testbed.wire.mbaps import issuing as of  # noqa: PLC0415 - loads cryptography

    device = folder / DEVICE
    if device.exists():
        return device
    device.mkdir(mode=0o700)
    root = of.authority("Mother Factory simulated devices (test)")
    below = of.authority("Mother Factory simulated controllers (test)", root)
    ecc, rsa = (of.new_key("ecc"), of.new_key("rsa"))
    day = timedelta(days=1)
    sound = of.issue("plc, P-256", below, ecc, purpose=of.SERVER)
    write_pair(device, "ecc", sound)
    write_pair(device, "rsa", of.issue("plc, RSA", below, rsa, purpose=of.SERVER))
    write_pair(device, "expired", of.issue("plc", below, ecc, purpose=of.SERVER, begins=-9 * day, ends=-day))
    write_pair(device, "self-signed", of.issue("plc", None, ecc, purpose=of.SERVER))
    write_pair(device, "short", of.Pair(ecc, sound.certificate, sound.above[:1]))
    write_new(device / "root.pem", root.chain, mode=0o644)
    return device
