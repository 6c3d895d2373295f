"""Simulated devices as other packages offer them: entry points of the group `testbed.simulators`."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from testbed.model.client import Client, Task
from testbed.model.connect import Over, ProtocolName
from testbed.model.declaration import Declaration

Serve = Callable[[], asyncio.Protocol]
"""Makes the protocol of one accepted connection."""


class Start(Protocol):
    """Makes a fresh device."""

    def __call__(self, over: Over = "tcp", keys: Path | None = None) -> Serve:
        """Return what serves one connection a call over a transport, all on the same device.

        Args:
            over: the transport.
            keys: over TLS, a folder of `testbed keys mbaps`; throw-away keys where there is none.
        """


class Device(Protocol):
    """One of many: what a fleet names, moves, and may put behind a gateway."""

    def serve(self, over: Over = "tcp") -> Serve:
        """Return what makes the protocol of one connection over a transport."""

    def be_called(self, name: str) -> None:
        """Keep a name where the device has a place for it."""

    def driven(self, table: str | None, address: int, scale: float) -> Callable[[float], None]:
        """Return what sets one value of the process; without a table, what the kind measures by itself.

        Raises:
            LookupError: the device has no such value.
        """

    def before(self, units: Mapping[int, Any]) -> Serve:
        """Return what serves a gateway before devices of this protocol, by unit identifier."""


Tell = Callable[[tuple[float, ...] | None], None]
"""Hears the values that a client takes for those of the server; None where it reports an error."""


class SimulatedClient(Protocol):
    """A client in this process, made to act by whoever tests it."""

    async def perform(
        self, task: Task, unit: int, connect: Callable[[asyncio.Protocol], Awaitable[None]], tell: Tell
    ) -> None:
        """Do what a task says, and tell what came of it.

        Args:
            task: the task.
            unit: unit identifier of the server.
            connect: opens a connection to the server; OSError where that fails.
            tell: hears each set of values, or that there are none.
        """


@dataclass(frozen=True)
class Simulator:
    """A device that can be started: the reference, or a mutant that breaks named requirements."""

    name: str
    summary: str
    start: Start
    protocol: ProtocolName = "modbus"
    """What it speaks."""
    suite: str = ""
    """The suite whose requirements a mutant breaks."""
    breaks: frozenset[str] = frozenset()
    """Exactly the requirements that must judge it broken; empty for a reference."""
    crosses: bool = False
    """Whether its fault shows in whatever other connections do at the time, so that one who judges several
    cases at once may rightly find more than it breaks."""
    build: Callable[..., Serve] | None = None
    """Makes a device that serves what a declaration says, where this simulator is a stand-in for any."""
    declaration: str = ""
    """File name of its example declaration in `profiles/devices/`."""
    device: Callable[[], Device] | None = None
    """Makes a fresh device that can stand in a fleet."""
    kind: type | None = None
    """The class of the device, where `serve` starts it: what a mutant's overrides is all that it changes."""
    client: Callable[[Client], SimulatedClient] | None = None
    """Makes a fresh client as declared, where this simulator is one."""


def serve(kind: Callable[[], Any], over: Over = "tcp", keys: Path | None = None) -> Serve:
    """Start a fresh device of a kind; what is returned makes the protocol of one connection to it."""
    served: Serve = kind().serve(over, keys)
    return served


class NoSuchSimulatorError(LookupError):
    """A name that no installed package offers."""


def stand_in(declaration: Declaration) -> Simulator:
    """Return a well-behaved device that serves, or does, exactly what a declaration says.

    Raises:
        NoSuchSimulatorError: no installed package offers one.
    """
    for one in (*simulators(declaration.protocol).values(), *_clients(declaration.protocol)):
        if one.protocol == declaration.protocol and one.client is not None and not one.breaks:
            return one
        if one.protocol == declaration.protocol and one.build is not None:
            return replace(one, start=partial(one.build, declaration))
    raise NoSuchSimulatorError("no installed simulator can stand in for a declared device")


def _clients(protocol: str) -> Iterable[Simulator]:
    """Return all simulators where a protocol is a client's: these are offered under the names of suites."""
    return simulators().values() if protocol.endswith("_client") else ()


@cache
def simulators(of: str = "") -> Mapping[str, Simulator]:
    """Return the installed simulators by name, references first.

    Args:
        of: a protocol, or a suite that has one in its name: the simulators of others are not loaded then.
            An entry point has the name of its protocol, or of a suite that its mutants prove.
    """
    names = _protocols()
    wanted = [name for name in names if name in of] or names
    found = [one for name in wanted for one in _offered(name).values()]
    return {simulator.name: simulator for simulator in sorted(found, key=lambda one: bool(one.breaks))}


def simulator(name: str) -> Simulator:
    """Return the simulator of a name; protocols behind the one that has it are not loaded.

    Raises:
        NoSuchSimulatorError: no installed package offers it.
    """
    for protocol in _protocols():
        if name in _offered(protocol):
            return _offered(protocol)[name]
    known = simulators()
    near = difflib.get_close_matches(name, known, n=1)
    references = ", ".join(one.name for one in known.values() if not one.breaks)
    hint = f"did you mean `{near[0]}`?" if near else f"known: {references}"
    raise NoSuchSimulatorError(f"no simulator is called `{name}`; {hint}")


@cache
def _protocols() -> list[str]:
    """Return the names of the entry points, in the order in which they are looked through."""
    return sorted({point.name for point in entry_points(group="testbed.simulators")})


@cache
def _offered(protocol: str) -> Mapping[str, Simulator]:
    """Load the simulators of the entry points of one name."""
    return {
        name: one
        for point in entry_points(group="testbed.simulators", name=protocol)
        for name, one in point.load().items()
    }
