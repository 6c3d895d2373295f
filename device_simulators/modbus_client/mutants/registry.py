"""How a broken client says which requirements it breaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from device_simulators.modbus_client.client import ReferenceClient
from testbed.model.connect import CLIENT_SIMULATORS, Over
from testbed.wire.simulator import Serve, Simulator

SUITE = "modbus_tcp_client"
Kind = TypeVar("Kind", bound=type[ReferenceClient])

MUTANTS: dict[str, Simulator] = {}
"""Every mutant by name: `client-` and its class's name in lower case with hyphens."""


def mutant(*breaks: str, suite: str = SUITE, declaration: str = "sim-client.yaml") -> Callable[[Kind], Kind]:
    """Register a client that is broken in exactly these requirements of a suite, as its docstring says."""

    def register(client: Kind) -> Kind:
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", client.__name__).lower()
        name = f"{CLIENT_SIMULATORS}-{words}"
        if name in MUTANTS:
            raise ValueError(f"two mutants are called {name}")
        MUTANTS[name] = offered(name, client, *breaks, suite=suite, declaration=declaration)
        return client

    return register


def offered(
    name: str,
    client: type[ReferenceClient],
    *breaks: str,
    suite: str = SUITE,
    declaration: str = "sim-client.yaml",
) -> Simulator:
    """Return a client as the bed finds it."""
    return Simulator(
        name,
        (client.__doc__ or "").partition("\n")[0],
        _serves_nobody,
        protocol="modbus_client",
        suite=suite if breaks else "",
        breaks=frozenset(breaks),
        declaration=declaration,
        client=client,
    )


def _serves_nobody(over: Over = "tcp", keys: Path | None = None) -> Serve:
    raise NotImplementedError("a client serves nobody")
