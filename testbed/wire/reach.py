"""The way to a device, over whatever transport its connect string names, real or simulated here."""

from __future__ import annotations

from pathlib import Path

from testbed.model.connect import MODBUS_PORT, OPCUA_PORT, SECURE_PORT, Endpoint
from testbed.model.declaration import Declaration
from testbed.model.security import Security
from testbed.wire import mbaps, opcua_keys
from testbed.wire.awaiting import Awaited
from testbed.wire.dial import Dial, in_process, over_line, over_serial, over_tcp
from testbed.wire.secure_dial import SecureDial, material_of
from testbed.wire.simulator import Simulator


def reach(
    endpoint: Endpoint,
    device: Simulator | None = None,
    security: Security | None = None,
    base: Path = Path(),
) -> Dial:
    """Return what dials a device.

    Args:
        endpoint: where it is, and over which transport it is spoken to.
        device: the device itself, where it runs in this process; a fresh one for each way.
        security: what is declared of certificates.
        base: folder of the declaration, from which that of the certificates of TLS is named.

    Raises:
        MaterialError: a certificate of the tester's cannot be used.
    """
    if endpoint.protocol == "modbus_client":
        return Awaited(device)
    if endpoint.over == "tls":
        return _over_tls(endpoint, device, security or Security(), base)
    if device is not None:
        serve = device.start(endpoint.over, _opcua_keys(endpoint, security))
        if endpoint.over in {"rtu", "ascii"}:
            return over_line(endpoint, serve)
        return in_process(serve, OPCUA_PORT if endpoint.protocol == "opcua" else MODBUS_PORT)
    return over_serial(endpoint) if endpoint.scheme == "serial" else over_tcp(endpoint)


def make_keys(declaration: Declaration) -> None:
    """Make the throw-away keys that simulated devices of a declaration need.

    They last as long as this process, and processes that it forks use them, too: each would make its own
    otherwise, and leave them behind.
    """
    security = declaration.security
    if security is None or security.keys:
        return
    if declaration.protocol == "opcua":
        opcua_keys.throw_away().check()  # and reads them, for all these processes
    elif declaration.endpoint.over == "tls":
        mbaps.throw_away(security.named)


def _opcua_keys(endpoint: Endpoint, security: Security | None) -> Path | None:
    """Return the tester's folder for a server in this process to trust; it has throw-away keys without."""
    if endpoint.protocol != "opcua" or security is None or not security.keys:
        return None
    return Path(security.keys)


def _over_tls(endpoint: Endpoint, device: Simulator | None, security: Security, base: Path) -> Dial:
    material = material_of(security, base)
    if device is None:
        below = over_tcp(endpoint)
    else:
        below = in_process(device.start("tls", material.folder), SECURE_PORT)
    return SecureDial(below, str(endpoint).partition("?")[0], material, security)
