"""Simulated devices as other packages offer them: entry points of the group `testbed.simulators`."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from testbed.model.connect import Over
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


@dataclass(frozen=True)
class Simulator:
    """A device that can be started: the reference, or a mutant that breaks named requirements."""

    name: str
    summary: str
    start: Start
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


class NoSuchSimulatorError(LookupError):
    """A name that no installed package offers."""


def stand_in(declaration: Declaration) -> Simulator:
    """Return a well-behaved device that serves exactly what a declaration says.

    Raises:
        NoSuchSimulatorError: no installed package offers one.
    """
    for one in simulators().values():
        if one.build is not None:
            return replace(one, start=partial(one.build, declaration))
    raise NoSuchSimulatorError("no installed simulator can stand in for a declared device")


@cache
def simulators() -> Mapping[str, Simulator]:
    """Return every installed simulator by name, references first."""
    found = [
        simulator
        for point in sorted(entry_points(group="testbed.simulators"), key=lambda point: point.name)
        for simulator in point.load().values()
    ]
    return {simulator.name: simulator for simulator in sorted(found, key=lambda one: bool(one.breaks))}


def simulator(name: str) -> Simulator:
    """Return the simulator of a name.

    Raises:
        NoSuchSimulatorError: no installed package offers it.
    """
    known = simulators()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    references = ", ".join(one.name for one in known.values() if not one.breaks)
    hint = f"did you mean `{near[0]}`?" if near else f"known: {references}"
    raise NoSuchSimulatorError(f"no simulator is called `{name}`; {hint}")
