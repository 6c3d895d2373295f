"""How a mutant says which requirements it breaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from device_simulators.opcua.server import Server
from testbed.wire.simulator import Simulator, serve

Device = TypeVar("Device", bound=type[Server])

MUTANTS: dict[str, Simulator] = {}
"""Every mutant by name: its class's name in lower case with hyphens, behind the protocol's."""

DECLARATION = "sim-opcua-plc.yaml"
"""The reference's declaration, which every mutant claims to keep."""


def mutant(
    *breaks: str, suite: str = "opcua_server", crosses: bool = False, declaration: str = DECLARATION
) -> Callable[[Device], Device]:
    """Register a device that is broken in exactly these requirements of a suite.

    What it breaks between connections may show in any of them (`crosses`). It claims what the controller
    declares, unless another `declaration` is named. The first line of its docstring says what it does wrong.
    """

    def register(device: Device) -> Device:
        name = "opcua-" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", device.__name__).lower()
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
            declaration=declaration,
            protocol="opcua",
            kind=device,
        )
        return device

    return register
