"""How a mutant says which requirements it breaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from device_simulators.modbus.server import ModbusServer
from testbed.wire.simulator import Simulator, serve

Device = TypeVar("Device", bound=type[ModbusServer])

MUTANTS: dict[str, Simulator] = {}
"""Every mutant by name: its class's name in lower case with hyphens."""

_DECLARATIONS = {
    "modbus_rtu_server": "sim-plc-rtu.yaml",
    "modbus_ascii_server": "sim-plc-ascii.yaml",
    "modbus_security": "sim-plc-tls.yaml",
    "modbus_performance": "sim-plc-load.yaml",
}
"""The reference's declaration where a suite is not met over TCP."""


def mutant(
    *breaks: str, suite: str = "modbus_tcp_server", crosses: bool = False, declaration: str = ""
) -> Callable[[Device], Device]:
    """Register a device that is broken in exactly these requirements of a suite.

    What it breaks between connections may show in any of them (`crosses`). It claims what the controller
    declares, unless another `declaration` is named. The first line of its docstring says what it does wrong.
    """

    def register(device: Device) -> Device:
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", device.__name__).lower()
        if name in MUTANTS:
            raise ValueError(f"two mutants are called {name}")
        summary = (device.__doc__ or "").partition("\n")[0]
        MUTANTS[name] = Simulator(
            name,
            summary,
            partial(serve, device),
            suite=suite,
            breaks=frozenset(breaks),
            crosses=crosses,
            declaration=declaration or _DECLARATIONS.get(suite, "sim-plc.yaml"),
            device=device,
            kind=device,
        )
        return device

    return register
