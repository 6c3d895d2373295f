"""A fleet of simulated devices in this process: every device built, and all of them moved by one task."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from testbed.model.document import Complaint, DocumentError, Path
from testbed.model.fleet import Fleet, Post
from testbed.wire.drift import Drift
from testbed.wire.simulator import Device, NoSuchSimulatorError, Serve, simulator

SLICE = 100
"""Values that are set before clients are served again (assumed: some 0.2 ms)."""

Driven = tuple[Callable[[float], None], Drift]
"""What sets a value, and how it drifts."""
Place = tuple[str, int, int, int]
"""Address and port of a listener; behind port 0, also its group and its number there."""


@dataclass(frozen=True)
class Standing:
    """Devices that are built and not yet served."""

    posts: tuple[Post, ...]
    listeners: Mapping[Place, Serve]
    """Makes the protocol of one connection to each listener."""
    driven: tuple[Driven, ...]
    pace: float
    """Seconds from one value to the next."""


def place_of(post: Post) -> Place:
    """Return where a device, or the gateway before it, listens."""
    return (post.address, post.port, *((post.group, post.listener) if post.port == 0 else (0, 0)))


def build(
    fleet: Fleet, lines: Mapping[Path, int], source: str, built: Callable[[str], None] = lambda _: None
) -> Standing:
    """Make every device of a fleet.

    Args:
        fleet: what to make.
        lines: of each part of the fleet's file.
        source: the name of the file, to complain about.
        built: hears the name of each device as it is made.

    Raises:
        DocumentError: a kind that nobody offers, or a signal that its kind does not have.
    """
    kinds, wrong = [], []
    for at, group in enumerate(fleet.devices):
        try:
            kinds.append(simulator(group.kind).device)
        except NoSuchSimulatorError as error:
            kinds.append(None)
            wrong.append(Complaint(lines[("devices", at, "kind")], str(error)))
            continue
        if kinds[at] is None:
            wrong.append(Complaint(lines[("devices", at, "kind")], f"`{group.kind}` cannot stand in a fleet"))
    if wrong:
        raise DocumentError(source, wrong)
    listeners: dict[Place, Serve] = {}
    routed: dict[Place, dict[int, Device]] = {}
    driven: list[Driven] = []
    for post in fleet.posts():
        make = kinds[post.group]
        assert make is not None  # noqa: S101 - complained about above
        device = make()
        device.be_called(post.name)
        built(post.name)
        driven += _driven(fleet, post, device, lines, source)
        if post.unit is None:
            listeners[place_of(post)] = device.serve("tcp")
        else:
            routed.setdefault(place_of(post), {})[post.unit] = device
    listeners |= {place: next(iter(units.values())).before(units) for place, units in routed.items()}
    return Standing(tuple(fleet.posts()), listeners, tuple(driven), fleet.pace)


def _driven(fleet: Fleet, post: Post, device: Device, lines: Mapping[Path, int], source: str) -> list[Driven]:
    """Set every signal of a device to its first value; return those that go on to move."""
    driven = []
    for at, signal in enumerate(fleet.devices[post.group].signals):
        try:
            drive = device.driven(signal.table, signal.address, signal.scale)
        except LookupError as error:
            line = lines[("devices", post.group, "signals", at)]
            raise DocumentError(source, [Complaint(line, str(error.args[0]))]) from None
        drift = Drift(signal, f"{fleet.seed}/{post.name}/{at}")
        drive(drift.at(0.0))
        if signal.swing:
            driven.append((drive, drift))
    return driven


async def move(driven: tuple[Driven, ...], pace: float) -> None:
    """Move all values for ever: each once in `pace` seconds, a slice at a time, so that no client waits.

    A value depends on the time alone; one that comes late is that of its time.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    slices = [driven[at : at + SLICE] for at in range(0, len(driven), SLICE)]
    while True:
        for some in slices:
            await asyncio.sleep(pace / len(slices))
            now = loop.time() - began
            for drive, drift in some:
                drive(drift.at(now))
        if not slices:
            await asyncio.Event().wait()
