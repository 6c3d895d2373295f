"""Puts back what a run that was stopped had left changed, before it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from testbed.plugin.setup import Setup
from testbed.testers.bench import bench_of
from testbed.testers.journal import Leased
from testbed.wire.recorder import Recorder


@dataclass
class PutBack:
    """What became of the values."""

    restored: list[str] = field(default_factory=list)
    not_restored: list[str] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    """Numbers of the entries that were put back."""


def put_back(setup: Setup, leased: Sequence[Leased]) -> PutBack:
    """Write values back into the device, the latest first, so that what was found first stands in the end.

    A device that is simulated in this process keeps nothing from one process to the next.
    """
    done = PutBack()
    if leased and setup.simulator is None:
        asyncio.run(_put_back(setup, leased, done))
    else:
        done.entries += [one.number for one in leased]
    return done


async def _put_back(setup: Setup, leased: Sequence[Leased], done: PutBack) -> None:
    async with AsyncExitStack() as stack:
        declaration, dial = await setup.connect()(stack)
        recorder = Recorder(asyncio.get_running_loop().time)
        bench = bench_of(setup.protocol)(declaration, dial, setup.seed)
        await bench.put_back(leased, recorder, done)
